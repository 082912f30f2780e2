// Any bytes as the angles and the positions of a UI-PRMD trial.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/ui_prmd.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const CsvTable table = parse_csv(text, "fuzz", {.columns = 66, .time_column = false});
    const CView<float, 3> numbers(table.values.data(), {table.values.size(0), 22, 3});
    Tensor<float, 3> offsets(numbers);
    fix_bones(offsets.view(), ui_prmd::parents);
    if (chain_joints(numbers, offsets, ui_prmd::parents, ui_prmd::order).size(0) != numbers.size(0)) __builtin_trap();
  } catch (const Error&) {
  }
  detail::UiPrmdKey key;
  key.incorrect = size % 2 == 1;
  if (detail::parse_ui_prmd_name(text, "angles", key) && key.id().size() < 11) __builtin_trap();
  return 0;
}
