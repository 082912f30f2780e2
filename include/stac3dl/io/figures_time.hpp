/// io/figures_time.hpp - figures of one recording over time: attention (11), the share of each sensor and joint in
/// (12), class probabilities.
#pragma once

#include "stac3dl/inspect/recording_view.hpp"
#include "stac3dl/io/report_figure.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

inline std::string series(const char* kind, std::size_t i) { return kind + std::to_string(i % 5); }
inline std::string class_name(const RecordingView& v, Index k) { return v.classes[static_cast<std::size_t>(k)]; }
/// "step 3, 1.0 to 1.5 s"
inline std::string step_text(const RecordingView& v, Index l) {
  const double s = v.step_seconds();
  return "step " + std::to_string(l + 1) + ", " + fixed_text(static_cast<double>(l) * s, 1) + " to " +
         fixed_text(static_cast<double>(l + 1) * s, 1) + " s";
}
/// Horizontal names beside coloured samples, in rows; returns the height used.  Room for the larger letters of phones.
inline double legend(Svg& svg, double top, const std::vector<std::pair<std::string, std::string>>& entries,
                     bool lines) {
  double x = 54, y = top;
  for (const auto& [name, style] : entries) {
    const std::string shown = shortened(name, 26);
    const double width = 36 + 8.6 * static_cast<double>(shown.size());
    if (x > 54 && x + width > 474) x = 54, y += 18;
    if (lines)
      svg.line(x, y, x + 20, y, "line " + style);
    else
      svg.rect(x + 4, y - 6, 12, 12, style);
    svg.text(x + 25, y + 4.5, shown);
    x += width;
  }
  return y - top + 18;
}

}  // namespace detail

/// A bar a step, as high as its weight.
inline ReportFigure alpha_figure(const RecordingView& v) {
  const Index L = v.steps();
  ReportFigure f{"alpha", "Attention over time, α", "", Svg(480, 232), {{"step", "from (s)", "to (s)", "α"}}, false};
  const float most = *std::max_element(v.alpha.begin(), v.alpha.end());
  const Plot plot = time_plot(v.seconds, 0, std::max(1e-6, 1.08 * static_cast<double>(most)));
  plot.y_axis(f.drawing, "weight α", "%", 100);
  const double even = 1 / static_cast<double>(L), s = v.step_seconds();
  const double gap = plot.x(s) - plot.left > 8 ? 1.5 : 0;
  for (Index l = 0; l < L; ++l) {
    const double a = static_cast<double>(v.alpha[l]), x = plot.x(static_cast<double>(l) * s);
    f.drawing.rect(x + gap, plot.y(a), plot.x(s) - plot.left - 2 * gap, plot.bottom - plot.y(a), "f0");
    f.table.push_back({std::to_string(l + 1), fixed_text(static_cast<double>(l) * s, 2),
                       fixed_text(static_cast<double>(l + 1) * s, 2), percent_text(a, 1)});
  }
  if (even < plot.y1) {
    f.drawing.line(plot.left, plot.y(even), plot.right, plot.y(even), "line dash c1");
    // over the lower bars, where it covers least
    const auto highest = [&](Index first) { return *std::max_element(&v.alpha[first], &v.alpha[first] + (L + 2) / 3); };
    const bool right = highest(L - (L + 2) / 3) <= highest(0);
    f.drawing.text(right ? plot.right - 4 : plot.left + 6, plot.y(even) - 6, "evenly spread", "tx sm over",
                   right ? "end" : "start");
  }
  plot.x_axis(f.drawing, "time", "s");
  f.drawing.now(plot.left, plot.right, plot.top, plot.bottom);
  const Index at = std::max_element(v.alpha.begin(), v.alpha.end()) - v.alpha.begin();
  f.sentence = "The model looked most at " + detail::step_text(v, at) + ", with " +
               percent_text(static_cast<double>(most)) + " of the weight; evenly spread it would be " +
               percent_text(even, std::abs(100 * even - std::round(100 * even)) > 0.05 ? 1 : 0) + ".";
  return f;
}

/// What each sensor got of beta, stacked to 100 % in each step.
inline ReportFigure sensors_figure(const RecordingView& v) {
  ReportFigure f{"sensors", "Attention over sensors", "", Svg(480, 232), {{"sensor", "over all steps"}}, false};
  const Plot plot = time_plot(v.seconds, 0, 1);
  plot.y_axis(f.drawing, "share of β", "%", 100);
  const double s = v.step_seconds();
  std::vector<double> whole(v.modalities.size(), 0);
  std::vector<std::pair<std::string, std::string>> entries;
  for (std::size_t m = 0; m < v.modalities.size(); ++m) {
    entries.emplace_back(v.modalities[m].name, detail::series("f", m));
    for (Index p = 0; p < v.modalities[m].rows * v.modalities[m].columns; ++p) whole[m] += v.weight(m, p);
    f.table.push_back({v.modalities[m].name, percent_text(whole[m], 1)});
  }
  for (Index l = 0; l < v.steps(); ++l) {
    f.table.front().push_back("step " + std::to_string(l + 1));
    double below = 0;
    for (std::size_t m = 0; m < v.modalities.size(); ++m) {
      const double share = v.share(m, l), x = plot.x(static_cast<double>(l) * s);
      f.drawing.rect(x + 1, plot.y(below + share), plot.x(s) - plot.left - 2,
                     std::max(0.0, plot.y(below) - plot.y(below + share) - 1), detail::series("f", m), 0.85);
      below += share;
      f.table[m + 1].push_back(percent_text(share, 1));
    }
  }
  plot.x_axis(f.drawing, "time", "s");
  f.drawing.now(plot.left, plot.right, plot.top, plot.bottom);
  f.drawing.set_height(232 + detail::legend(f.drawing, 242, entries, false));
  const auto most = std::max_element(whole.begin(), whole.end()) - whole.begin();
  f.sentence = "Over the whole recording " + v.modalities[static_cast<std::size_t>(most)].name +
               " had the largest part of the attention, " + percent_text(whole[static_cast<std::size_t>(most)]) +
               " of it (each step weighted with α).";
  return f;
}

/// Bars of the joints' weights, largest first.
inline ReportFigure joints_figure(const RecordingView& v, std::size_t m) {
  const ModalityView& modality = v.modalities[m];
  const Index J = modality.rows;
  std::vector<std::pair<double, std::string>> bars;
  double most = 1e-12, sum = 0;
  for (Index j = 0; j < J; ++j) {
    const auto at = static_cast<std::size_t>(j);
    bars.emplace_back(v.weight(m, j), at < modality.names.size() ? modality.names[at] : "joint " + std::to_string(j));
    most = std::max(most, bars.back().first), sum += bars.back().first;
  }
  std::stable_sort(bars.begin(), bars.end(), [](auto& a, auto& b) { return a.first > b.first; });
  const double row = 18, top = 8;
  ReportFigure f{"joints_" + std::to_string(m),
                 "Attention over joints: " + modality.name,
                 "",
                 Svg(480, top + row * static_cast<double>(J) + 42),
                 {{"joint", "weight"}},
                 false};
  const Plot plot{146, 462, top, top + row * static_cast<double>(J), 0, 1.05 * most, 0, 1};
  for (double tick : round_ticks(0, 100 * plot.x1, 5)) {
    f.drawing.line(plot.x(tick / 100), plot.top, plot.x(tick / 100), plot.bottom, "gr");
    f.drawing.text(plot.x(tick / 100), plot.bottom + 15, number_text(tick), "tm", "middle");
  }
  for (std::size_t j = 0; j < bars.size(); ++j) {
    const double y = top + row * static_cast<double>(j);
    f.drawing.rect(plot.left, y + 3, plot.x(bars[j].first) - plot.left, row - 6, "f2");
    f.drawing.text(plot.left - 8, y + row / 2 + 4.5, shortened(bars[j].second, 18), "tx", "end");
    f.table.push_back({bars[j].second, percent_text(bars[j].first, 2)});
  }
  f.drawing.text((plot.left + plot.right) / 2, plot.bottom + 32, "weight Σ α β over all steps (%)", "tm", "middle");
  f.sentence = "The joint that counted most is " + bars.front().second + ", " +
               percent_text(sum > 0 ? bars.front().first / sum : 0) + " of what all joints together had.";
  return f;
}

namespace detail {
/// Lines of (times, K): the four classes with the largest last or overall values in colour, the others grey.
inline std::vector<Index> leading_classes(const RecordingView& v, const Tensor<float, 2>& values) {
  std::vector<std::pair<float, Index>> order;
  for (Index k = 0; k < values.size(1); ++k) {
    float most = k == v.answer ? 3.0f : k == v.label ? 2.0f : 0.0f;
    for (Index l = 0; l < values.size(0); ++l)
      if (std::isfinite(values(l, k))) most = std::max(most, values(l, k));
    order.emplace_back(most, k);
  }
  std::stable_sort(order.begin(), order.end(), [](auto& a, auto& b) { return a.first > b.first; });
  std::vector<Index> leading;
  for (std::size_t i = 0; i < std::min<std::size_t>(4, order.size()); ++i) leading.push_back(order[i].second);
  return leading;
}
inline void class_lines(ReportFigure& f, const RecordingView& v, const Plot& plot, const Tensor<float, 2>& values,
                        const std::vector<double>& times) {
  const auto leading = leading_classes(v, values);
  const auto points = [&](Index k) {
    Svg::Points line;
    for (Index l = 0; l < values.size(0); ++l)
      if (std::isfinite(values(l, k)))
        line.emplace_back(plot.x(times[static_cast<std::size_t>(l)]), plot.y(static_cast<double>(values(l, k))));
    return line;
  };
  for (Index k = 0; k < values.size(1); ++k)
    if (std::find(leading.begin(), leading.end(), k) == leading.end()) f.drawing.polyline(points(k), "thin cm");
  std::vector<std::pair<std::string, std::string>> entries;
  for (std::size_t i = leading.size(); i-- > 0;) {
    f.drawing.polyline(points(leading[i]), "line " + series("c", i) + (i % 2 ? " dash" : ""));
    for (const auto& [x, y] : points(leading[i])) f.drawing.circle(x, y, 2.5, series("f", i));
  }
  for (std::size_t i = 0; i < leading.size(); ++i)
    entries.emplace_back(class_name(v, leading[i]) + (leading[i] == v.label ? " (true)" : ""),
                         series("c", i) + (i % 2 ? " dash" : ""));
  f.drawing.set_height(plot.bottom + 42 + legend(f.drawing, plot.bottom + 52, entries, true));
  f.table.push_back({"time (s)"});
  for (const std::string& name : v.classes) f.table.front().push_back(name);
  for (Index l = 0; l < values.size(0); ++l) {
    f.table.push_back({fixed_text(times[static_cast<std::size_t>(l)], 2)});
    for (Index k = 0; k < values.size(1); ++k)
      f.table.back().push_back(percent_text(static_cast<double>(values(l, k)), 1));
  }
}
}  // namespace detail

/// What the model would say had the recording ended here.
inline ReportFigure probabilities_figure(const RecordingView& v) {
  ReportFigure f{"probabilities", "Class probabilities over time", "", Svg(480, 260), {}, false};
  const Plot plot = time_plot(v.seconds, 0, 1);
  plot.y_axis(f.drawing, "probability", "%", 100);
  std::vector<double> times;
  Index settled = -1;
  for (Index l = 0; l < v.steps(); ++l) {
    times.push_back(static_cast<double>(l + 1) * v.step_seconds());
    const auto row = v.so_far.slice(l);
    if (!std::isfinite(row[0])) continue;
    const bool same = std::max_element(row.begin(), row.end()) - row.begin() == v.answer;
    settled = !same ? -1 : settled < 0 ? l : settled;
  }
  detail::class_lines(f, v, plot, v.so_far, times);
  plot.x_axis(f.drawing, "seen so far", "s");
  f.drawing.now(plot.left, plot.right, plot.top, plot.bottom);
  f.sentence = "Had the recording ended at a time, this would have been the answer; " +
               (settled < 0 ? std::string("it changes to the last.")
                            : "from " + fixed_text(times[static_cast<std::size_t>(settled)], 1) + " s on it is " +
                                  detail::class_name(v, v.answer) + ", in the end with " +
                                  percent_text(static_cast<double>(v.probabilities[v.answer])) + ".");
  return f;
}

/// Answers to all windows that the whole recording was cut into.
inline ReportFigure windows_figure(const RecordingView& v) {
  ReportFigure f{"windows", "Answers over the whole recording", "", Svg(480, 260), {}, false};
  const double last = v.window_times.back() + v.seconds;
  const Plot plot = time_plot(std::max(last, 1e-6), 0, 1);
  plot.y_axis(f.drawing, "probability", "%", 100);
  std::vector<double> middles;
  Index right = 0;
  for (std::size_t w = 0; w < v.window_times.size(); ++w) {
    middles.push_back(v.window_times[w] + v.seconds / 2);
    const auto row = v.window_probabilities.slice(static_cast<Index>(w));
    right += std::max_element(row.begin(), row.end()) - row.begin() == (v.label >= 0 ? v.label : v.answer);
  }
  detail::class_lines(f, v, plot, v.window_probabilities, middles);
  plot.x_axis(f.drawing, "middle of the window", "s");
  f.sentence = std::to_string(right) + " of " + std::to_string(v.window_times.size()) + " windows of " +
               number_text(v.seconds) + " s are answered with " +
               detail::class_name(v, v.label >= 0 ? v.label : v.answer) + (v.label >= 0 ? ", which is true." : ".");
  return f;
}

STAC3DL_NAMESPACE_END
