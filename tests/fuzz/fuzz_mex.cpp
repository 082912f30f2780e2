// Any bytes as a file of MEx: gzip or plain, lines with a time in front; and as its name.  See README.md in this
// folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/mex.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  std::string text(reinterpret_cast<const char*>(data), size);
  detail::MexKey key;
  if (detail::parse_mex_name(text, "act", key) && (key.exercise < 0 || key.take < 0)) __builtin_trap();
  try {
    if (text.starts_with("\x1f\x8b")) text = gunzip(text, "fuzz", std::size_t{1} << 16);
    if (text.size() > std::max(size, std::size_t{1} << 16)) __builtin_trap();
    CsvTable table = parse_csv(text, "fuzz", {.columns = 3});
    const Index rows = table.values.size(0);
    Stream stream{"s", std::move(table.times), Tensor<float, 4>(table.values.view().reshape<4>({rows, 3, 1, 1})), {}};
    const SortReport order = sort_by_time(stream);
    check_stream(stream);
    if (stream.size() + order.repeated != rows || !stream.frames.array().isFinite().all()) __builtin_trap();
  } catch (const Error&) {
  }
  return 0;
}
