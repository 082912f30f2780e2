// Any bytes as a file that a manifest leads to; the first byte says of what kind.  See README.md in this folder.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "stac3dl/io/manifest_load.hpp"

namespace {

/// A folder of this process in memory, where there is such a place.
const std::filesystem::path& folder() {
  static const std::filesystem::path made = [] {
    namespace fs = std::filesystem;
    const fs::path root = fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    const fs::path path = root / ("stac3dl_fuzz_" + std::to_string(getpid()));
    fs::create_directories(path / "frames");
    std::atexit([] { std::filesystem::remove_all(folder()); });
    std::ofstream(path / "three.csv") << "1,2\n3,4\n5,6\n";
    return path;
  }();
  return made;
}

struct Kind {
  const char* file;    // that the bytes become
  const char* source;  // of the sensor, in a manifest
};
constexpr Kind kinds[] = {
    {"x.npy", R"({"path": "x.npy", "rate": 10})"},           {"x.csv", R"("x.csv")"},
    {"x.csv", R"({"path": "x.csv", "rate": 10})"},           {"t.csv", R"({"path": "three.csv", "times": "t.csv"})"},
    {"t.npy", R"({"path": "three.csv", "times": "t.npy"})"}, {"x.skeleton", R"("x.skeleton")"},
    {"frames/1.png", R"({"path": "frames", "rate": 10})"}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  if (size == 0) return 0;
  const Kind& kind = kinds[data[0] % std::size(kinds)];
  std::ofstream(folder() / kind.file, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data + 1), static_cast<std::streamsize>(size - 1));
  const std::string row = std::string(R"({"id": "a", "s": )") + kind.source + "}\n";
  try {
    const Manifest manifest = parse_manifest(row, "fuzz", folder());
    const ManifestOptions options{.frames = {.height = 8, .width = 8}, .ahead = 0, .file_budget = std::size_t{1} << 20};
    const Recording recording = load_manifest(manifest, options).front();
    for (const Stream& stream : recording.streams) {
      check_stream(stream);
      if (!stream.frames.array().isFinite().all()) __builtin_trap();
    }
  } catch (const Error&) {
  }
  return 0;
}
