/// data/live_preparation.hpp - the steps of a pipeline on a stream that is still being recorded.
///
///   LivePreparation live(steps);
///   Stream ready = live.push(new_frames);   // frames that have become final, prepared
/// A frame is final once everything that its steps look at is there: reach.ahead seconds after it was taken.  What
/// comes out, put together, equals the whole recording prepared at once, to the bit.  Raw frames are kept for as long
/// as they may still be looked at (reach.back + reach.ahead seconds) and prepared anew with every push.
#pragma once

#include "stac3dl/data/pipeline.hpp"

STAC3DL_NAMESPACE_BEGIN

class LivePreparation {
 public:
  /// Error where a step wants the whole recording.
  explicit LivePreparation(std::vector<Step> steps) : steps_(std::move(steps)), reach_(stac3dl::reach(steps_)) {
    check_live({{{"", steps_}}});
  }

  /// Takes frames as they arrived; gives those that are final now, perhaps none.
  Stream push(const Stream& fresh) {
    append(fresh);
    for (const double time : fresh.times) newest_ = std::max(newest_, time);
    return ready(newest_ - reach_.ahead);
  }
  /// The recording has ended: the rest.
  Stream finish() { return ready(std::numeric_limits<double>::infinity()); }

  /// Seconds from a frame to its being final.
  double delay() const { return reach_.ahead; }
  /// Raw frames that are kept.
  Index kept() const { return raw_.size(); }

 private:
  void append(const Stream& fresh) {
    if (raw_.frames.size(1) == 0) raw_ = take_frames(fresh, {});
    check(fresh.grid() == raw_.grid(), "LivePreparation: frames ", to_string(fresh.grid()), " (C, H, W) after ",
          to_string(raw_.grid()));
    Stream both;
    both.name = raw_.name;
    both.times = raw_.times;
    both.times.insert(both.times.end(), fresh.times.begin(), fresh.times.end());
    const Index old = raw_.size(), all = both.size();
    both.frames = Tensor<float, 4>({all, raw_.frames.size(1), raw_.frames.size(2), raw_.frames.size(3)});
    std::copy(raw_.frames.begin(), raw_.frames.end(), both.frames.begin());
    std::copy(fresh.frames.begin(), fresh.frames.end(), both.frames.begin() + raw_.frames.size());
    for (Index t = 0; t < all; ++t) {
      const Stream& from = t < old ? raw_ : fresh;
      const Index i = t < old ? t : t - old;
      if (!counts(from, i)) mask_frame(both, t);
      for (Index p = 0; !from.places.empty() && p < place_count(from); ++p)
        if (!counts(from, i, p)) mask_place(both, t, p);
    }
    raw_ = std::move(both);
  }

  /// Frames in (given_, until].
  Stream ready(double until) {
    Stream stream = raw_;
    prepare(steps_, stream);
    std::vector<Index> fresh, kept;
    for (Index t = 0; t < stream.size(); ++t) {
      const double time = stream.times[static_cast<std::size_t>(t)];
      if (time > given_ && time <= until) fresh.push_back(t);
    }
    given_ = std::max(given_, until);
    const double oldest = given_ - reach_.back;
    // and the frame before those: after a hole in the recording it tells that there was something before the hole
    double last = -std::numeric_limits<double>::infinity();
    for (const double time : raw_.times)
      if (time < oldest) last = std::max(last, time);
    for (Index t = 0; t < raw_.size(); ++t)
      if (raw_.times[static_cast<std::size_t>(t)] >= last) kept.push_back(t);
    if (static_cast<Index>(kept.size()) < raw_.size()) raw_ = take_frames(raw_, kept);
    return take_frames(stream, fresh);
  }

  std::vector<Step> steps_;
  Reach reach_;
  Stream raw_;
  double newest_ = -std::numeric_limits<double>::infinity(), given_ = newest_;
};

STAC3DL_NAMESPACE_END
