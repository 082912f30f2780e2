/// benchmarks/measure.hpp - timing: runs of several engines in turn, and the median of each.
///
/// Clocks and neighbours drift by more than the differences one looks for.  Engines therefore take turns within each
/// repeat, and only times of the same minutes are compared.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "case.hpp"

namespace bench {

struct MeasureOptions {
  int repeats = 7;        ///< timed samples of each engine; the median counts
  double seconds = 0.02;  ///< shorter runs are repeated within a sample until it lasts this long
};

inline double seconds_of(const Run& run, int count = 1) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / count;
}

inline double median(std::vector<double> values) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// A case made ready: warmed up, and repeated often enough that a sample is longer than the clock's grain.
struct Warm {
  Warm(const Case& one, double seconds) : run(one.make()) {
    const double first = seconds_of(run);
    if (first < 1) count = std::max(1, static_cast<int>(std::ceil(seconds / std::max(1e-9, seconds_of(run)))));
  }
  double sample() const { return seconds_of(run, count); }

  Run run;
  int count = 1;
};

struct Timing {
  std::string engine;
  double seconds = NAN;  ///< median; NAN where the engine cannot do the shape
  double flops = 0, bytes = 0;
};

/// Medians of all engines of a task at a shape that `wanted` accepts.
template <class Wanted>
std::vector<Timing> measure(const std::string& task, const std::string& shape, const MeasureOptions& options,
                            Wanted&& wanted) {
  std::vector<Timing> timings;
  std::vector<Warm> warm;
  for (const Case* one : find_cases(task, shape)) {
    if (!wanted(one->engine)) continue;
    try {
      warm.emplace_back(*one, options.seconds);
      timings.push_back({one->engine, 0, one->flops, one->bytes});
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: %s\n", one->name().c_str(), error.what());
    }
  }
  std::vector<std::vector<double>> samples(warm.size());
  for (int repeat = 0; repeat < options.repeats; ++repeat)
    for (std::size_t i = 0; i < warm.size(); ++i) samples[i].push_back(warm[i].sample());
  for (std::size_t i = 0; i < warm.size(); ++i) timings[i].seconds = median(samples[i]);
  return timings;
}
inline std::vector<Timing> measure(const std::string& task, const std::string& shape, const MeasureOptions& options) {
  return measure(task, shape, options, [](const std::string&) { return true; });
}

/// The fastest whose engine begins with `prefix`; NAN if there is none.
inline double best(const std::vector<Timing>& timings, const std::string& prefix) {
  double seconds = NAN;
  for (const Timing& t : timings)
    if (t.engine.rfind(prefix, 0) == 0 && !(t.seconds >= seconds)) seconds = t.seconds;
  return seconds;
}

}  // namespace bench
