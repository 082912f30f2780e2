/// data/resample.hpp - frames at their own odd times become frames at an even rate.
///
/// Between two samples (t_i, x_i) the signal x(t) is a straight line; before the first and after the last it is held.
/// Frame j of the result is its mean over one bin, at the bin's middle,
///   y_j = 1/step * integral of x(t) over [start + j step, start + (j+1) step)      (count, C, H, W)
/// The mean over a bin is a low-pass: what is faster than the new rate is averaged out, not folded back (no aliasing).
/// A line's mean over [a, b] is its value in the middle, so each segment [t_i, t_{i+1}] cut to the bin adds
///   (b - a) * ((1-w) x_i + w x_{i+1}),   w = ((a+b)/2 - t_i) / (t_{i+1} - t_i).
/// Jitter, repeats of a rate and dropped frames need no special care: a gap is bridged by its line.  A bin is valid if
/// at least half of it lies between samples that are at most max_gap apart.  Samples that are masked are left out.
#pragma once

#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// `count` bins of `step` seconds from `start`.
struct TimeGrid {
  double start = 0, step = 1;
  Index count = 0;
};

namespace detail {

/// One bin of the result.  Neighbouring segments share a frame, so its weight is gathered before it is used.
class BinSum {
 public:
  BinSum(const Stream& stream, View<float, 3> y) : stream_(stream), y_(y) {}
  void add(Index frame, double weight) {
    if (frame != frame_) flush(), frame_ = frame;
    weight_ += weight;
  }
  void flush() {
    if (weight_ != 0) y_.array() += static_cast<float>(weight_) * stream_.frames.slice(frame_).array();
    weight_ = 0;
  }

 private:
  const Stream& stream_;
  View<float, 3> y_;
  Index frame_ = -1;
  double weight_ = 0;
};

/// resample() for a stream that is known to be in order.
inline Stream resample_sorted(const Stream& stream, const TimeGrid& grid, double max_gap) {
  const auto [channels, height, width] = stream.grid();
  const auto time = [&](Index i) { return stream.times[static_cast<std::size_t>(i)]; };
  const auto counts = [&](Index i) { return stream.valid.empty() || stream.valid[i] != 0; };
  const Index frames = stream.size();
  const auto next = [&](Index i) {
    do ++i;
    while (i < frames && !counts(i));
    return i;
  };

  Stream out;
  out.name = stream.name;
  out.times.resize(static_cast<std::size_t>(grid.count));
  out.frames = Tensor<float, 4>({grid.count, channels, height, width});
  Tensor<std::uint8_t, 1> valid({grid.count}, 1);
  for (Index j = 0; j < grid.count; ++j)
    out.times[static_cast<std::size_t>(j)] = grid.start + (static_cast<double>(j) + 0.5) * grid.step;

  // left and right: the valid samples around the current time; -1 before the first, `frames` after the last
  Index left = static_cast<Index>(std::upper_bound(stream.times.begin(), stream.times.end(), grid.start) -
                                  stream.times.begin()) - 1;
  while (left >= 0 && !counts(left)) --left;
  Index right = next(left);
  if (left < 0 && right >= frames) {  // nothing to see at all
    valid.fill(0);
    out.valid = std::move(valid);
    return out;
  }
  for (Index j = 0; j < grid.count; ++j) {
    const double begin = grid.start + static_cast<double>(j) * grid.step;
    const double end = grid.start + static_cast<double>(j + 1) * grid.step;
    BinSum bin(stream, out.frames.slice(j));
    double supported = 0;
    for (double a = begin; a < end;) {
      const double b = right < frames ? std::min(end, time(right)) : end;
      const double share = (b - a) / (end - begin);
      if (left < 0) {
        bin.add(right, share);
      } else if (right >= frames) {
        bin.add(left, share);
      } else {
        const double segment = time(right) - time(left), w = ((a + b) / 2 - time(left)) / segment;
        bin.add(left, share * (1 - w));
        bin.add(right, share * w);
        if (segment <= max_gap) supported += share;
      }
      if (right < frames && b == time(right)) left = right, right = next(right);
      a = b;
    }
    bin.flush();
    valid[j] = supported >= 0.5 - 1e-9;
  }
  if (std::find(valid.begin(), valid.end(), 0) != valid.end()) out.valid = std::move(valid);
  return out;
}

}  // namespace detail

/// The stream at the grid's even rate, at the middles of its bins.  Refuses streams that are not in order.
/// `valid` of the result stays empty if all of its frames are valid; an absent stream gives frames that are all masked.
inline Stream resample(const Stream& stream, const TimeGrid& grid,
                       double max_gap = std::numeric_limits<double>::infinity()) {
  check(std::isfinite(grid.start) && std::isfinite(grid.step) && grid.step > 0 && grid.count >= 0,
        "resample: want a finite start, a step above 0 and a count of 0 or more, got start ", grid.start, ", step ",
        grid.step, ", count ", grid.count);
  check(max_gap >= 0, "resample: want max_gap of 0 or more, got ", max_gap);
  check_stream(stream);
  return detail::resample_sorted(stream, grid, max_gap);
}

STAC3DL_NAMESPACE_END
