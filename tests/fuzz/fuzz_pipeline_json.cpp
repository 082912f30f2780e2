// Any bytes as a preparation: read or refused with an Error; what is read prepares a small recording, or says why it
// cannot.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/preparation_json.hpp"

namespace {
/// 30 frames of 6 x 4 at 10 Hz, with holes.
stac3dl::Recording recording() {
  using namespace stac3dl;
  Recording r;
  r.id = "r";
  r.streams.push_back({"s", {}, Tensor<float, 4>({30, 3, 6, 1}), {}});
  for (Index t = 0; t < 30; ++t) r.streams[0].times.push_back(0.1 * static_cast<double>(t + t / 10));
  for (Index i = 0; i < r.streams[0].frames.size(); ++i) r.streams[0].frames[i] = static_cast<float>(i * 7919 % 101);
  mask_frame(r.streams[0], 12), mask_place(r.streams[0], 14, 3);
  return r;
}
/// A resize may well ask for pictures that take long to fill; that is no finding.
bool small(const stac3dl::Step& step) {
  const auto* resize = std::get_if<stac3dl::Resize>(&step);
  const auto* even = std::get_if<stac3dl::EvenRate>(&step);
  return (!resize || resize->height * resize->width <= 256) && (!even || even->rate <= 1e4);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
  try {
    Pipeline pipeline = pipeline_from_json(parse_json({reinterpret_cast<const char*>(data), size}, "fuzz"));
    if (pipeline_to_json(pipeline_from_json(pipeline_to_json(pipeline))) != pipeline_to_json(pipeline))
      __builtin_trap();
    for (StreamSteps& s : pipeline.streams) {
      s.stream = "s";
      Recording r = recording();
      if (std::all_of(s.steps.begin(), s.steps.end(), small)) prepare(s.steps, r.streams[0]);
    }
  } catch (const Error&) {
  }
  return 0;
}
