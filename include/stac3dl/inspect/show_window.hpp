/// inspect/show_window.hpp - a sensor's window (C, T, H, W) as something to look at: pictures, joints, or curves.
///
///   three channels on a grid    red, green, blue; values in [0, 1] as they are, others stretched over what occurs
///   other grids                 the first channel in grey, dark = smallest, light = largest value of the window
///   rows alone (J, 1)           joints: x and y in [0, 1] of the square around all of them, of all frames
///   one place (1, 1)            channels as curves
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "stac3dl/data/sample.hpp"
#include "stac3dl/inspect/recording_view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How a modality's parts are called.
struct ModalityNames {
  std::string modality;  ///< whose parts they are
  std::vector<std::string> names = {};  ///< of joints or channels
  std::string unit = {};                ///< of a signal
  Bones bones = {};  ///< pairs of joints that are joined
};

namespace detail {

/// Smallest and largest value that is not masked.
inline std::pair<float, float> value_range(const Window& window, Index channels) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  for (Index c = 0; c < channels; ++c)
    for (Index t = 0; t < window.x.size(1); ++t)
      if (window.frames.empty() || window.frames[t] != 0)
        for (float v : window.x.slice(c).slice(t))
          if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  if (!(low < high)) low = std::isfinite(low) ? low - 0.5f : 0, high = low + 1;
  return {low, high};
}

inline Tensor<std::uint8_t, 4> window_pictures(const Window& window) {
  const auto [C, T, H, W] = window.x.shape();
  const Index used = C == 3 ? 3 : 1;
  auto [low, high] = value_range(window, used);
  if (used == 3 && low >= 0 && high <= 1) low = 0, high = 1;
  Tensor<std::uint8_t, 4> pictures({T, H, W, 3});
  for (Index t = 0; t < T; ++t)
    for (Index y = 0; y < H; ++y)
      for (Index x = 0; x < W; ++x)
        for (Index c = 0; c < 3; ++c) {
          const float v = (window.x(used == 3 ? c : 0, t, y, x) - low) / (high - low);
          pictures(t, y, x, c) = static_cast<std::uint8_t>(255 * (v > 0 ? std::min(v, 1.0f) : 0.0f) + 0.5f);
        }
  return pictures;
}

inline Tensor<float, 3> window_joints(const Window& window) {
  const Index T = window.x.size(1), J = window.x.size(2), axes = std::min<Index>(2, window.x.size(0));
  std::array<float, 2> low{0, 0}, high{1, 1};
  for (Index a = 0; a < axes; ++a) {
    const Window one{Tensor<float, 4>(window.x.view().range(a, 1)), Tensor<std::uint8_t, 1>(window.frames), {}};
    std::tie(low[static_cast<std::size_t>(a)], high[static_cast<std::size_t>(a)]) = value_range(one, 1);
  }
  const float side = 1.1f * std::max({high[0] - low[0], high[1] - low[1], 1e-6f});
  Tensor<float, 3> joints({T, J, 2});
  for (Index t = 0; t < T; ++t)
    for (Index j = 0; j < J; ++j)
      for (Index a = 0; a < axes; ++a) {
        const auto at = static_cast<std::size_t>(a);
        joints(t, j, a) = (window.x(a, t, j, Index{0}) - (low[at] + high[at]) / 2) / side + 0.5f;
      }
  return joints;
}

}  // namespace detail

/// `names` may hold entries of other modalities.
inline ModalityView show_window(const Window& window, const std::string& name,
                                const std::vector<ModalityNames>& names = {}) {
  const auto [C, T, H, W] = window.x.shape();
  check(C > 0 && T > 0 && H > 0 && W > 0, "show_window: modality \"", name,
        "\" is empty: ", to_string(window.x.shape()));
  ModalityView view;
  view.name = name, view.frames = T, view.seen = window.frames;
  for (const ModalityNames& n : names)
    if (n.modality == name) view.names = n.names, view.unit = n.unit, view.bones = n.bones;
  if (H > 1 && W > 1) {
    view.kind = ModalityView::Kind::picture;
    view.pictures = detail::window_pictures(window);
  } else if (H > 1) {
    view.kind = ModalityView::Kind::joints;
    view.joints = detail::window_joints(window);
  } else {
    view.kind = ModalityView::Kind::signal;
    view.signal = Tensor<float, 2>({C, T});
    std::copy(window.x.begin(), window.x.end(), view.signal.begin());
  }
  return view;
}

STAC3DL_NAMESPACE_END
