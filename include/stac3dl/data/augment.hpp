/// data/augment.hpp - what training varies in a window, so that the model learns the exercise and not the room.
///
/// Every change is a function of a Random stream alone, so a sample is known by (seed, epoch, index) and comes out the
/// same on any thread.  Two places: vary_sensor and vary_skeleton (data/augment_skeleton.hpp) work on readings as
/// recorded (how a sensor is worn, how sensitive it is), vary_picture on normalised values (where the camera stands,
/// how bright the picture is).  Speed and shift are where the window is cut (data/window_source.hpp).
#pragma once

#include "stac3dl/core/random.hpp"
#include "stac3dl/data/augment_skeleton.hpp"
#include "stac3dl/data/mirror.hpp"
#include "stac3dl/data/missing.hpp"
#include "stac3dl/data/resize.hpp"
#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Before normalisation.  All off by default.
struct SensorAugment {
  double gain = 0;          ///< x <- x exp(g), g uniform in [-gain, gain]
  double dead_rows = 0;     ///< chance of each row of the grid to read 0 throughout
  bool axis_signs = false;  ///< each channel is negated or not
  double axis_jitter = 0;   ///< channels are mixed by I + axis_jitter N: a small rotation, shear and gain at once
  double noise = 0;         ///< standard deviation, in the sensor's unit
  double rotation = 0;      ///< up to so many degrees about any axis; channels are x, y, z, once or more
};

/// After normalisation.  All off by default.
struct PictureAugment {
  Index shift_rows = 0, shift_columns = 0;  ///< up to so many places either way; the edge is repeated
  Mirror mirror = Mirror::none;             ///< which axis AugmentOptions.mirror turns over
  double contrast = 0;                      ///< x <- x exp(g), g uniform in [-contrast, contrast]
  double brightness = 0;                    ///< standard deviation of what is added to the whole window
  double noise = 0;                         ///< standard deviation of what is added to each value
  double crop = 1;  ///< the picture becomes a part of it, from this share of its rows and columns up to all, stretched
};

struct ModalityAugment {
  SensorAugment sensor = {};      ///< how the sensor is worn
  PictureAugment picture = {};    ///< where the camera stands
  SkeletonAugment skeleton = {};  ///< which way the person faces
  double dropout = -1;            ///< chance of this modality to be masked; below 0: AugmentOptions.dropout
};

/// What is varied, and how far.
struct AugmentOptions {
  double speed_low = 1, speed_high = 1;          ///< the window spans length * speed seconds
  double shift = 0;                              ///< its start moves by up to so many seconds, inside the recording
  double mirror = 0;                             ///< chance of turning over all that have a mirror axis, together
  double dropout = 0;                            ///< chance of each modality to be masked; never all of them
  std::vector<ModalityAugment> modalities = {};  ///< one a modality, or empty: none varied
  double gap = 0;                                ///< chance of each modality to lose a stretch of the window
  double gap_share = 0.5;                        ///< how much of it at most
};

/// What may be varied where a trained model is asked (train/test_time_augmentation.hpp): the same stretch of time with
/// all of its sensors, otherwise as in training.
inline AugmentOptions test_time(AugmentOptions options) {
  options.speed_low = options.speed_high = 1;
  options.shift = options.dropout = options.gap = 0;
  for (ModalityAugment& m : options.modalities) m.dropout = 0;
  return options;
}

/// Error where an option makes no sense, or where `modalities` is neither as many as are listed nor any.
inline void check_augment(const AugmentOptions& options, std::size_t modalities) {
  check(options.speed_low > 0 && options.speed_low <= options.speed_high && std::isfinite(options.speed_high),
        "AugmentOptions: want 0 < speed_low <= speed_high, got ", options.speed_low, " and ", options.speed_high);
  check(options.shift >= 0 && std::isfinite(options.shift), "AugmentOptions.shift: want 0 or more seconds, got ",
        options.shift);
  check(options.mirror >= 0 && options.mirror <= 1, "AugmentOptions.mirror: want a chance in [0, 1], got ",
        options.mirror);
  check(options.dropout >= 0 && options.dropout < 1, "AugmentOptions.dropout: want a chance in [0, 1), got ",
        options.dropout);
  check(options.modalities.empty() || options.modalities.size() == modalities, "AugmentOptions.modalities: want ",
        modalities, " or none, got ", options.modalities.size());
  check(options.gap >= 0 && options.gap <= 1, "AugmentOptions.gap: want a chance in [0, 1], got ", options.gap);
  check(options.gap_share > 0 && options.gap_share < 1, "AugmentOptions.gap_share: want a share in (0, 1), got ",
        options.gap_share);
  for (const ModalityAugment& m : options.modalities) {
    check(m.dropout < 1, "ModalityAugment.dropout: want a chance below 1, got ", m.dropout);
    check(m.sensor.rotation >= 0 && m.sensor.rotation <= 180, "SensorAugment.rotation: want 0 to 180 degrees, got ",
          m.sensor.rotation);
    check(m.picture.crop > 0 && m.picture.crop <= 1, "PictureAugment.crop: want a share in (0, 1], got ",
          m.picture.crop);
    check(m.skeleton.up >= 0 && m.skeleton.up <= 2 && m.skeleton.mirror_axis >= 0 && m.skeleton.mirror_axis <= 2,
          "SkeletonAugment: want axes 0, 1 or 2, got up ", m.skeleton.up, " and mirror_axis ", m.skeleton.mirror_axis);
    check(m.sensor.dead_rows >= 0 && m.sensor.dead_rows <= 1, "SensorAugment.dead_rows: want a chance in [0, 1], got ",
          m.sensor.dead_rows);
    check(m.picture.shift_rows >= 0 && m.picture.shift_columns >= 0, "PictureAugment: want shifts of 0 or more, got ",
          m.picture.shift_rows, " and ", m.picture.shift_columns);
  }
}

namespace detail {
/// Noise takes the numbers of the stream from here on; the few single draws stay far below.
inline constexpr std::uint64_t noise_begin = std::uint64_t{1} << 32;

inline void add_noise(Window& window, double deviation, const Random& random) {
  if (deviation == 0) return;
  float* x = window.x.data();
  for (Index i = 0; i < window.x.size(); ++i)
    x[i] += static_cast<float>(deviation * random.normal_at(noise_begin + static_cast<std::uint64_t>(i)));
}
}  // namespace detail

/// On readings as recorded.
inline void vary_sensor(Window& window, const SensorAugment& options, Random random) {
  const auto [channels, frames, height, width] = window.x.shape();
  if (options.gain != 0) window.x.array() *= static_cast<float>(std::exp(random.uniform(-options.gain, options.gain)));
  if (options.dead_rows != 0)
    for (Index y = 0; y < height; ++y)
      if (random.chance(options.dead_rows))
        for (Index ct = 0; ct < channels * frames; ++ct)
          std::fill_n(window.x.data() + (ct * height + y) * width, width, 0.0f);
  if (options.axis_signs || options.axis_jitter != 0) {
    Eigen::ArrayXXf mix(channels, channels);  // out[a] = sum over b of mix(a, b) in[b]
    for (Index a = 0; a < channels; ++a) {
      const double sign = options.axis_signs && random.chance(0.5) ? -1 : 1;
      for (Index b = 0; b < channels; ++b)
        mix(a, b) = static_cast<float>(sign * ((a == b) + options.axis_jitter * random.normal()));
    }
    const Tensor<float, 4> before = window.x;
    for (Index a = 0; a < channels; ++a) {
      auto out = window.x.slice(a).array();
      out.setZero();
      for (Index b = 0; b < channels; ++b) out += mix(a, b) * before.slice(b).array();
    }
  }
  if (options.rotation != 0) {
    check(channels % 3 == 0, "SensorAugment.rotation: ", channels, " channels, want x, y, z once or more");
    const Eigen::Matrix3f turn = detail::random_rotation(options.rotation, random);
    for (Index c = 0; c < channels; c += 3) detail::rotate_channels(window, c, turn);
  }
  detail::add_noise(window, options.noise, random);
}

namespace detail {
/// A random part of the picture, `share` to all of its rows and columns, stretched to its size.
inline void crop_and_stretch(Window& window, double share, Random random) {
  const auto [channels, frames, height, width] = window.x.shape();
  const auto part = [&](Index size, Index& first) {
    const Index kept =
        std::max<Index>(1, static_cast<Index>(std::lround(static_cast<double>(size) * random.uniform(share, 1))));
    first = static_cast<Index>(random.below(static_cast<std::uint64_t>(size - kept + 1)));
    return kept;
  };
  Index top = 0, left = 0;
  const Index rows = part(height, top), columns = part(width, left);
  auto row_weights = resize_weights(rows, height), column_weights = resize_weights(columns, width);
  for (AxisWeights& w : row_weights) w.first += top;
  for (AxisWeights& w : column_weights) w.first += left;
  const Tensor<float, 4> before = window.x;
  const Tensor<std::uint8_t, 2> masks = window.positions;
  std::vector<double> counted(static_cast<std::size_t>(height * width));
  for (Index c = 0; c < channels; ++c)
    for (Index t = 0; t < frames; ++t) {
      resize_plane(before.slice(c).slice(t).data(), masks.empty() ? nullptr : masks.slice(t).data(), width, row_weights,
                   column_weights, window.x.slice(c).slice(t).data(), counted.data());
      for (Index p = 0; !masks.empty() && p < height * width; ++p)
        window.positions(t, p) = counted[static_cast<std::size_t>(p)] >= 0.5 - 1e-9;
    }
}
}  // namespace detail

/// On normalised values.
inline void vary_picture(Window& window, const PictureAugment& options, bool mirror, Random random) {
  const auto [channels, frames, height, width] = window.x.shape();
  const auto draw_shift = [&](Index most) {
    return most == 0 ? 0 : static_cast<Index>(random.below(static_cast<std::uint64_t>(2 * most + 1))) - most;
  };
  const Index down = draw_shift(options.shift_rows), right = draw_shift(options.shift_columns);
  const bool turn_rows = mirror && options.mirror == Mirror::rows;
  const bool turn_columns = mirror && options.mirror == Mirror::columns;
  if (down != 0 || right != 0 || turn_rows || turn_columns) {
    const Tensor<float, 4> before = window.x;
    const Tensor<std::uint8_t, 2> masks = window.positions;
    for (Index ct = 0; ct < channels * frames; ++ct)
      for (Index y = 0; y < height; ++y)
        for (Index x = 0; x < width; ++x) {
          Index from_y = std::clamp<Index>(y - down, 0, height - 1);
          Index from_x = std::clamp<Index>(x - right, 0, width - 1);
          if (turn_rows) from_y = height - 1 - from_y;
          if (turn_columns) from_x = width - 1 - from_x;
          window.x.data()[(ct * height + y) * width + x] = before.data()[(ct * height + from_y) * width + from_x];
          if (!masks.empty() && ct < frames) window.positions(ct, y * width + x) = masks(ct, from_y * width + from_x);
        }
  }
  if (options.crop != 1) detail::crop_and_stretch(window, options.crop, random.split({1}));
  if (options.contrast != 0)
    window.x.array() *= static_cast<float>(std::exp(random.uniform(-options.contrast, options.contrast)));
  if (options.brightness != 0) window.x.array() += static_cast<float>(options.brightness * random.normal());
  detail::add_noise(window, options.noise, random);
}

/// Masks each modality with its chance.  If none that had a valid frame would be left, all stay.
inline void drop_modalities(Sample& sample, const std::vector<double>& chances, Random random) {
  check(chances.size() == sample.inputs.size(), "drop_modalities: ", chances.size(), " chances for ",
        sample.inputs.size(), " modalities");
  std::vector<bool> dropped;
  bool any_left = false;
  for (const Window& window : sample.inputs) {
    dropped.push_back(random.chance(chances[dropped.size()]));
    const bool visible = window.frames.empty() || window.frames.array().maxCoeff() != 0;
    any_left = any_left || (!dropped.back() && visible);
  }
  if (!any_left) return;
  for (std::size_t m = 0; m < dropped.size(); ++m) {
    if (dropped[m]) mask_modality(sample.inputs[m]);
  }
}
/// The same with one chance for all.
inline void drop_modalities(Sample& sample, double chance, const Random& random) {
  drop_modalities(sample, std::vector<double>(sample.inputs.size(), chance), random);
}

/// Masks a stretch of up to `share` of each modality's frames with the given chance: a sensor that fails for a moment.
inline void drop_stretches(Sample& sample, double chance, double share, Random random) {
  if (chance == 0) return;
  for (Window& window : sample.inputs) {
    const bool drop = random.chance(chance);
    const double part = random.uniform(0, share), at = random.uniform();
    if (!drop) continue;
    const Index frames = window.x.size(1), gone = static_cast<Index>(part * static_cast<double>(frames));
    const Index first = static_cast<Index>(at * static_cast<double>(frames - gone + 1));
    if (window.frames.empty()) window.frames = Tensor<std::uint8_t, 1>({frames}, 1);
    for (Index t = first; t < first + gone; ++t) {
      window.frames[t] = 0;
      for (Index c = 0; c < window.x.size(0); ++c) window.x.slice(c).slice(t).flat().array().setZero();
    }
  }
}

STAC3DL_NAMESPACE_END
