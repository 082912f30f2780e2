/// data/even_rate.hpp - frames at their own odd times become frames at an even rate; gaps become masked frames.
///
/// Frame j stands for the bin [j/rate, (j+1)/rate) of the recording's clock and has the time of its middle, so two
/// stretches of one recording fall on the same frames.  A bin is masked where nothing was recorded within max_gap.
///   nearest  the frame closest to the middle                               pictures that must not be mixed
///   blend    the line between the frames on both sides of the middle       video
///   mean     a low-pass below half the new rate, then one value a bin      signals: nothing folds back (no aliasing)
/// The low-pass: means over 8 parts a bin (data/resample.hpp, exact for the line through the samples), summed with
///   h(u) = sinc(0.9 u) (1 + cos(pi u / 4)) / 2,   |u| < 4 bins,
/// a sinc under Hann's window that passes what is slower than 0.25 of the new rate and stops what is faster than 0.65
/// of it, both to 1 %.  Weights of masked parts are shared out among the others.
#pragma once

#include <numbers>

#include "stac3dl/data/preparation_step.hpp"
#include "stac3dl/data/resample.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How a bin gets its value; see above.
enum class RateMode { nearest, blend, mean };

struct EvenRate {
  double rate = 30;  ///< frames a second
  RateMode mode = RateMode::nearest;  ///< see above
  double max_gap = 0.2;  ///< samples further apart have a gap between them; seconds

  static constexpr const char* name = "even_rate";
  static constexpr Index version = 1;
  void check_options() const {
    check(std::isfinite(rate) && rate > 0, "even_rate: want a rate above 0, got ", rate);
    check(std::isfinite(max_gap) && max_gap > 0, "even_rate: want a max_gap above 0 seconds, got ", max_gap);
  }
  Reach reach() const {
    const double around = max_gap + (mode == RateMode::mean ? 5 / rate : 0);
    return {around, around};
  }

  /// Wants a stream in order.  Counts as dropped what is more than the bins there are.
  StepCount apply(Stream& stream) const {
    check_stream(stream);
    if (stream.absent()) return {};
    const double first = std::floor(stream.times.front() * rate), last = std::floor(stream.times.back() * rate);
    const double bytes = (last - first + 1) * 4 * static_cast<double>(element_count(stream.grid()));
    check(std::abs(first) < 1e15 && bytes <= 8.0 * (1 << 30), "even_rate: stream ", stream.name, " spans ",
          stream.span().length(), " s, ", last - first + 1, " frames at ", rate, " a second: more than 8 GiB");
    const TimeGrid grid{0, 1 / rate, static_cast<Index>(last - first) + 1, static_cast<Index>(first)};
    Stream even = mode == RateMode::mean ? filtered(stream, grid) : picked(stream, grid);
    StepCount count;
    count.dropped = std::max<Index>(0, stream.size() - even.size());
    for (Index t = 0; t < even.size(); ++t)
      for (Index p = 0; p < place_count(even); ++p) count.masked += !counts(even, t, p);
    stream = std::move(even);
    return count;
  }

 private:
  static constexpr Index parts = 8, lobes = 4;

  static Stream empty_like(const Stream& stream, const TimeGrid& grid) {
    Stream out;
    out.name = stream.name;
    for (Index j = 0; j < grid.count; ++j) out.times.push_back(grid.middle(j));
    const auto [channels, height, width] = stream.grid();
    out.frames = Tensor<float, 4>({grid.count, channels, height, width});
    if (!stream.places.empty()) out.places = Tensor<std::uint8_t, 2>({grid.count, height * width}, 1);
    return out;
  }

  /// nearest and blend, whole frames at a time; a place counts where those that it is made of count.
  Stream picked(const Stream& stream, const TimeGrid& grid) const {
    Stream out = empty_like(stream, grid);
    const auto time = [&](Index i) { return stream.times[static_cast<std::size_t>(i)]; };
    Index left = -1, right = -1;  // the frames that count around the middle
    const auto next = [&](Index i) {
      do ++i;
      while (i < stream.size() && !counts(stream, i));
      return i;
    };
    right = next(-1);
    for (Index j = 0; j < grid.count; ++j) {
      const double at = grid.middle(j);
      while (right < stream.size() && time(right) <= at) left = right, right = next(right);
      const bool has_left = left >= 0 && at - time(left) <= max_gap;
      const bool has_right = right < stream.size() && time(right) - at <= max_gap;
      const bool between = has_left && has_right && time(right) - time(left) <= max_gap;
      // nearest: half a gap on either side; blend: where one side is missing, at most half a bin away
      const double alone = mode == RateMode::nearest ? max_gap / 2 : 0.5 / rate;
      double w = -1;
      if (between) {
        w = (at - time(left)) / (time(right) - time(left));
        if (mode == RateMode::nearest) w = w <= 0.5 ? 0 : 1;
      } else if (has_left && at - time(left) <= alone && !(has_right && time(right) - at < at - time(left))) {
        w = 0;
      } else if (has_right && time(right) - at <= alone) {
        w = 1;
      }
      if (w < 0) {
        mask_frame(out, j);
        continue;
      }
      auto frame = out.frames.slice(j).array();
      if (w < 1) frame += static_cast<float>(1 - w) * stream.frames.slice(left).array();
      if (w > 0) frame += static_cast<float>(w) * stream.frames.slice(right).array();
      for (Index p = 0; p < place_count(out); ++p)
        if ((w < 1 && !counts(stream, left, p)) || (w > 0 && !counts(stream, right, p))) mask_place(out, j, p);
    }
    tidy_masks(out);
    return out;
  }

  Stream filtered(const Stream& stream, const TimeGrid& grid) const {
    const TimeGrid fine{0, grid.step / parts, (grid.count + 2 * lobes) * parts, (grid.first - lobes) * parts};
    const Stream part = detail::resample_sorted(stream, fine, max_gap, detail::Bridge::supported);
    std::array<double, 2 * lobes * parts> weight;
    for (std::size_t q = 0; q < weight.size(); ++q) {
      const double u = (static_cast<double>(q) + 0.5) / parts - lobes, angle = 0.9 * std::numbers::pi * u;
      weight[q] = std::sin(angle) / angle * (1 + std::cos(std::numbers::pi * u / lobes)) / 2;
    }
    Stream out = empty_like(stream, grid);
    const Index channels = out.frames.size(1), places = place_count(out);
    std::vector<double> sum(static_cast<std::size_t>(channels));
    for (Index j = 0; j < grid.count; ++j)
      for (Index p = 0; p < places; ++p) {
        double total = 0;
        Index inside = 0;
        std::fill(sum.begin(), sum.end(), 0.0);
        for (Index q = 0; q < 2 * lobes * parts; ++q) {
          const Index i = j * parts + parts / 2 + q;  // the fine grid begins `lobes` bins early, at a bin's edge
          if (!counts(part, i, p)) continue;
          const double w = weight[static_cast<std::size_t>(q)];
          total += w;
          inside += q >= (lobes * parts - parts / 2) && q < (lobes * parts + parts / 2);
          for (Index c = 0; c < channels; ++c)
            sum[static_cast<std::size_t>(c)] +=
                w * static_cast<double>(part.frames.data()[(i * channels + c) * places + p]);
        }
        if (2 * inside < parts) {
          mask_place(out, j, p);
          continue;
        }
        for (Index c = 0; c < channels; ++c)
          out.frames.data()[(j * channels + c) * places + p] =
              static_cast<float>(sum[static_cast<std::size_t>(c)] / total);
      }
    tidy_masks(out);
    return out;
  }
};

STAC3DL_NAMESPACE_END
