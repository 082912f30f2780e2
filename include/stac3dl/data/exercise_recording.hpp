/// data/exercise_recording.hpp - one recording of the generated data set: its movement, scene, signals, and its sample.
///
/// A clip is a function of (seed, subject, recording, label).  Inputs come in the order RGB (3, T, H, W) in [0, 1];
/// depth (1, T, H, W), metres / 4; skeleton (3, T, J, 1), camera coordinates in metres (x right, y down, z away);
/// heart rate and respiration (1, Ts, 1, 1), see exercise_signals.hpp; those that are switched off are left out.
/// Key points are the joints' images in [0, 1] of the frame; one that lies outside or behind somebody else counts not.
/// The random numbers of a clip do not depend on its label: the classes of exercises::direction_pairs, drawn from the
/// same (seed, subject, recording), show the same poses in opposite order.
#pragma once

#include "stac3dl/data/exercise_scene.hpp"
#include "stac3dl/data/exercise_signals.hpp"
#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What is drawn and how.  Signals have signal_steps_per_frame steps a frame, so that all modalities span one time.
struct ExerciseOptions {
  using Level = exercises::Level;              ///< easy or hard
  Level level = Level::easy;                   ///< how cluttered the scene is
  Index frames = 32, height = 64, width = 64;  ///< of the clip; pixels
  double fps = 8;                              ///< frames a second
  /// Which modalities there are.
  bool rgb = true, depth = false, skeleton = false, heart_rate = false, respiration = false;
  Index depth_height = 0, depth_width = 0;  ///< 0: as RGB
  Index signal_steps_per_frame = 4;         ///< of heart rate and respiration
  bool keypoints = true;                    ///< joints' places in the frame are part of the sample
  double noise = 0.03;                      ///< of a pixel's colour, peak

  /// Throws unless every field makes sense.
  void check_valid() const {
    check(frames >= 1, "ExerciseOptions: frames must be at least 1, got ", frames);
    check(height >= 8 && width >= 8, "ExerciseOptions: height and width must be at least 8, got ", height, " x ",
          width);
    check((depth_height == 0 && depth_width == 0) || (depth_height >= 8 && depth_width >= 8),
          "ExerciseOptions: depth_height and depth_width must both be 0 (as RGB) or at least 8, got ", depth_height,
          " x ", depth_width);
    check(fps > 0 && fps <= 240, "ExerciseOptions: fps must be in (0, 240], got ", fps);
    check(static_cast<double>(frames) / fps >= 0.5, "ExerciseOptions: a clip must last 0.5 s or longer, got ", frames,
          " frames at ", fps, " fps");
    check(signal_steps_per_frame >= 1, "ExerciseOptions: signal_steps_per_frame must be at least 1, got ",
          signal_steps_per_frame);
    check(noise >= 0 && noise <= 1, "ExerciseOptions: noise must be in [0, 1], got ", noise);
    check(rgb || depth || skeleton || heart_rate || respiration, "ExerciseOptions: switch on at least one modality");
  }
};

class ExerciseRecording {
 public:
  /// Error where an option, or the label, makes no sense.
  ExerciseRecording(const ExerciseOptions& options, std::uint64_t seed, Index subject, Index recording, Index label)
      : options_(checked(options, subject, recording, label)), label_(label),
        noise_(Random({seed, id(subject), id(recording), noise_stream})),
        motion_(label, static_cast<double>(options.frames) / options.fps, Random({seed, id(subject), body_stream}),
                Random({seed, id(subject), id(recording), motion_stream})),
        scene_(options.level, motion_, Random({seed, id(subject), clothes_stream}),
               Random({seed, id(subject), id(recording), scene_stream})),
        signals_(exercises::draw_signals(motion_, options.frames * options.signal_steps_per_frame,
                                         1 / (options.fps * static_cast<double>(options.signal_steps_per_frame)),
                                         Random({seed, id(subject), signal_stream}),
                                         Random({seed, id(subject), id(recording), signal_stream}))) {}
  ExerciseRecording(const ExerciseRecording&) = delete;  // the scene looks at the motion
  ExerciseRecording& operator=(const ExerciseRecording&) = delete;

  const ExerciseOptions& options() const { return options_; }     ///< As given.
  const exercises::Motion& motion() const { return motion_; }     ///< The movement.
  const exercises::Scene& scene() const { return scene_; }        ///< Room, light, people and camera.
  const exercises::Signals& signals() const { return signals_; }  ///< Heart rate and respiration.

  /// Frames are taken at their middles, so that a recording played backwards falls on the same moments.
  double frame_time(Index t) const { return (static_cast<double>(t) + 0.5) / options_.fps; }
  /// Signed progress of frame t: 0 at rest, about 1 or -1 at the far end.
  double progress(Index t) const { return motion_.progress(frame_time(t)); }

  /// Draws it: inputs in the order above, label, key points.
  Sample sample() const {
    using namespace exercises;
    const ExerciseOptions& o = options_;
    Sample s;
    s.label = label_;
    Tensor<float, 4> rgb(o.rgb ? Shape<4>{3, o.frames, o.height, o.width} : Shape<4>{});
    const bool same_size = o.depth_height == 0 || (o.depth_height == o.height && o.depth_width == o.width);
    const Index depth_h = same_size ? o.height : o.depth_height, depth_w = same_size ? o.width : o.depth_width;
    Tensor<float, 4> depth(o.depth ? Shape<4>{1, o.frames, depth_h, depth_w} : Shape<4>{});
    Tensor<float, 4> skeleton(o.skeleton ? Shape<4>{3, o.frames, joints, 1} : Shape<4>{});
    if (o.keypoints) s.keypoints.resize({o.frames, joints, 2}), s.visible.resize({o.frames, joints});

    // Key points need the picture where somebody may stand before the subject.
    if (o.rgb || (o.depth && same_size) || (o.keypoints && o.level == Level::hard)) {
      const Backdrop backdrop = scene_.backdrop(o.height, o.width);
      Canvas canvas(o.height, o.width);
      for (Index t = 0; t < o.frames; ++t) {
        scene_.render(frame_time(t), backdrop, canvas);
        if (o.rgb) copy_rgb(canvas, t, rgb);
        if (o.depth && same_size) copy_depth(canvas, t, depth);
        if (o.keypoints) mark_joints(t, o.level == Level::hard ? &canvas : nullptr, s);
      }
    } else if (o.keypoints) {
      for (Index t = 0; t < o.frames; ++t) mark_joints(t, nullptr, s);
    }
    if (o.depth && !same_size) {
      const Backdrop backdrop = scene_.backdrop(depth_h, depth_w);
      Canvas canvas(depth_h, depth_w);
      for (Index t = 0; t < o.frames; ++t) {
        scene_.render(frame_time(t), backdrop, canvas);
        copy_depth(canvas, t, depth);
      }
    }
    if (o.skeleton)
      for (Index t = 0; t < o.frames; ++t) {
        const Figure f = motion_.figure(frame_time(t));
        for (Index j = 0; j < joints; ++j) {
          const Point p = scene_.camera().to_camera(f.joint[static_cast<std::size_t>(j)]);
          for (Index c = 0; c < 3; ++c) skeleton(c, t, j, 0) = static_cast<float>(p[c]);
        }
      }
    if (o.rgb) add(s, std::move(rgb));
    if (o.depth) add(s, std::move(depth));
    if (o.skeleton) add(s, std::move(skeleton));
    if (o.heart_rate) add(s, signal(signals_.heart_rate, heart_rate_offset, heart_rate_scale));
    if (o.respiration) add(s, signal(signals_.respiration, 0, 1));
    return s;
  }

  /// The limbs that alone move in this exercise; 0 where the whole body does.
  exercises::BodyParts moving_limbs() const {
    return exercises::moving_limbs(motion_.exercise().movement, motion_.style().side);
  }
  /// Where the subject's `parts` are seen: (T, H, W) of the RGB frames, 1 on their pixels, 0 where others hide them.
  /// For judging what a model looks at: it is no part of a sample, so no training can see it.
  Tensor<std::uint8_t, 3> limb_mask(exercises::BodyParts parts) const {
    using namespace exercises;
    const Index height = options_.height, width = options_.width;
    Tensor<std::uint8_t, 3> mask({options_.frames, height, width});
    const Backdrop backdrop = scene_.backdrop(height, width);
    Canvas canvas(height, width);
    for (Index t = 0; t < options_.frames; ++t) {
      scene_.render(frame_time(t), backdrop, canvas);
      for (Index i = 0; i < height * width; ++i) {
        const auto at = static_cast<std::size_t>(i);
        mask[t * height * width + i] = canvas.owner[at] == subject_pixels && (canvas.part[at] & parts) != 0;
      }
    }
    return mask;
  }

  static constexpr Index joints = exercises::joint_count;  ///< J: key points of a figure.

 private:
  enum : std::uint64_t { body_stream = 1, motion_stream, scene_stream, clothes_stream, signal_stream, noise_stream };

  static std::uint64_t id(Index i) { return static_cast<std::uint64_t>(i); }

  static const ExerciseOptions& checked(const ExerciseOptions& options, Index subject, Index recording, Index label) {
    options.check_valid();
    const auto classes = static_cast<Index>(exercises::exercise_list.size());
    check(label >= 0 && label < classes, "ExerciseRecording: label must be in [0, ", classes, "), got ", label);
    check(subject >= 0 && recording >= 0, "ExerciseRecording: subject and recording must not be negative, got ",
          subject, " and ", recording);
    return options;
  }

  static void add(Sample& s, Tensor<float, 4>&& x) {
    s.inputs.emplace_back();
    s.inputs.back().x = std::move(x);
  }

  static Tensor<float, 4> signal(const std::vector<double>& values, double offset, double scale) {
    Tensor<float, 4> x({1, static_cast<Index>(values.size()), 1, 1});
    for (std::size_t i = 0; i < values.size(); ++i)
      x[static_cast<Index>(i)] = static_cast<float>((values[i] - offset) / scale);
    return x;
  }

  /// Canvas (H, W, 3) to planes, with sensor noise, clipped to [0, 1].
  void copy_rgb(const exercises::Canvas& canvas, Index t, Tensor<float, 4>& rgb) const {
    const Index pixels = canvas.height * canvas.width;
    const auto strength = static_cast<float>(options_.noise * 0x1p-20);
    const auto seed = noise_.words_at(static_cast<std::uint64_t>(t));
    std::uint64_t state = (std::uint64_t{seed[0]} << 32) | seed[1] | 1;
    for (Index i = 0; i < pixels; ++i) {
      // xorshift64*: a stream of its own for each frame, far cheaper than Philox and good enough for grain.
      state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
      std::uint64_t bits = state * 0x2545F4914F6CDD1D;
      for (Index c = 0; c < 3; ++c, bits >>= 21) {
        const float grain = static_cast<float>(static_cast<std::int64_t>(bits & 0x1FFFFF) - 0x100000) * strength;
        const float value = canvas.rgb[static_cast<std::size_t>(3 * i + c)] + grain;
        rgb.data()[(c * options_.frames + t) * pixels + i] = std::clamp(value, 0.0f, 1.0f);
      }
    }
  }

  void copy_depth(const exercises::Canvas& canvas, Index t, Tensor<float, 4>& depth) const {
    const Index pixels = canvas.height * canvas.width;
    for (Index i = 0; i < pixels; ++i)
      depth.data()[t * pixels + i] = canvas.depth[static_cast<std::size_t>(i)] * 0.25f;
  }

  void mark_joints(Index t, const exercises::Canvas* canvas, Sample& s) const {
    using namespace exercises;
    const Figure f = motion_.figure(frame_time(t));
    const Lens lens(scene_.camera(), options_.height, options_.width);
    for (Index j = 0; j < joints; ++j) {
      const Point p = scene_.camera().to_camera(f.joint[static_cast<std::size_t>(j)]);
      const double x = lens.x(p) / static_cast<double>(options_.width);
      const double y = lens.y(p) / static_cast<double>(options_.height);
      bool seen = x >= 0 && x < 1 && y >= 0 && y < 1;
      if (seen && canvas) {
        const auto column = static_cast<Index>(x * static_cast<double>(options_.width));
        const auto row = static_cast<Index>(y * static_cast<double>(options_.height));
        const auto at = static_cast<std::size_t>(row * options_.width + column);
        seen = canvas->owner[at] != passer_pixels || static_cast<double>(canvas->depth[at]) > p.z();
      }
      s.keypoints(t, j, 0) = static_cast<float>(x), s.keypoints(t, j, 1) = static_cast<float>(y);
      s.visible(t, j) = seen ? 1 : 0;
    }
  }

  ExerciseOptions options_;
  Index label_;
  Random noise_;
  exercises::Motion motion_;
  exercises::Scene scene_;
  exercises::Signals signals_;
};

STAC3DL_NAMESPACE_END
