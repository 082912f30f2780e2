/// data/running_mean.hpp - mean and deviation of the last `length` frames, place by place, at a cost that does not grow
/// with the window: what scale_motion and normalise compute over a window, for a window that moves on frame by frame.
///
///   S1 = sum of x        S2 = sum of x^2        (in double; the newest frame is added, the oldest taken away)
///   mean = S1/n          deviation = sqrt(S2/n - mean^2)
/// Taking away does not undo adding to the last bit, so the sums are made anew once a turn: errors never pile up, and
/// the mean is that of the whole window to within the rounding of a float.
#pragma once

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

class RunningMean {
 public:
  /// Windows of `length` frames of `values` numbers each.
  RunningMean(Index length, Index values)
      : ring_({length, values}), counts_({length}), first_(values), second_(values) {
    check(length >= 1 && values >= 1, "RunningMean: want a length and a size of 1 or more, got ", length, " and ",
          values);
    first_.setZero(), second_.setZero();
  }

  /// The next frame; one that does not count (masked) takes its place in the window all the same.
  void push(CView<float, 1> frame, bool frame_counts = true) {
    check_shape("RunningMean::push frame", frame.shape(), {ring_.size(1)});
    if (counts_[at_] != 0) take(at_, -1);
    std::copy(frame.begin(), frame.end(), ring_.slice(at_).begin());
    counts_[at_] = frame_counts;
    if (frame_counts) take(at_, 1);
    at_ = (at_ + 1) % ring_.size(0);
    seen_ = std::min(seen_ + 1, ring_.size(0));
    if (at_ == 0) renew();
  }

  /// Frames in the window: up to `length`, and how many of them count.
  Index size() const { return seen_; }
  Index valid() const { return valid_; }  ///< Frames of the window that count.
  /// Of value i; 0 while nothing counts.
  float mean(Index i) const { return valid_ == 0 ? 0 : static_cast<float>(first_[i] / static_cast<double>(valid_)); }
  /// Deviation of place i, in the values' unit; 0 where no frame counts.
  float deviation(Index i) const {
    if (valid_ == 0) return 0;
    const double n = static_cast<double>(valid_), m = first_[i] / n;
    return static_cast<float>(std::sqrt(std::max(0.0, second_[i] / n - m * m)));
  }

 private:
  void take(Index frame, int sign) {
    const auto x = ring_.slice(frame).array().cast<double>();
    first_ += sign * x, second_ += sign * x.square();
    valid_ += sign;
  }
  void renew() {
    first_.setZero(), second_.setZero(), valid_ = 0;
    for (Index t = 0; t < ring_.size(0); ++t)
      if (counts_[t] != 0) take(t, 1);
  }

  Tensor<float, 2> ring_;
  Tensor<std::uint8_t, 1> counts_;
  Eigen::ArrayXd first_, second_;
  Index at_ = 0, seen_ = 0, valid_ = 0;
};

STAC3DL_NAMESPACE_END
