/// inspect/summary_table.hpp - layers with shapes, parameters, multiplications, memory and time, as a table.
#pragma once

#include <algorithm>
#include <chrono>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "stac3dl/core/shape.hpp"
#include "stac3dl/core/text_table.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One layer of a summary.
struct LayerSummary {
  std::string name;  ///< its parameters' names begin with it
  std::vector<Index> output;  ///< shape of what it gives on; empty: not known
  Index parameters = 0;  ///< numbers that are learned
  Index macs = 0;              ///< multiply-accumulates of the call, in the plain form of the equation; -1: not known
  Index activation_bytes = 0;  ///< of the output
  double seconds = 0;          ///< median of the runs; 0: not measured
};

/// Layers with their costs.
struct Summary {
  std::vector<LayerSummary> layers;  ///< in the order in which they run
  double seconds = 0;  ///< of a whole run, median
  double peak = 0;     ///< multiply-adds from registers, two operations each, per second (inspect/fma_peak.hpp)
  int threads = 1, runs = 0;  ///< that it was measured with; timed runs
  std::size_t scratch_bytes = 0;  ///< of the workspace, beside the outputs

  /// Of all layers; macs() leaves out what is not known.
  Index parameters() const {
    return sum([](const LayerSummary& l) { return l.parameters; });
  }
  /// Multiply-accumulates of all layers that say.
  Index macs() const {
    return sum([](const LayerSummary& l) { return std::max<Index>(l.macs, 0); });
  }
  /// Of all layers' outputs.
  Index activation_bytes() const {
    return sum([](const LayerSummary& l) { return l.activation_bytes; });
  }
  /// Operations done in `seconds`, over what the machine could do.  Above 1 where Winograd's tiles save
  /// multiplications.
  double share_of_peak(Index macs, double seconds) const {
    return seconds > 0 && peak > 0 && macs > 0 ? 2 * static_cast<double>(macs) / seconds / peak : 0;
  }

  /// A table of all layers, for people.
  std::string text() const {
    TextTable table({"layer", "output", "parameters", "million MACs", "output kB", "ms", "% of peak"});
    const auto row = [&](const std::string& name, const std::string& output, Index parameters, Index macs, Index bytes,
                         double time) {
      const double share = share_of_peak(macs, time);
      table.add({name, output, std::to_string(parameters), macs < 0 ? "?" : fixed(static_cast<double>(macs) / 1e6, 3),
                 fixed(static_cast<double>(bytes) / 1e3, 1), time > 0 ? fixed(1e3 * time, 3) : "",
                 share > 0 ? percent(share, 1) : ""});
    };
    for (const LayerSummary& l : layers)
      row(l.name, l.output.empty() ? "" : to_string(std::span<const Index>(l.output)), l.parameters, l.macs,
          l.activation_bytes, l.seconds);
    row("all", "", parameters(), macs(), activation_bytes(), seconds);
    return table.text() + "median of " + std::to_string(runs) + " runs on " + std::to_string(threads) +
           (threads == 1 ? " thread" : " threads") + "; peak " + fixed(peak / 1e9, 1) + " GFLOP/s, measured; scratch " +
           fixed(static_cast<double>(scratch_bytes) / 1e3, 1) + " kB\n";
  }
  friend std::ostream& operator<<(std::ostream& out, const Summary& s) { return out << s.text(); }  ///< Writes text().

 private:
  template <class Part>
  Index sum(Part&& part) const {
    Index total = 0;
    for (const LayerSummary& l : layers) total += part(l);
    return total;
  }
  static std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
  }
};

/// How a summary is measured.
struct SummaryOptions {
  int runs = 5;  ///< timed, after one that is not; 0: no times
};

namespace detail {

/// Seconds since the last call.
class LapTimer {
 public:
  double lap() {
    const auto now = Clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace detail

STAC3DL_NAMESPACE_END
