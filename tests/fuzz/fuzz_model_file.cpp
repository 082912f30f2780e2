// Any bytes as a model file, also with the checksum that such a file has: a model that answers, or an Error.  See
// README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/model_file.hpp"

namespace {
/// The test may take 64 MiB.
void load(const std::string& bytes, bool run_test_vector) {
  using namespace stac3dl;
  const auto loaded =
      load_model<float>(SafetensorsFile::from_bytes(bytes, "fuzz"), {run_test_vector, std::size_t{1} << 26});
  if (loaded.model.plan().parameters <= 0) __builtin_trap();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  try {
    SafetensorsFile file = SafetensorsFile::from_bytes(bytes, "fuzz");
    const auto stored = file.metadata().find("crc32");
    if (stored != file.metadata().end() && stored->second.size() == 8) {
      Crc32 crc;
      file.for_each_data_block([&](const unsigned char* block, std::size_t count) { crc.update(block, count); });
      const std::size_t at = bytes.find(stored->second);
      if (at != bytes.npos) bytes.replace(at, 8, detail::checksum_text(crc, file.metadata()));
    }
    load(bytes, true);
  } catch (const Error&) {
  }
  try {
    load(bytes, false);
  } catch (const Error&) {
  }
  return 0;
}
