/// io/figures_signals.hpp - figures of one recording over time: the LSTM's gates (5)-(10), and what sensors without a
/// picture gave.
#pragma once

#include <limits>

#include "stac3dl/io/figures_time.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Four small plots, one a gate: the median over units and positions, and the band from the 10th to the 90th
/// percentile.
inline ReportFigure gates_figure(const RecordingView& v, std::size_t pass) {
  const LstmView& lstm = v.lstm[pass];
  ReportFigure f{"gates_" + std::to_string(pass),
                 "LSTM gates over time: " + lstm.name,
                 "",
                 Svg(480, 400),
                 {{"gate", "step", "10th percentile", "median", "90th percentile"}},
                 false};
  std::string widest;
  float most = -1;
  for (std::size_t g = 0; g < lstm.gates.size(); ++g) {
    const GateView& gate = lstm.gates[g];
    const double left = g % 2 ? 286 : 54, top = g < 2 ? 28 : 208;
    const bool candidate = g == 3;
    const Plot plot{left, left + 184, top, top + 130, 0, v.seconds, candidate ? -1.0 : 0.0, 1};
    plot.y_axis(f.drawing, "", "", 1, candidate ? 4 : 4);
    f.drawing.text(left, top - 8, gate.name);
    Svg::Points line, band;
    for (Index l = 0; l < v.steps(); ++l) {
      const double x = plot.x((static_cast<double>(l) + 0.5) * v.step_seconds());
      line.emplace_back(x, plot.y(static_cast<double>(gate.middle[l])));
      if (std::isfinite(gate.low[l])) band.emplace_back(x, plot.y(static_cast<double>(gate.low[l])));
      f.table.push_back({gate.name, std::to_string(l + 1), fixed_text(static_cast<double>(gate.low[l]), 2),
                         fixed_text(static_cast<double>(gate.middle[l]), 2),
                         fixed_text(static_cast<double>(gate.high[l]), 2)});
    }
    for (Index l = v.steps(); l-- > 0;)
      if (std::isfinite(gate.high[l]))
        band.emplace_back(plot.x((static_cast<double>(l) + 0.5) * v.step_seconds()),
                          plot.y(static_cast<double>(gate.high[l])));
    f.drawing.polygon(band, detail::series("f", g), 0.22);
    f.drawing.polyline(line, "line " + detail::series("c", g));
    f.drawing.line(plot.left, plot.bottom, plot.right, plot.bottom, "ax");
    for (double tick : round_ticks(0, v.seconds, 4)) {
      f.drawing.line(plot.x(tick), plot.bottom, plot.x(tick), plot.bottom + 4, "ax");
      f.drawing.text(plot.x(tick), plot.bottom + 17, number_text(tick), "tm", "middle");
    }
    f.drawing.now(plot.left, plot.right, plot.top, plot.bottom);
    float low = 2, high = -2;
    for (float value : gate.middle)
      if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
    if (high - low > most) most = high - low, widest = gate.name;
  }
  f.drawing.vertical_text(12, 183, "value of the gate (no unit)");
  f.drawing.text(262, 376, "time (s)", "tm", "middle");
  f.drawing.text(262, 394, "line: median; band: 10th to 90th percentile", "tm sm", "middle");
  f.sentence = "Of the four, the " + widest +
               " moves most in this recording: its median over units and positions changes by " +
               fixed_text(static_cast<double>(most), 2) + ".";
  return f;
}

/// Channels of a sensor over time, as it gave them.
inline ReportFigure signal_figure(const RecordingView& v, std::size_t m) {
  const ModalityView& s = v.modalities[m];
  const Index C = s.signal.size(0), T = s.signal.size(1);
  ReportFigure f{"signal_" + std::to_string(m),
                 "Signal: " + s.name,
                 "",
                 Svg(480, 240),
                 {{"channel", "smallest", "mean", "largest"}},
                 false};
  double low = 0, high = 0;
  bool any = false;
  for (float value : s.signal)
    if (std::isfinite(value)) {
      const double x = static_cast<double>(value);
      low = any ? std::min(low, x) : x, high = any ? std::max(high, x) : x, any = true;
    }
  const double room = std::max(0.05 * (high - low), 1e-6);
  const Plot plot = time_plot(v.seconds, low - room, high + room);
  plot.y_axis(f.drawing, "value", s.unit);
  std::vector<std::pair<std::string, std::string>> entries;
  std::string widest;
  double most = -1;
  for (Index c = 0; c < C; ++c) {
    const auto at = static_cast<std::size_t>(c);
    const std::string name = at < s.names.size() ? s.names[at] : "channel " + std::to_string(c + 1);
    Svg::Points line;
    double smallest = high, largest = low, sum = 0, count = 0;
    for (Index t = 0; t < T; ++t) {
      const bool seen = s.seen.empty() || s.seen[t] != 0;
      const double value = static_cast<double>(s.signal(c, t));
      line.emplace_back(plot.x((static_cast<double>(t) + 0.5) * v.seconds / static_cast<double>(T)),
                        seen ? plot.y(value) : std::numeric_limits<double>::quiet_NaN());
      if (seen) smallest = std::min(smallest, value), largest = std::max(largest, value), sum += value, count += 1;
    }
    f.drawing.polyline(line, "line " + detail::series("c", at));
    entries.emplace_back(name, detail::series("c", at));
    f.table.push_back({name, number_text(smallest), number_text(count > 0 ? sum / count : 0), number_text(largest)});
    if (largest - smallest > most) most = largest - smallest, widest = name;
  }
  plot.x_axis(f.drawing, "time", "s");
  f.drawing.now(plot.left, plot.right, plot.top, plot.bottom);
  f.drawing.set_height(232 + detail::legend(f.drawing, 242, entries, true));
  f.sentence = "As the sensor gave it; " + widest + " spans most, " + number_text(most) +
               (s.unit.empty() ? "" : " " + s.unit) + ".";
  return f;
}

STAC3DL_NAMESPACE_END
