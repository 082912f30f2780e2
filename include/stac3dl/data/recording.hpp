/// data/recording.hpp - a recording in memory: one person, one exercise, several sensors.
///
/// Every sensor is a video on its own grid (model.md, section 1), so one type holds them all:
///   RGB (T, 3, H, W)   depth (T, 1, H, W)   pressure mat (T, 1, 32, 16)   skeleton (T, 3, J, 1)   signal (T, C, 1, 1)
/// Frames come first, so a stretch of time is one contiguous block and slicing copies nothing.  Each frame has a time
/// of its own: sensors jitter, drop frames, and start and stop apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A stretch of time [begin, end) in seconds.
struct Interval {
  double begin = 0, end = 0;                     ///< seconds
  double length() const { return end - begin; }  ///< Seconds.
};

/// What a slice of a stream shows; nothing is copied.
struct StreamView {
  std::span<const double> times;                                   ///< (T), seconds
  CView<float, 4> frames;                                          ///< (T, C, H, W)
  CView<std::uint8_t, 1> valid;                                    ///< (T), 1 = this frame counts; empty: all do
  CView<std::uint8_t, 2> places = {};                              ///< (T, H*W), 1 = this place counts; empty: all do
  Index size() const { return static_cast<Index>(times.size()); }  ///< T.
};

/// What one sensor saw.
struct Stream {
  std::string name;               ///< unique in its recording
  std::vector<double> times;      ///< (T), seconds, strictly increasing; one clock for all streams of a recording
  Tensor<float, 4> frames;        ///< (T, C, H, W); an absent stream has T = 0 and keeps its grid
  Tensor<std::uint8_t, 1> valid;  ///< (T), 1 = this frame counts; empty: all do
  Tensor<std::uint8_t, 2> places =
      {};  ///< (T, H*W), 1 = this place of this frame counts (joints, pixels); empty: all do

  Index size() const { return static_cast<Index>(times.size()); }  ///< T.
  bool absent() const { return times.empty(); }                    ///< True where there are no frames.
  /// (C, H, W)
  Shape<3> grid() const { return {frames.size(1), frames.size(2), frames.size(3)}; }
  /// First to last time.
  Interval span() const { return absent() ? Interval{} : Interval{times.front(), times.back()}; }

  /// The frames with begin <= time < end.
  StreamView slice(double begin, double end) const {
    const auto first = std::lower_bound(times.begin(), times.end(), begin);
    const auto last = std::lower_bound(first, times.end(), std::max(begin, end));
    const Index at = first - times.begin(), count = last - first;
    StreamView view{{times.data() + at, static_cast<std::size_t>(count)}, frames.view().range(at, count), {}, {}};
    if (!valid.empty()) view.valid = valid.view().range(at, count);
    if (!places.empty()) view.places = places.view().range(at, count);
    return view;
  }
};

/// One recording: who, what, and what each sensor saw.
struct Recording {
  std::string id;       ///< unique in its data set
  std::string subject;  ///< the person; one person is never on both sides of a split.  Empty: unknown
  std::string group;    ///< what else must stay together (clips of one video).  Empty: nothing
  std::string source;   ///< where it came from, for messages
  Index label = 0;      ///< class, counted from 0
  std::vector<Stream> streams;  ///< one a sensor

  /// The stream of that name, or nullptr.
  const Stream* find(const std::string& name) const {
    for (const Stream& stream : streams)
      if (stream.name == name) return &stream;
    return nullptr;
  }
  /// The stream of that name, or nullptr.
  Stream* find(const std::string& name) { return const_cast<Stream*>(std::as_const(*this).find(name)); }
  /// The stream of that name; an error that lists the names there are.
  const Stream& stream(const std::string& name) const {
    const Stream* found = find(name);
    if (found) return *found;
    std::string names;
    for (const Stream& stream : streams) names += (names.empty() ? "" : ", ") + stream.name;
    fail("recording ", id, ": no stream \"", name, "\"; it has ", names.empty() ? "none" : names);
  }
};

/// The listed frames in the listed order, masks with them; an index may be left out and may repeat.
inline Stream take_frames(const Stream& stream, std::span<const Index> order) {
  const Index kept = static_cast<Index>(order.size());
  Stream out;
  out.name = stream.name;
  out.times.resize(order.size());
  out.frames = Tensor<float, 4>({kept, stream.frames.size(1), stream.frames.size(2), stream.frames.size(3)});
  if (!stream.valid.empty()) out.valid = Tensor<std::uint8_t, 1>({kept});
  if (!stream.places.empty()) out.places = Tensor<std::uint8_t, 2>({kept, stream.places.size(1)});
  for (Index i = 0; i < kept; ++i) {
    const Index from = order[static_cast<std::size_t>(i)];
    check(from >= 0 && from < stream.size(), "take_frames: frame ", from, " of ", stream.size());
    out.times[static_cast<std::size_t>(i)] = stream.times[static_cast<std::size_t>(from)];
    const auto frame = stream.frames.slice(from);
    std::copy(frame.begin(), frame.end(), out.frames.slice(i).begin());
    if (!stream.valid.empty()) out.valid[i] = stream.valid[from];
    if (stream.places.empty()) continue;
    const auto places = stream.places.slice(from);
    std::copy(places.begin(), places.end(), out.places.slice(i).begin());
  }
  return out;
}

/// Throws unless sizes agree and times are finite and strictly increasing.
inline void check_stream(const Stream& stream) {
  check(stream.frames.size(0) == stream.size(), "stream ", stream.name, ": ", stream.size(), " times, but frames ",
        to_string(stream.frames.shape()));
  check(stream.valid.empty() || stream.valid.size() == stream.size(), "stream ", stream.name, ": ", stream.size(),
        " times, but a mask of ", stream.valid.size());
  check(stream.places.empty() ||
            stream.places.shape() == Shape<2>{stream.size(), stream.frames.size(2) * stream.frames.size(3)},
        "stream ", stream.name, ": frames ", to_string(stream.frames.shape()), ", but a mask of places ",
        to_string(stream.places.shape()));
  double before = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < stream.times.size(); ++i) {
    const double time = stream.times[i];
    check(std::isfinite(time), "stream ", stream.name, ": time ", time, " of frame ", i, ", want a finite number");
    check(time > before, "stream ", stream.name, ": want increasing times, got ", time, " after ", before, " at frame ",
          i, " (sort_by_time puts them in order)");
    before = time;
  }
}

/// The time that all of these streams share; absent ones do not count.  {0, 0} if all are absent, end <= begin if they
/// have no time in common.
inline Interval overlap(std::span<const Stream* const> streams) {
  Interval common{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  bool any = false;
  for (const Stream* stream : streams) {
    if (stream->absent()) continue;
    any = true;
    common.begin = std::max(common.begin, stream->times.front());
    common.end = std::min(common.end, stream->times.back());
  }
  return any ? common : Interval{};
}
/// The time that all present streams of a recording share.
inline Interval overlap(const Recording& recording) {
  std::vector<const Stream*> streams;
  for (const Stream& stream : recording.streams) streams.push_back(&stream);
  return overlap(streams);
}

STAC3DL_NAMESPACE_END
