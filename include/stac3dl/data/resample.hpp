/// data/resample.hpp - frames at their own odd times become frames at an even rate.
///
/// Between two samples (t_i, x_i) the signal x(t) is a straight line; before the first and after the last it is held.
/// Frame j of the result is its mean over one bin, at the bin's middle,
///   y_j = 1/step * integral of x(t) over [start + j step, start + (j+1) step)      (count, C, H, W)
/// The mean over a bin is a low-pass: what is faster than the new rate is averaged out, not folded back (no aliasing).
/// A line's mean over [a, b] is its value in the middle, so each segment [t_i, t_{i+1}] cut to the bin adds
///   (b - a) * ((1-w) x_i + w x_{i+1}),   w = ((a+b)/2 - t_i) / (t_{i+1} - t_i).
/// Jitter, repeats of a rate and dropped frames need no special care: a gap is bridged by its line.  A bin is valid if
/// at least half of it lies between samples that are at most max_gap apart.  Samples that are masked are left out, and
/// where places (joints, pixels) are masked one by one, each place has its own samples and its own masks.
#pragma once

#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// `count` bins of `step` seconds; bin j begins at start + (first + j) step.  `first` lets grids that overlap share the
/// very same bins, to the bit.
struct TimeGrid {
  double start = 0, step = 1;  ///< seconds
  Index count = 0;             ///< of bins
  Index first = 0;             ///< number of the first bin

  /// Where bin j begins, seconds.
  double begin(Index j) const { return start + static_cast<double>(first + j) * step; }
  /// The middle of bin j, seconds.
  double middle(Index j) const { return start + (static_cast<double>(first + j) + 0.5) * step; }
};

namespace detail {

/// What a bin takes from where lines are missing: the value that is held or bridged, or nothing.
enum class Bridge { all, supported };

/// Walks over the bins of `grid` and the samples that count: add(j, i, w) says that bin j takes w of sample i, close(j,
/// s) that bin j is done and the share s of it lies between samples at most max_gap apart.  Neighbouring segments share
/// a sample, so its weight is gathered before it is given.  False, and no call, if nothing counts.
template <class Counts, class Add, class Close>
bool walk_bins(std::span<const double> times, const TimeGrid& grid, double max_gap, Bridge bridge, Counts&& counts,
               Add&& add, Close&& close) {
  const auto time = [&](Index i) { return times[static_cast<std::size_t>(i)]; };
  const Index frames = static_cast<Index>(times.size());
  const auto next = [&](Index i) {
    do ++i;
    while (i < frames && !counts(i));
    return i;
  };
  // left and right: the samples around the current time; -1 before the first, `frames` after the last
  Index left = static_cast<Index>(std::upper_bound(times.begin(), times.end(), grid.begin(0)) - times.begin()) - 1;
  while (left >= 0 && !counts(left)) --left;
  Index right = next(left);
  if (left < 0 && right >= frames) return false;
  for (Index j = 0; j < grid.count; ++j) {
    const double begin = grid.begin(j), end = grid.begin(j + 1);
    Index at = -1;
    double gathered = 0, supported = 0;
    const auto flush = [&] {
      if (gathered != 0) add(j, at, gathered);
      gathered = 0;
    };
    const auto take = [&](Index i, double weight) {
      if (i != at) flush(), at = i;
      gathered += weight;
    };
    for (double a = begin; a < end;) {
      const double b = right < frames ? std::min(end, time(right)) : end;
      const double share = (b - a) / (end - begin);
      if (left < 0) {
        if (bridge == Bridge::all) take(right, share);
      } else if (right >= frames) {
        if (bridge == Bridge::all) take(left, share);
      } else {
        const double segment = time(right) - time(left), w = ((a + b) / 2 - time(left)) / segment;
        if (bridge == Bridge::all || segment <= max_gap) take(left, share * (1 - w)), take(right, share * w);
        if (segment <= max_gap) supported += share;
      }
      if (right < frames && b == time(right)) left = right, right = next(right);
      a = b;
    }
    flush();
    close(j, supported);
  }
  return true;
}

/// resample() for a stream that is known to be in order.
inline Stream resample_sorted(const Stream& stream, const TimeGrid& grid, double max_gap, Bridge bridge = Bridge::all) {
  const Index channels = stream.frames.size(1), height = stream.frames.size(2), width = stream.frames.size(3);
  const Index places = height * width;
  Stream out;
  out.name = stream.name;
  out.times.resize(static_cast<std::size_t>(grid.count));
  for (Index j = 0; j < grid.count; ++j) out.times[static_cast<std::size_t>(j)] = grid.middle(j);
  out.frames = Tensor<float, 4>({grid.count, channels, height, width});
  const auto frame_counts = [&](Index i) { return stream.valid.empty() || stream.valid[i] != 0; };
  Tensor<std::uint8_t, 1> valid({grid.count}, 1);
  const auto enough = [](double supported) { return supported >= 0.5 - 1e-9; };
  // what is left of a bin after its unsupported parts stands for the whole bin
  const auto whole = [&](double supported) {
    return bridge == Bridge::supported && supported > 0 && supported < 1 - 1e-9 ? static_cast<float>(1 / supported) : 1;
  };

  if (stream.places.empty()) {
    const bool any = walk_bins(
        stream.times, grid, max_gap, bridge, frame_counts,
        [&](Index j, Index i, double weight) {
          out.frames.slice(j).array() += static_cast<float>(weight) * stream.frames.slice(i).array();
        },
        [&](Index j, double supported) {
          valid[j] = enough(supported);
          if (const float w = whole(supported); w != 1) out.frames.slice(j).array() *= w;
        });
    if (!any) valid.fill(0);
  } else {  // each place has samples of its own
    out.places = Tensor<std::uint8_t, 2>({grid.count, places});
    for (Index p = 0; p < places; ++p) {
      const auto value = [&](Tensor<float, 4>& frames, Index j, Index c) -> float& {
        return frames.data()[(j * channels + c) * places + p];
      };
      walk_bins(
          stream.times, grid, max_gap, bridge,
          [&](Index i) { return frame_counts(i) && stream.places.data()[i * places + p] != 0; },
          [&](Index j, Index i, double weight) {
            for (Index c = 0; c < channels; ++c)
              value(out.frames, j, c) +=
                  static_cast<float>(weight) * stream.frames.data()[(i * channels + c) * places + p];
          },
          [&](Index j, double supported) {
            out.places(j, p) = enough(supported);
            for (Index c = 0; c < channels; ++c) value(out.frames, j, c) *= whole(supported);
          });
    }
    for (Index j = 0; j < grid.count; ++j) valid[j] = out.places.slice(j).array().maxCoeff();
    if (out.places.empty() || out.places.array().minCoeff() != 0) out.places = {};
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
