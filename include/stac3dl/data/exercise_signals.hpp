/// data/exercise_signals.hpp - heart rate and respiration of a recording: they follow effort, late and with noise.
///
/// A recording is a piece of a longer set that began `warm_up` seconds before it.  With effort e (exercise_motion.hpp):
///   heart rate   rest + 62 e (1 - exp(-(t + warm_up - delay)/tau))+ + respiratory sinus arrhythmia + noise   beats/min
///   respiration  depth(e) sin(2 pi phase), phase' = rate(e) pulled towards the rate of repetitions            a.u.
/// Both only know how hard the person works, not what is done nor in which direction.
/// Scaled for a network: heart rate (bpm - 100)/40, respiration in units of a deep breath.
#pragma once

#include <vector>

#include "stac3dl/data/exercise_motion.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace exercises {

inline constexpr double heart_rate_offset = 100, heart_rate_scale = 40;  ///< beats a minute

/// Beats a minute and chest movement at the given step times.
struct Signals {
  std::vector<double> heart_rate, respiration;  ///< one value a step, scaled as above
};

/// Signals of `steps` steps, `step_seconds` apart.
inline Signals draw_signals(const Motion& motion, Index steps, double step_seconds, Random subject, Random random) {
  const double effort = motion.effort() * random.uniform(0.9, 1.1);
  const double rest = subject.uniform(56, 82), fitness = subject.uniform(0.8, 1.2), tau = subject.uniform(14, 30);
  const double delay = random.uniform(2, 6), warm_up = random.uniform(4, 45);
  // Breathing: 0.2 to 0.6 a second; whoever moves in a rhythm half follows it.
  const double own_rate = (0.22 + 0.26 * effort) * subject.uniform(0.9, 1.1);
  const double follow = random.uniform(0.2, 0.6), rate = own_rate + follow * (motion.rate() - own_rate);
  const double depth = 0.3 + 0.55 * effort * random.uniform(0.9, 1.1);
  double phase = random.uniform(), wander = 0;
  Signals s;
  for (Index i = 0; i < steps; ++i) {
    const double since = std::max(0.0, static_cast<double>(i) * step_seconds + warm_up - delay);
    wander += 0.25 * random.normal() - 0.05 * wander;
    const double breath = std::sin(2 * std::numbers::pi * phase);
    s.heart_rate.push_back(rest + 62 / fitness * effort * (1 - std::exp(-since / tau)) + 1.5 * breath + wander +
                           0.6 * random.normal());
    s.respiration.push_back(depth * breath + 0.04 * random.normal());
    phase += step_seconds * rate * (1 + 0.15 * random.normal());
  }
  return s;
}

}  // namespace exercises
STAC3DL_NAMESPACE_END
