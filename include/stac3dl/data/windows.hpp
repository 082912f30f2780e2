/// data/windows.hpp - a stretch of a recording becomes a Sample: every sensor at its own even rate, normalised.
///
/// A window of `length` seconds at time s is cut from each stream with `frames` bins of length/frames seconds
/// (data/resample.hpp), straight from the frames as they were recorded: nothing is interpolated twice.  Then, for
/// channel c of modality m with the training people's mean and scale,
///   x <- (x - mean[c]) / scale[c]                                            normalise
///   x <- mu + gain * (x - mu),   mu = mean of x over the window's valid frames   scale_motion
/// The second brings out what moves against what merely lies there.  Masked frames are 0 afterwards.
#pragma once

#include "stac3dl/data/resample.hpp"
#include "stac3dl/data/sample.hpp"
#include "stac3dl/data/statistics.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One modality of a window.
struct ModalityOptions {
  std::string name = {};              ///< of the stream
  Index frames = 0;                   ///< bins in a window
  double motion_gain = 1;             ///< 1: motion as it is
  StatisticsOptions statistics = {};  ///< how its mean and scale are taken
  Index height = 0, width = 0;        ///< cut out of larger frames: their middle, in training any part; 0: all of them
};

/// How recordings are cut and what is made of them.
struct WindowOptions {
  double length = 5, stride = 2.5;          ///< seconds
  double max_gap = 3;                       ///< a longer hole in a stream is masked, a shorter one bridged; seconds
  std::vector<ModalityOptions> modalities;  ///< in the model's order
  bool partial = false;                     ///< also where only some of the streams have frames: the others are masked
};

/// Where a window begins.
struct WindowPlace {
  Index recording = 0;  ///< index in the list of recordings
  double start = 0;     ///< seconds, on the recording's clock
};

/// Error where an option makes no sense.
inline void check_windows(const WindowOptions& options) {
  check(std::isfinite(options.length) && options.length > 0, "WindowOptions.length: want seconds above 0, got ",
        options.length);
  check(std::isfinite(options.stride) && options.stride > 0, "WindowOptions.stride: want seconds above 0, got ",
        options.stride);
  check(options.max_gap >= 0, "WindowOptions.max_gap: want 0 or more seconds, got ", options.max_gap);
  check(!options.modalities.empty(), "WindowOptions.modalities: empty; name the streams that the model reads");
  for (const ModalityOptions& m : options.modalities) {
    check(m.frames > 0, "WindowOptions.modalities: ", m.name, ".frames: want 1 or more, got ", m.frames);
    check(std::isfinite(m.motion_gain) && m.motion_gain > 0, "WindowOptions.modalities: ", m.name,
          ".motion_gain: want a number above 0, got ", m.motion_gain);
    check(m.height >= 0 && m.width >= 0, "WindowOptions.modalities: ", m.name,
          ": want a height and width of 0 or more, got ", m.height, " and ", m.width);
  }
}

/// The time that the streams named in the options share, or with `partial` that any of them has frames in; streams that
/// the model does not read do not narrow it.  Throws if there is none.
inline Interval common_time(const Recording& recording, const WindowOptions& options) {
  std::vector<const Stream*> streams;
  bool any = false;
  for (const ModalityOptions& m : options.modalities) {
    streams.push_back(&recording.stream(m.name));
    any = any || !streams.back()->absent();
  }
  check(any, "recording ", recording.id, ": all of its streams are absent");
  Interval common = overlap(streams);
  if (options.partial)
    for (const Stream* stream : streams)
      if (!stream->absent())
        common = {std::min(common.begin, stream->times.front()), std::max(common.end, stream->times.back())};
  check(common.begin < common.end, "recording ", recording.id,
        ": its streams have no time in common; the last "
        "to begin begins ",
        common.begin - common.end, " s after the first to end has ended");
  return common;
}

/// How much of [begin, end) lies between valid frames of the stream that are at most max_gap apart, in seconds.
inline double seen_seconds(const Stream& stream, double begin, double end, double max_gap) {
  double seen = 0, before = std::numeric_limits<double>::infinity();
  for (Index t = 0; t < stream.size(); ++t) {
    if (!stream.valid.empty() && stream.valid[t] == 0) continue;
    const double time = stream.times[static_cast<std::size_t>(t)];
    if (time - before <= max_gap) seen += std::max(0.0, std::min(time, end) - std::max(before, begin));
    before = time;
  }
  return seen;
}

/// All windows that fit into the common time of each chosen recording, `stride` apart.  A recording shorter than a
/// window gets one all the same; what lies behind its end is masked.  With `partial`, windows of which no stream has
/// seen half are left out: there is nothing to look at.
inline std::vector<WindowPlace> place_windows(const std::vector<Recording>& recordings,
                                              const std::vector<Index>& chosen, const WindowOptions& options) {
  check_windows(options);
  std::vector<WindowPlace> places;
  for (Index r : chosen) {
    check(r >= 0 && r < static_cast<Index>(recordings.size()), "place_windows: recording ", r, " of ",
          recordings.size());
    const Recording& recording = recordings[static_cast<std::size_t>(r)];
    const Interval time = common_time(recording, options);
    const auto seen = [&](double start) {
      return std::any_of(options.modalities.begin(), options.modalities.end(), [&](const ModalityOptions& m) {
        return 2 * seen_seconds(recording.stream(m.name), start, start + options.length, options.max_gap) >=
               options.length;
      });
    };
    // a nanosecond of grace, so that a recording of exactly n strides and a window has n + 1 of them
    const double fits = std::floor((time.length() - options.length + 1e-9) / options.stride);
    for (Index k = 0; k <= std::max<Index>(0, static_cast<Index>(fits)); ++k) {
      const double start = time.begin + static_cast<double>(k) * options.stride;
      if (!options.partial || seen(start)) places.push_back({r, start});
    }
  }
  return places;
}

/// `frames` bins of a stream from `start`, as recorded: (C, frames, H, W).  The stream must be in order.
inline Window cut_window(const Stream& stream, Index frames, double start, double length, double max_gap) {
  const Stream even = detail::resample_sorted(stream, {start, length / static_cast<double>(frames), frames}, max_gap);
  const auto [channels, height, width] = stream.grid();
  const Index places = height * width;
  Window window;
  window.x = Tensor<float, 4>({channels, frames, height, width});
  for (Index t = 0; t < frames; ++t)
    for (Index c = 0; c < channels; ++c)
      std::copy_n(even.frames.data() + (t * channels + c) * places, places,
                  window.x.data() + (c * frames + t) * places);
  window.frames = even.valid;
  window.positions = even.places;
  return window;
}

/// The part (height, width) of a window's frames from row `top` and column `left`; masks move along.
inline void crop_window(Window& window, Index top, Index left, Index height, Index width) {
  const auto [channels, frames, from_height, from_width] = window.x.shape();
  check(top >= 0 && left >= 0 && height >= 1 && width >= 1 && top + height <= from_height && left + width <= from_width,
        "crop_window: want ", height, " x ", width, " from row ", top, " and column ", left, " of frames ", from_height,
        " x ", from_width);
  Window part;
  part.x = Tensor<float, 4>({channels, frames, height, width});
  part.frames = window.frames;
  if (!window.positions.empty()) part.positions = Tensor<std::uint8_t, 2>({frames, height * width});
  for (Index t = 0; t < frames; ++t)
    for (Index y = 0; y < height; ++y) {
      for (Index c = 0; c < channels; ++c)
        std::copy_n(&window.x(c, t, top + y, left), width, &part.x(c, t, y, Index{0}));
      if (!window.positions.empty())
        std::copy_n(&window.positions(t, (top + y) * from_width + left), width, &part.positions(t, y * width));
    }
  window = std::move(part);
}
/// As ModalityOptions.height and width say, from a place in [0, 1] of the room that there is: 0.5 is the middle.
inline void crop_window(Window& window, const ModalityOptions& modality, double down = 0.5, double right = 0.5) {
  if (modality.height == 0 && modality.width == 0) return;
  const Index height = modality.height == 0 ? window.x.size(2) : modality.height;
  const Index width = modality.width == 0 ? window.x.size(3) : modality.width;
  const auto at = [](double place, Index room) {
    return std::clamp<Index>(static_cast<Index>(place * static_cast<double>(room + 1)), 0, std::max<Index>(0, room));
  };
  crop_window(window, at(down, window.x.size(2) - height), at(right, window.x.size(3) - width), height, width);
}

/// x <- (x - mean[c]) / scale[c]
inline void normalise(Window& window, const ModalityStatistics& statistics) {
  const Index channels = window.x.size(0);
  check(
      static_cast<Index>(statistics.mean.size()) == channels && static_cast<Index>(statistics.scale.size()) == channels,
      "normalise: window of ", channels, " channels, statistics of ", statistics.mean.size());
  for (Index c = 0; c < channels; ++c) {
    const auto at = static_cast<std::size_t>(c);
    auto x = window.x.slice(c).array();
    x = (x - statistics.mean[at]) * (1 / statistics.scale[at]);
  }
}

namespace detail {
/// scale_motion where each place has its own valid frames.
inline void scale_motion_of_places(Window& window, double gain) {
  const auto [channels, frames, height, width] = window.x.shape();
  const Index places = height * width;
  for (Index c = 0; c < channels; ++c)
    for (Index p = 0; p < places; ++p) {
      const auto counts = [&](Index t) {
        return (window.frames.empty() || window.frames[t] != 0) && window.positions.data()[t * places + p] != 0;
      };
      float* x = window.x.data() + c * frames * places + p;
      double sum = 0, count = 0;
      for (Index t = 0; t < frames; ++t)
        if (counts(t)) sum += static_cast<double>(x[t * places]), count += 1;
      if (count == 0) continue;
      const float kept = static_cast<float>((1 - gain) * sum / count);
      for (Index t = 0; t < frames; ++t) x[t * places] = kept + static_cast<float>(gain) * x[t * places];
    }
}
}  // namespace detail

/// x <- mu + gain * (x - mu), mu the mean over the valid frames at each place.
inline void scale_motion(Window& window, double gain) {
  if (gain == 1) return;
  const auto [channels, frames, height, width] = window.x.shape();
  const auto counts = [&](Index t) { return window.frames.empty() || window.frames[t] != 0; };
  Index valid = 0;
  for (Index t = 0; t < frames; ++t) valid += counts(t);
  if (valid == 0) return;
  const Index places = height * width;
  if (!window.positions.empty()) return detail::scale_motion_of_places(window, gain);
  Eigen::ArrayXf mu(places);
  for (Index c = 0; c < channels; ++c) {
    const auto x = window.x.slice(c);
    mu.setZero();
    for (Index t = 0; t < frames; ++t)
      if (counts(t)) mu += x.slice(t).flat().array();
    mu *= static_cast<float>((1 - gain) / static_cast<double>(valid));
    for (Index t = 0; t < frames; ++t) {
      auto frame = x.slice(t).flat().array();
      frame = mu + static_cast<float>(gain) * frame;
    }
  }
}

/// Sets masked frames and places to 0.
inline void clear_masked(Window& window) {
  if (!window.positions.empty()) {
    const Index places = window.positions.size();
    for (Index c = 0; c < window.x.size(0); ++c) {
      float* x = window.x.data() + c * places;
      for (Index i = 0; i < places; ++i)
        if (window.positions[i] == 0) x[i] = 0;
    }
  }
  if (window.frames.empty()) return;
  for (Index c = 0; c < window.x.size(0); ++c)
    for (Index t = 0; t < window.x.size(1); ++t)
      if (window.frames[t] == 0) window.x.slice(c).slice(t).flat().array().setZero();
}

/// The window of a recording at `start`, ready for the model.
inline Sample make_sample(const Recording& recording, const WindowOptions& options,
                          const std::vector<ModalityStatistics>& statistics, double start) {
  check(statistics.size() == options.modalities.size(), "make_sample: ", options.modalities.size(),
        " modalities, statistics of ", statistics.size());
  Sample sample;
  sample.label = recording.label;
  for (std::size_t m = 0; m < statistics.size(); ++m) {
    const ModalityOptions& modality = options.modalities[m];
    Window window =
        cut_window(recording.stream(modality.name), modality.frames, start, options.length, options.max_gap);
    crop_window(window, modality);
    normalise(window, statistics[m]);
    scale_motion(window, modality.motion_gain);
    clear_masked(window);
    sample.inputs.push_back(std::move(window));
  }
  return sample;
}

STAC3DL_NAMESPACE_END
