/// tests/kernels/winograd_cases.hpp - what the tests of blocked volumes share: poisoned memory, and volumes whose lanes
/// beyond the channels are poisoned.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernel_checks.hpp"
#include "stac3dl/kernels/winograd.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace testing {

inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// A workspace whose memory is NaN wherever it has not been written; at most `floats` are taken at a time.
struct PoisonedWorkspace : Workspace {
  explicit PoisonedWorkspace(Index floats = Index{1} << 22) : floats_(floats) { poison(); }
  void poison() {
    Scope scope(*this);
    take<float>(floats_).array().setConstant(nan);
  }

 private:
  Index floats_;
};

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

/// Largest error over the RMS of what is wanted; infinite where something is not a number.
template <int R>
double error_over_rms(const Tensor<float, R>& got, const Tensor<double, R>& want) {
  check_shape("error_over_rms", got.shape(), want.shape());
  double worst = 0, square = 0;
  for (Index i = 0; i < got.size(); ++i) {
    const double off = std::abs(static_cast<double>(got[i]) - want[i]);
    if (!(off <= std::numeric_limits<double>::max())) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, off), square += want[i] * want[i];
  }
  return worst / std::max(std::sqrt(square / static_cast<double>(got.size())), 1e-300);
}

}  // namespace testing
STAC3DL_NAMESPACE_END
