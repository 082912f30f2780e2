/// data/clip_source.hpp - windows of recordings that need not be in memory: a data set larger than memory trains.
///
///   auto store = std::make_shared<RecordingStore>(clips, load, 4ull << 30);
///   ClipSource train(store, split.train, options, statistics, augment, seed);        // a window of each clip an epoch
///   ClipSource test(store, split.test, options, statistics, {.windows = 5});         // five of each, to be averaged
///   trainer.hooks.ahead = 2;                                       // loading and decoding go on beside the training
/// How many samples there are is known before anything is loaded: each recording counts `windows` times, long or short.
/// In training a window begins anywhere in its recording; as recorded, window k of n begins at (k + 1/2) / n of the
/// room that there is.  sample(i, epoch) depends on (seed, epoch, i) alone, whatever is in memory.
#pragma once

#include "stac3dl/data/recording_store.hpp"
#include "stac3dl/data/window_source.hpp"

STAC3DL_NAMESPACE_BEGIN

class ClipSource {
 public:
  /// WindowOptions.stride and AugmentOptions.shift have no say here.
  ClipSource(std::shared_ptr<RecordingStore> store, std::vector<Index> chosen, WindowOptions options,
             std::vector<ModalityStatistics> statistics, AugmentOptions augment = {}, std::uint64_t seed = 0,
             Index windows = 1)
      : store_(std::move(store)),
        chosen_(std::move(chosen)),
        options_(std::move(options)),
        statistics_(std::move(statistics)),
        augment_(std::move(augment)),
        seed_(seed),
        windows_(windows) {
    check(store_ != nullptr, "ClipSource: no recordings");
    check(windows_ >= 1, "ClipSource: want 1 window of each recording or more, got ", windows_);
    check_windows(options_);
    check(statistics_.size() == options_.modalities.size(), "ClipSource: ", options_.modalities.size(),
          " modalities, statistics of ", statistics_.size());
    check_augment(augment_, options_.modalities.size());
    augment_.modalities.resize(options_.modalities.size());
    augment_.shift = 0;
    for (const Index r : chosen_) store_->about(r);
  }

  Index size() const { return static_cast<Index>(chosen_.size()) * windows_; }  ///< Samples.
  Index windows() const { return windows_; }  ///< Samples of a recording.
  /// Index in the store's list of the recording that sample i is cut from.
  Index recording_index(Index i) const {
    check(i >= 0 && i < size(), "ClipSource: window ", i, " of ", size());
    return chosen_[static_cast<std::size_t>(i / windows_)];
  }
  Index label(Index i) const { return store_->about(recording_index(i)).label; }  ///< Class of sample i.

  /// Window i as it was recorded.
  Sample sample(Index i) const {
    const auto recording = store_->get(recording_index(i));
    const double place = (static_cast<double>(i % windows_) + 0.5) / static_cast<double>(windows_);
    return make_sample(*recording, options_, statistics_, start(*recording, place));
  }
  /// Window i as training sees it in `epoch`.
  Sample sample(Index i, std::uint64_t epoch) const {
    const auto recording = store_->get(recording_index(i));
    const SampleName name{seed_, epoch, static_cast<std::uint64_t>(i)};
    const double place = Random({seed_, epoch, name.index, 7}).uniform();
    return make_varied_sample(*recording, options_, statistics_, augment_, start(*recording, place), name);
  }

 private:
  double start(const Recording& recording, double place) const {
    const Interval time = common_time(recording, options_);
    return time.begin + place * std::max(0.0, time.length() - options_.length);
  }

  std::shared_ptr<RecordingStore> store_;
  std::vector<Index> chosen_;
  WindowOptions options_;
  std::vector<ModalityStatistics> statistics_;
  AugmentOptions augment_;
  std::uint64_t seed_;
  Index windows_;
};

STAC3DL_NAMESPACE_END
