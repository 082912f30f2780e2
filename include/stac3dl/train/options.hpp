/// train/options.hpp - a training run as plain data.
#pragma once

#include "stac3dl/train/loss.hpp"
#include "stac3dl/train/optimiser.hpp"
#include "stac3dl/train/schedule.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What validation is ranked by; equal scores by the lower validation loss.
enum class ValidationScore { accuracy, macro_f1 };

struct TrainOptions {
  Index epochs = 20;           ///< times through all samples
  Index batch_size = 16;       ///< the last batch of an epoch is as short as it comes out, and is used
  std::uint64_t seed = 1;      ///< order of the samples, dropout
  OptimiserOptions optimiser{};  ///< rule and weight decay
  ScheduleOptions schedule{};    ///< the learning rate over time
  LossOptions loss{};            ///< smoothing and weights
  double clip_norm = 0;        ///< largest norm of all gradients together; 0: no limit
  double time_limit = 0;       ///< seconds of one fit(); training ends after the epoch that passes it; 0: no limit
  Index validate_every = 1;    ///< epochs; the last epoch is always validated
  bool keep_best = true;       ///< with validation: end with the best weights instead of the last ones
  ValidationScore score = ValidationScore::accuracy;  ///< what decides which epoch was best
  bool operator==(const TrainOptions&) const = default;
};

/// Error where an option makes no sense.
inline void check_options(const TrainOptions& o) {
  check(o.epochs >= 0, "TrainOptions: epochs is ", o.epochs, ", want 0 or more");
  check(o.batch_size > 0, "TrainOptions: batch_size is ", o.batch_size, ", want 1 or more");
  check(o.clip_norm >= 0, "TrainOptions: clip_norm is ", o.clip_norm, ", want 0 (no limit) or more");
  check(o.time_limit >= 0, "TrainOptions: time_limit is ", o.time_limit, ", want 0 (no limit) or more");
  check(o.validate_every > 0, "TrainOptions: validate_every is ", o.validate_every, ", want 1 or more");
}

STAC3DL_NAMESPACE_END
