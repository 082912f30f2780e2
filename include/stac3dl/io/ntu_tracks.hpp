/// io/ntu_tracks.hpp - who is who in an NTU skeleton file: its bodies become streams, the one that moves most first.
///
/// Kinect gives a body an id and forgets it when the body is lost for a moment, and sees people in chairs and curtains.
///   tracks    bodies of one id, frame by frame
///   joined    a track that begins after another ended, at most `join_gap` frames later, with its waist at most
///             `join_distance` metres from where the other was last, goes on with it
///   ranked    by motion: the sum over joints and coordinates of the standard deviation over the frames that it is in,
///             weighted by their number (a shadow seen for three frames does not win)
/// Streams are called "skeleton", "skeleton2", ...: (T, 3, 25, 1) metres, or (T, 4, 25, 1) with the confidence 0, 1/2
/// or 1. All have the file's T frames; where the body is not seen the frame is masked, a joint that is no number is
/// masked by itself (Stream.places), and what is unknown is 0.
#pragma once

#include <map>

#include "stac3dl/data/preparation_step.hpp"
#include "stac3dl/io/ntu_skeleton.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How bodies become streams.
struct NtuOptions {
  Index bodies = 2;            ///< streams of a recording; those without a body are absent (T = 0)
  bool confidence = false;     ///< a fourth channel: tracking / 2
  Index join_gap = 30;         ///< frames
  double join_distance = 0.5;  ///< metres
};

/// What became of a file's bodies.
struct NtuReport {
  Index frames = 0, empty_frames = 0;  ///< empty: without any body
  Index ids = 0, joined = 0;           ///< ids in the file; tracks that go on with another
  Index dropped = 0;                   ///< tracks beyond the streams asked for
  Index unknown_joints = 0;            ///< joints of the streams that are no number
};

namespace detail {

/// One body over time; frames are in order.
struct NtuTrack {
  std::vector<Index> frames;
  std::vector<const NtuBody*> bodies;
  double moved = 0;

  double motion() const {
    double total = 0;
    for (std::size_t j = 0; j < ntu_joints; ++j)
      for (std::size_t c = 0; c < 3; ++c) {
        double count = 0, mean = 0, squares = 0;  // Welford's running mean and sum of squares
        for (const NtuBody* body : bodies) {
          if (!body->joints[j].known()) continue;
          const double x = static_cast<double>(body->joints[j].place[c]), before = x - mean;
          mean += before / ++count;
          squares += before * (x - mean);
        }
        if (count > 0) total += std::sqrt(squares / count) * count;
      }
    return total;
  }
};

/// How far a track's waist at its beginning is from where another was last; infinity if they cannot be one body.
inline double ntu_jump(const NtuTrack& before, const NtuTrack& after, const NtuOptions& options) {
  const Index gap = after.frames.front() - before.frames.back();
  if (gap <= 0 || gap > options.join_gap) return std::numeric_limits<double>::infinity();
  double squares = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const auto step = before.bodies.back()->joints[0].place[c] - after.bodies.front()->joints[0].place[c];
    squares += static_cast<double>(step) * static_cast<double>(step);
  }
  return squares <= options.join_distance * options.join_distance ? std::sqrt(squares)
                                                                  : std::numeric_limits<double>::infinity();
}

/// Joined tracks, those that move most first; equal ones by first frame.
inline std::vector<NtuTrack> ntu_tracks(const NtuSkeleton& skeleton, const NtuOptions& options, NtuReport& report) {
  std::vector<NtuTrack> tracks;  // by first frame
  std::map<std::uint64_t, std::size_t> known;
  for (std::size_t t = 0; t < skeleton.frames.size(); ++t) {
    report.empty_frames += skeleton.frames[t].empty();
    for (const NtuBody& body : skeleton.frames[t]) {
      const auto [at, fresh] = known.emplace(body.id, tracks.size());
      if (fresh) tracks.emplace_back();
      NtuTrack& track = tracks[at->second];
      if (!track.frames.empty() && track.frames.back() == static_cast<Index>(t)) continue;  // one id twice in a frame
      track.frames.push_back(static_cast<Index>(t));
      track.bodies.push_back(&body);
    }
  }
  report.ids = static_cast<Index>(tracks.size());
  std::vector<NtuTrack> joined;
  for (NtuTrack& track : tracks) {
    const auto nearest = std::min_element(joined.begin(), joined.end(), [&](const NtuTrack& a, const NtuTrack& b) {
      return ntu_jump(a, track, options) < ntu_jump(b, track, options);
    });
    if (nearest == joined.end() || std::isinf(ntu_jump(*nearest, track, options))) {
      joined.push_back(std::move(track));
      continue;
    }
    ++report.joined;
    nearest->frames.insert(nearest->frames.end(), track.frames.begin(), track.frames.end());
    nearest->bodies.insert(nearest->bodies.end(), track.bodies.begin(), track.bodies.end());
  }
  for (NtuTrack& track : joined) track.moved = track.motion();
  std::stable_sort(joined.begin(), joined.end(),
                   [](const NtuTrack& a, const NtuTrack& b) { return a.moved > b.moved; });
  return joined;
}

}  // namespace detail

/// The streams of a file's bodies, options.bodies of them.
inline std::vector<Stream> ntu_streams(const NtuSkeleton& skeleton, const NtuOptions& options = {},
                                       NtuReport* report = nullptr) {
  check(options.bodies >= 1 && options.bodies <= 16, "NtuOptions.bodies: want 1 to 16, got ", options.bodies);
  NtuReport found;
  const std::vector<detail::NtuTrack> tracks = detail::ntu_tracks(skeleton, options, found);
  const Index frames = found.frames = static_cast<Index>(skeleton.frames.size());
  found.dropped = std::max<Index>(0, static_cast<Index>(tracks.size()) - options.bodies);
  const Index channels = options.confidence ? 4 : 3;
  std::vector<Stream> streams;
  for (Index b = 0; b < options.bodies; ++b) {
    Stream& stream = streams.emplace_back();
    stream.name = b == 0 ? "skeleton" : "skeleton" + std::to_string(b + 1);
    const bool seen = b < static_cast<Index>(tracks.size());
    stream.frames = Tensor<float, 4>({seen ? frames : 0, channels, ntu_joints, 1});
    if (!seen) continue;
    for (Index t = 0; t < frames; ++t) stream.times.push_back(static_cast<double>(t) / 30);
    stream.valid = Tensor<std::uint8_t, 1>({frames});
    const detail::NtuTrack& track = tracks[static_cast<std::size_t>(b)];
    for (std::size_t i = 0; i < track.frames.size(); ++i) {
      const Index t = track.frames[i];
      stream.valid[t] = 1;
      for (Index j = 0; j < ntu_joints; ++j) {
        const NtuJoint& joint = track.bodies[i]->joints[static_cast<std::size_t>(j)];
        if (!joint.known()) {
          ++found.unknown_joints;
          mask_place(stream, t, j);
          continue;
        }
        for (Index c = 0; c < 3; ++c) stream.frames(t, c, j, Index{0}) = joint.place[static_cast<std::size_t>(c)];
        if (options.confidence) stream.frames(t, Index{3}, j, Index{0}) = 0.5f * static_cast<float>(joint.tracking);
      }
    }
    tidy_masks(stream);
  }
  if (report != nullptr) *report = found;
  return streams;
}

STAC3DL_NAMESPACE_END
