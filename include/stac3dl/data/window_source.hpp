/// data/window_source.hpp - all windows of chosen recordings, as samples for training and evaluation.
///
///   WindowSource train(recordings, chosen, options, statistics, augment, seed);
///   train.size();   train.sample(i);   train.sample(i, epoch);        // as it is; varied anew in each epoch
/// sample(i, epoch) depends on (seed, epoch, i) alone: any thread may make any sample, in any order.
#pragma once

#include <memory>

#include "stac3dl/data/augment.hpp"
#include "stac3dl/data/windows.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Recordings that several sources (the two sides of a split, the folds) look at without copying.
using SharedRecordings = std::shared_ptr<const std::vector<Recording>>;

/// Normalisation constants of all modalities, from the chosen recordings (those of the training people).
inline std::vector<ModalityStatistics> compute_statistics(const std::vector<Recording>& recordings,
                                                          const std::vector<Index>& chosen,
                                                          const WindowOptions& options) {
  std::vector<ModalityStatistics> all;
  for (const ModalityOptions& m : options.modalities)
    all.push_back(compute_statistics(recordings, chosen, m.name, m.statistics));
  return all;
}

/// Names a sample of a training: its variation is a function of these alone.
struct SampleName {
  std::uint64_t seed = 0, epoch = 0, index = 0;  ///< of the training; from 0; of the window
};

/// The window of a recording at about `start`, varied; `augment` has an entry for each modality.
inline Sample make_varied_sample(const Recording& from, const WindowOptions& options,
                                 const std::vector<ModalityStatistics>& statistics, const AugmentOptions& augment,
                                 double start, const SampleName& name) {
  const auto [seed, epoch, index] = name;
  Random random({seed, epoch, index, 0});
  const double length = options.length * random.uniform(augment.speed_low, augment.speed_high);
  const Interval time = common_time(from, options);
  const double moved = start + random.uniform(-augment.shift, augment.shift);
  start = std::max(time.begin, std::min(moved, time.end - length));
  const bool mirror = random.chance(augment.mirror);

  Sample sample;
  sample.label = from.label;
  for (std::size_t m = 0; m < statistics.size(); ++m) {
    const ModalityOptions& modality = options.modalities[m];
    Window window = cut_window(from.stream(modality.name), modality.frames, start, length, options.max_gap);
    const ModalityAugment& vary = augment.modalities[m];
    Random place({seed, epoch, index, 4, m});
    const double down = place.uniform(), right = place.uniform();
    crop_window(window, modality, down, right);
    vary_sensor(window, vary.sensor, Random({seed, epoch, index, 1, m}));
    vary_skeleton(window, vary.skeleton, mirror, Random({seed, epoch, index, 5, m}));
    normalise(window, statistics[m]);
    scale_motion(window, modality.motion_gain);
    vary_picture(window, vary.picture, mirror, Random({seed, epoch, index, 2, m}));
    clear_masked(window);
    sample.inputs.push_back(std::move(window));
  }
  std::vector<double> dropout;  // of each modality
  for (const ModalityAugment& m : augment.modalities) dropout.push_back(m.dropout < 0 ? augment.dropout : m.dropout);
  drop_modalities(sample, dropout, Random({seed, epoch, index, 3}));
  drop_stretches(sample, augment.gap, augment.gap_share, Random({seed, epoch, index, 6}));
  return sample;
}

class WindowSource {
 public:
  /// Windows of the chosen recordings; `statistics` has one entry a modality.  Error where options and streams do not
  /// fit.
  WindowSource(SharedRecordings recordings, const std::vector<Index>& chosen, WindowOptions options,
               std::vector<ModalityStatistics> statistics, AugmentOptions augment = {}, std::uint64_t seed = 0)
      : recordings_(std::move(recordings)),
        options_(std::move(options)),
        statistics_(std::move(statistics)),
        augment_(std::move(augment)),
        seed_(seed) {
    check(recordings_ != nullptr, "WindowSource: no recordings");
    check(statistics_.size() == options_.modalities.size(), "WindowSource: ", options_.modalities.size(),
          " modalities, statistics of ", statistics_.size());
    check_augment(augment_, options_.modalities.size());
    augment_.modalities.resize(options_.modalities.size());
    places_ = place_windows(*recordings_, chosen, options_);
    for (Index r : chosen) check_streams((*recordings_)[static_cast<std::size_t>(r)]);
  }

  Index size() const { return static_cast<Index>(places_.size()); }  ///< Windows.

  /// The same windows of other versions of the same recordings: damaged, or prepared in another way.
  WindowSource of(SharedRecordings other) const {
    check(other != nullptr && other->size() == recordings_->size(), "WindowSource::of: want ", recordings_->size(),
          " recordings, got ", other ? other->size() : 0);
    WindowSource source = *this;
    source.recordings_ = std::move(other);
    for (Index i = 0; i < size(); ++i) {
      const Recording& recording = source.recording(i);
      check(recording.id == this->recording(i).id, "WindowSource::of: recording ", recording.id, " in place of ",
            this->recording(i).id);
      if (i == 0 || recording_index(i) != recording_index(i - 1)) source.check_streams(recording);
    }
    return source;
  }

  /// Window i as it was recorded.
  Sample sample(Index i) const {
    const WindowPlace& place = at(i);
    return make_sample(recording(i), options_, statistics_, place.start);
  }

  /// Window i as training sees it in `epoch`.
  Sample sample(Index i, std::uint64_t epoch) const {
    return make_varied_sample(recording(i), options_, statistics_, augment_, at(i).start,
                              {seed_, epoch, static_cast<std::uint64_t>(i)});
  }

  /// The recording that window i was cut from, its index in the list of all recordings, and where it begins.
  const Recording& recording(Index i) const { return (*recordings_)[static_cast<std::size_t>(at(i).recording)]; }
  Index recording_index(Index i) const { return at(i).recording; }  ///< Index of window i's recording.
  double start(Index i) const { return at(i).start; }  ///< When window i starts, seconds on its recording's clock.
  Index label(Index i) const { return recording(i).label; }                   ///< Class of window i.
  const std::string& subject(Index i) const { return recording(i).subject; }  ///< Who is seen in window i.
  const std::string& recording_id(Index i) const { return recording(i).id; }  ///< Id of window i's recording.

  const WindowOptions& options() const { return options_; }                          ///< As given.
  const std::vector<ModalityStatistics>& statistics() const { return statistics_; }  ///< As given.
  const AugmentOptions& augment() const { return augment_; }                         ///< As given.

 private:
  /// In order, and on the grid of the first recording.
  void check_streams(const Recording& recording) const {
    for (const ModalityOptions& m : options_.modalities) {
      const Stream& stream = recording.stream(m.name);
      check_stream(stream);
      const Shape<3> grid = this->recording(0).stream(m.name).grid();
      check(stream.grid() == grid, "WindowSource: stream ", m.name, " of recording ", recording.id,
            " is on a grid (C, H, W) of ", to_string(stream.grid()), ", that of recording ", this->recording(0).id,
            " on ", to_string(grid));
    }
  }

  const WindowPlace& at(Index i) const {
    check(i >= 0 && i < size(), "WindowSource: window ", i, " of ", size());
    return places_[static_cast<std::size_t>(i)];
  }

  SharedRecordings recordings_;
  WindowOptions options_;
  std::vector<ModalityStatistics> statistics_;
  AugmentOptions augment_;
  std::uint64_t seed_;
  std::vector<WindowPlace> places_;
};

STAC3DL_NAMESPACE_END
