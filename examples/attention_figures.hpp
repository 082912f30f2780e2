// What 15_attention_figures trains and how it measures: settings, figures of one model, and their spread.
#pragma once

#include <map>

#include "exercise_model.hpp"
#include "stac3dl/inspect/deletion.hpp"
#include "stac3dl/inspect/limb_lift.hpp"

namespace attention_figures {

using namespace stac3dl;

/// 7 x 7 places of 4 x 4 pixels, 8 steps of half a second.  A token sees 10 x 10 pixels, its own place and 3 beyond on
/// each side: the last convolution looks along time alone, so that a place's weight is about what happens there.
struct Settings {
  Index epochs = 14, people = 60, recordings = 12, size = 28;
  double motion_gain = 40, rate = 8e-3, token_dropout = 0;
  bool wide = false, hard = false;

  ExerciseOptions clip_options() const {
    ExerciseOptions o = exercise_model::clip_options(hard, false);
    o.height = o.width = size;
    o.frames = 16, o.fps = 4;
    return o;
  }
  ModelConfig config() const {
    const Axes one{1, 1, 1}, space{1, 2, 2};
    const Axes last = wide ? Axes{3, 3, 3} : Axes{3, 1, 1}, around = wide ? one : Axes{1, 0, 0};
    ModelConfig m = exercise_model::config(clip_options());
    m.modalities = {{"rgb", 3, 16, size, size,
                     {{"conv1", 16, {3, 3, 3}, one, one, true, space},
                      {"conv2", 24, {3, 3, 3}, one, one, true, {2, 2, 2}},
                      {"conv3", 32, last, one, around, true, {1, size / 28, size / 28}}}}};
    m.position_embedding = true;
    m.token_dropout = token_dropout;
    return m;
  }
  ExercisePreparation preparation(const GeneratedExercises& clips) const {
    ExercisePreparation p = ExerciseSource::measure(clips);
    p.motion_gain = {motion_gain};
    return p;
  }
  TrainOptions training(std::uint64_t seed) const {
    TrainOptions t = exercise_model::training(hard, epochs, seed);
    t.schedule.rate = rate;
    return t;
  }
};

/// Mean and standard deviation of numbers.
class Spread {
 public:
  void add(double x) { values_.push_back(x); }
  void add(const Spread& other) { values_.insert(values_.end(), other.values_.begin(), other.values_.end()); }
  double mean() const {
    return values_.empty() ? 0 : std::accumulate(values_.begin(), values_.end(), 0.0) / count();
  }
  double deviation() const {
    if (values_.size() < 2) return 0;
    double sum = 0;
    for (double x : values_) sum += (x - mean()) * (x - mean());
    return std::sqrt(sum / (count() - 1));
  }

 private:
  double count() const { return static_cast<double>(values_.size()); }
  std::vector<double> values_;
};

inline constexpr std::array<Index, 3> hidden_cells{3, 5, 10};  ///< of 49: 6, 10 and 20 % of the frame
inline constexpr Index headline_cells = 5, draws = 4;          ///< places elsewhere for each recording

struct Figures {
  Spread accuracy, lift, lift_alpha, on, of, seen;
  std::map<std::string, Spread> lift_of_class, over_seeds;
  std::map<Index, Spread> without_attended, without_other, gap;

  void join(const Figures& one) {
    accuracy.add(one.accuracy), lift.add(one.lift), lift_alpha.add(one.lift_alpha);
    on.add(one.on), of.add(one.of), seen.add(one.seen);
    for (const auto& [name, lifts] : one.lift_of_class) lift_of_class[name].add(lifts);
    for (Index cells : hidden_cells) {
      without_attended[cells].add(one.without_attended.at(cells));
      without_other[cells].add(one.without_other.at(cells));
      gap[cells].add(one.gap.at(cells));
    }
    over_seeds["accuracy"].add(one.accuracy.mean());
    over_seeds["limb lift"].add(one.lift.mean());
    over_seeds["deletion gap"].add(one.gap.at(headline_cells).mean());
  }
};

/// Figures of a model on recordings of people that it has not seen.
inline Figures measure(const StaC3d<float>& model, const std::vector<InputPreparation>& preparation,
                       const GeneratedExercises& clips) {
  PreparedModel<float> ask(model);
  const Axes grid = model.plan().modalities.front().grid;
  Figures out;
  Batch<float> batch;
  for (Index i = 0; i < clips.size(); ++i) {
    const ExerciseRecording recording = clips.open(i);
    Sample sample = recording.sample();
    prepare_sample(preparation, sample);
    collate<float>({sample}, batch);
    const auto& answer = ask(batch);
    const Index label = sample.label;
    const double p = static_cast<double>(answer.probabilities(0, label));
    const Tensor<float, 2> beta(answer.beta.slice(0));
    out.accuracy.add(argmax<float>(answer.probabilities.slice(0)) == label ? 1 : 0);
    out.seen.add(p);
    if (const exercises::BodyParts limbs = recording.moving_limbs(); limbs != 0) {
      const Tensor<double, 2> shares = cell_shares(recording.limb_mask(limbs), grid);
      const LimbLift lift = limb_lift<float>(beta, shares);
      const double steps = static_cast<double>(grid[0]);
      out.lift.add(lift.value()), out.on.add(lift.on / steps), out.of.add(lift.of / steps);
      out.lift_alpha.add(limb_lift<float>(beta, shares, answer.alpha.slice(0)).value());
      out.lift_of_class[GeneratedExercises::class_names()[static_cast<std::size_t>(label)]].add(lift.value());
    }
    for (Index k : hidden_cells) {
      const Tensor<std::uint8_t, 2> attended = attended_cells<float>(beta, k);
      std::vector<Sample> hidden(static_cast<std::size_t>(1 + draws), sample);
      hide_cells(hidden[0].inputs[0].x, attended, grid[1], grid[2]);
      for (Index d = 0; d < draws; ++d) {
        const Random random({clips.seed(), 0xde1e7e, static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(d)});
        hide_cells(hidden[static_cast<std::size_t>(d + 1)].inputs[0].x,
                   cells_elsewhere(attended, grid[1], grid[2], random), grid[1], grid[2]);
      }
      collate(hidden, batch);
      const auto& left = ask(batch).probabilities;
      double other = 0;
      for (Index d = 1; d <= draws; ++d) other += static_cast<double>(left(d, label)) / draws;
      out.without_attended[k].add(static_cast<double>(left(0, label))), out.without_other[k].add(other);
      out.gap[k].add(other - static_cast<double>(left(0, label)));
    }
  }
  return out;
}

}  // namespace attention_figures
