/// train/schedule.hpp - the learning rate as a pure function of the step.
///
/// s step counted from 0, S all steps, W steps of warm-up, r the rate, f the final rate:
///   warm-up   r (s+1) / W                                          s < W
///   constant  r
///   step      r factor^floor((s - W) / every)
///   cosine    f + (r - f) (1 + cos(pi (s - W) / (S - W))) / 2      f from step S on
#pragma once

#include <cmath>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How the rate goes on after warm-up.
enum class ScheduleKind { constant, step, cosine };

/// What a user writes down: times in epochs, so that it does not depend on the size of the data or of the batches.
struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::cosine;  ///< after warm-up
  double rate = 1e-3;                        ///< r
  double warmup_epochs = 0;   ///< linear from near 0
  double final_rate = 0;      ///< cosine
  double every_epochs = 10;   ///< step
  double factor = 0.1;        ///< step
  bool operator==(const ScheduleOptions&) const = default;
};

class Schedule {
 public:
  /// Error where an option makes no sense.
  Schedule(const ScheduleOptions& options, Index steps_per_epoch, Index epochs)
      : options_(options), total_(steps_per_epoch * epochs), warmup_(steps(options.warmup_epochs, steps_per_epoch)),
        every_(steps(options.every_epochs, steps_per_epoch)) {
    check(steps_per_epoch > 0 && epochs >= 0, "Schedule: want 1 or more steps an epoch and 0 or more epochs, got ",
          steps_per_epoch, " and ", epochs);
    check(std::isfinite(options.rate) && options.rate > 0, "Schedule: rate is ", options.rate, ", want more than 0");
    check(options.final_rate >= 0 && options.final_rate <= options.rate, "Schedule: final_rate is ",
          options.final_rate, ", want 0 to rate (", options.rate, ")");
    check(options.warmup_epochs >= 0, "Schedule: warmup_epochs is ", options.warmup_epochs, ", want 0 or more");
    check(options.kind != ScheduleKind::step || (every_ > 0 && options.factor > 0),
          "Schedule: want every_epochs of at least one step and a factor above 0, got ", options.every_epochs, " and ",
          options.factor);
  }

  /// The rate of step `step`, counted from 0.
  double rate(Index step) const {
    constexpr double pi = 3.14159265358979323846;
    const double r = options_.rate, f = options_.final_rate;
    if (step < warmup_) return r * static_cast<double>(step + 1) / static_cast<double>(warmup_);
    if (options_.kind == ScheduleKind::constant) return r;
    if (options_.kind == ScheduleKind::step)
      return r * std::pow(options_.factor, static_cast<double>((step - warmup_) / every_));
    if (step >= total_) return f;
    const double done = static_cast<double>(step - warmup_) / static_cast<double>(total_ - warmup_);
    return f + (r - f) * (1 + std::cos(pi * done)) / 2;
  }

  Index total_steps() const { return total_; }    ///< S
  Index warmup_steps() const { return warmup_; }  ///< W

 private:
  static Index steps(double epochs, Index steps_per_epoch) {
    return static_cast<Index>(std::lround(epochs * static_cast<double>(steps_per_epoch)));
  }

  ScheduleOptions options_;
  Index total_, warmup_, every_;
};

STAC3DL_NAMESPACE_END
