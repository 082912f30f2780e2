// Any bytes as a configuration: planned or refused with an Error.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/config_json.hpp"
#include "stac3dl/model/plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  try {
    const ModelConfig config = config_from_json(parse_json({reinterpret_cast<const char*>(data), size}, "fuzz"));
    if (config_from_json(config_to_json(config)) != config) __builtin_trap();
    if (plan_model(config).parameters < 0) __builtin_trap();
  } catch (const Error&) {
  }
  return 0;
}
