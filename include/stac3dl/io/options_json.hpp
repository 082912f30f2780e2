/// io/options_json.hpp - the options of a training run as JSON; rules as in io/json_fields.hpp.
#pragma once

#include "stac3dl/io/json_fields.hpp"
#include "stac3dl/train/options.hpp"

STAC3DL_NAMESPACE_BEGIN

inline std::span<const char* const> enum_names(OptimiserKind) {
  static constexpr const char* names[] = {"sgd", "adam", "adamw"};
  return names;
}
inline std::span<const char* const> enum_names(ScheduleKind) {
  static constexpr const char* names[] = {"constant", "step", "cosine"};
  return names;
}
inline std::span<const char* const> enum_names(ValidationScore) {
  static constexpr const char* names[] = {"accuracy", "macro_f1"};
  return names;
}

static_assert(field_count<OptimiserOptions> == 7, "list the new field of OptimiserOptions below");
template <class Visit>
void visit_fields(OptimiserOptions& o, Visit&& visit) {
  visit("kind", o.kind);
  visit("decay", o.decay);
  visit("momentum", o.momentum);
  visit("nesterov", o.nesterov);
  visit("beta1", o.beta1);
  visit("beta2", o.beta2);
  visit("epsilon", o.epsilon);
}

static_assert(field_count<ScheduleOptions> == 6, "list the new field of ScheduleOptions below");
template <class Visit>
void visit_fields(ScheduleOptions& o, Visit&& visit) {
  visit("kind", o.kind);
  visit("rate", o.rate);
  visit("warmup_epochs", o.warmup_epochs);
  visit("final_rate", o.final_rate);
  visit("every_epochs", o.every_epochs);
  visit("factor", o.factor);
}

static_assert(field_count<LossOptions> == 4, "list the new field of LossOptions below");
template <class Visit>
void visit_fields(LossOptions& o, Visit&& visit) {
  visit("label_smoothing", o.label_smoothing);
  visit("keypoint_weight", o.keypoint_weight);
  visit("frames_per_step", o.frames_per_step);
  visit("heatmap_weight", o.heatmap_weight);
}

static_assert(field_count<TrainOptions> == 11, "list the new field of TrainOptions below");
template <class Visit>
void visit_fields(TrainOptions& o, Visit&& visit) {
  visit("epochs", o.epochs);
  visit("batch_size", o.batch_size);
  visit("seed", o.seed);
  visit("optimiser", o.optimiser);
  visit("schedule", o.schedule);
  visit("loss", o.loss);
  visit("clip_norm", o.clip_norm);
  visit("time_limit", o.time_limit);
  visit("validate_every", o.validate_every);
  visit("keep_best", o.keep_best);
  visit("score", o.score);
}

STAC3DL_NAMESPACE_END
