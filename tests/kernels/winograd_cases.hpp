/// tests/kernels/winograd_cases.hpp - what the tests of blocked volumes share: poisoned memory, volumes whose lanes beyond
/// the channels are poisoned, and convolutions with what their three passes should yield.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "error_over_rms.hpp"
#include "kernel_checks.hpp"
#include "poison.hpp"
#include "stac3dl/kernels/conv3d_ref.hpp"
#include "stac3dl/kernels/winograd.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace testing {

inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// A blocked volume of its own, all NaN or made from a plain one; lanes beyond the channels are NaN.
struct PoisonedVolume {
  kernels::BlockedTensor<float> blocked;

  explicit PoisonedVolume(const Shape<5>& shape) {
    blocked.resize(shape);
    std::fill_n(view().data, view().size(), nan);
  }
  explicit PoisonedVolume(const Tensor<float, 5>& x) : PoisonedVolume(x.shape()) {
    const Index places = view().places(), C = x.size(1);
    for (Index i = 0; i < x.size(); ++i) {
      const Index n = i / places / C, c = i / places % C, block = c / kernels::channel_block;
      view().volume(n, block)[i % places * kernels::channel_block + c % kernels::channel_block] = x[i];
    }
  }
  kernels::BlockedView<float> view() { return blocked.view(); }
  Tensor<float, 5> plain() const {
    Tensor<float, 5> x(blocked.shape(), nan);
    kernels::from_blocked(blocked.view(), x);
    return x;
  }
};

/// The bias filled up to whole blocks with NaN.
inline std::vector<float> poisoned_bias(const Tensor<float, 1>& b) {
  std::vector<float> padded(static_cast<std::size_t>(kernels::channel_blocks(b.size()) * kernels::channel_block), nan);
  std::copy(b.begin(), b.end(), padded.begin());
  return padded;
}

/// The plain loops, which every set but amx runs, and the tile registers, where there are any.
inline std::vector<Isa> both() {
  if (best_isa() == Isa::amx) return {Isa::avx512, Isa::amx};
  return {best_isa()};
}

template <int R>
Tensor<double, R> as_double(const Tensor<float, R>& x) {
  Tensor<double, R> y(x.shape());
  std::copy(x.begin(), x.end(), y.begin());
  return y;
}

template <int R>
bool same_bits(const Tensor<float, R>& a, const Tensor<float, R>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin());  // a NaN differs from itself
}

/// x (N, C, T, H, W) to `out` channels; `depth_taps` x 3 x 3.
struct TileCase {
  Shape<5> x;
  Index out;
  Index depth_taps;
  std::array<Index, 3> padding;
};

inline std::string title(const TileCase& one) {
  return "x " + to_string(one.x) + " to " + std::to_string(one.out) + ", " + std::to_string(one.depth_taps) +
         " taps along time, padding " + to_string(one.padding);
}

/// A convolution's tensors, and what its three passes should yield.
struct TileProblem {
  Conv3dSpec spec;
  Shape<5> y_shape;
  Tensor<float, 5> x, w, dy;
  Tensor<float, 1> b;
  Tensor<double, 5> y, dx, dw;
  Tensor<double, 1> db;

  explicit TileProblem(const TileCase& one) : spec{{one.depth_taps, 3, 3}, {1, 1, 1}, one.padding} {
    y_shape = kernels::conv3d_output_shape(one.x, one.out, spec);
    x = random_tensor<float>(one.x, 1), dy = random_tensor<float>(y_shape, 2);
    w = random_tensor<float>(Shape<5>{one.out, one.x[1], one.depth_taps, 3, 3}, 3);
    b = random_tensor<float>(Shape<1>{one.out}, 4);
    y.resize(y_shape), dx.resize(one.x), dw = Tensor<double, 5>(w.shape()), db = Tensor<double, 1>(b.shape());
    Workspace ws;
    const auto x64 = as_double(x), w64 = as_double(w), dy64 = as_double(dy);
    kernels::conv3d_forward_ref<double>(x64, w64, as_double(b), y, spec, ws);
    kernels::conv3d_backward_data_ref<double>(dy64, w64, dx, spec, ws);
    kernels::conv3d_backward_weights_ref<double>(x64, dy64, dw, db, spec, ws);
  }
  kernels::WinogradProblem forward() const { return kernels::winograd_forward_problem(x.shape(), y_shape, spec); }
  kernels::WinogradProblem data() const { return kernels::winograd_data_problem(x.shape(), y_shape, spec); }
};

/// The tables of depth points that fit a problem.
inline std::vector<const kernels::WinogradDepth*> depths_for(const Conv3dSpec& spec, const kernels::WinogradProblem& p) {
  if (spec.kernel[0] == 1) return {&kernels::winograd_depth_single};
  std::vector<const kernels::WinogradDepth*> depths{&kernels::winograd_depth_2, &kernels::winograd_depth_4};
  if (p.in[0] == 2 && p.out[0] == 2 && p.padding[0] == 1) depths.push_back(&kernels::winograd_depth_pair);
  return depths;
}

}  // namespace testing
STAC3DL_NAMESPACE_END
