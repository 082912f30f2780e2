/// io/report_figure.hpp - a figure of a report: drawing, title, the sentence that says what to see, and its numbers as
/// a table.
///
/// Plot draws axes with round ticks, names and units, and turns data into places of the drawing.
#pragma once

#include <algorithm>

#include "stac3dl/core/shape.hpp"
#include "stac3dl/io/svg.hpp"

STAC3DL_NAMESPACE_BEGIN

struct ReportFigure {
  std::string id;  ///< letters, digits and underscores: part of file names
  std::string title, sentence;  ///< for people
  Svg drawing{480, 240};  ///< the picture
  std::vector<std::vector<std::string>> table;  ///< header first; empty: none
  bool wide = false;                            ///< takes the page's whole width
};

/// Round numbers from low to high, about `count` of them, at least `apart` from each other.
inline std::vector<double> round_ticks(double low, double high, int count = 5, double apart = 0) {
  const double rough = std::max(apart, (high - low) / std::max(1, count)),
               power = std::pow(10, std::floor(std::log10(rough)));
  if (!(rough > 0) || !std::isfinite(rough)) return {low};
  double step = power;
  for (double factor : {1.0, 2.0, 5.0, 10.0})
    if (factor * power >= rough * 0.999) {
      step = factor * power;
      break;
    }
  std::vector<double> ticks;
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    ticks.push_back(k * step + 0.0);  // no -0
  return ticks;
}

/// The box of a plot within a drawing, and the data it spans.
class Plot {
 public:
  double left, right, top, bottom;  ///< of the drawing
  double x0, x1, y0, y1;            ///< of the data

  /// Where a value stands in the drawing.
  double x(double value) const { return left + (value - x0) / (x1 - x0) * (right - left); }
  /// Where a value stands in the drawing.
  double y(double value) const { return bottom - (value - y0) / (y1 - y0) * (bottom - top); }

  /// Ticks and a name under the box; `unit` stands behind the name in brackets, empty: none.
  void x_axis(Svg& svg, const std::string& name, const std::string& unit, int count = 6, double apart = 0) const {
    svg.line(left, bottom, right, bottom, "ax");
    for (double tick : round_ticks(x0, x1, count, apart)) {
      svg.line(x(tick), bottom, x(tick), bottom + 4, "ax");
      svg.text(x(tick), bottom + 17, number_text(tick), "tm", "middle");
    }
    svg.text((left + right) / 2, bottom + 34, name + (unit.empty() ? "" : " (" + unit + ")"), "tm", "middle");
  }
  /// Grid lines; values are written times `scale`, 100 for percent.
  void y_axis(Svg& svg, const std::string& name, const std::string& unit, double scale = 1, int count = 4) const {
    std::vector<double> ticks = round_ticks(y0 * scale, y1 * scale, count);
    if (ticks.size() < 3) ticks = round_ticks(y0 * scale, y1 * scale, 2 * count);
    for (double tick : ticks) {
      svg.line(left, y(tick / scale), right, y(tick / scale), "gr");
      svg.text(left - 6, y(tick / scale) + 4.5, number_text(tick), "tm", "end");
    }
    svg.vertical_text(12, (top + bottom) / 2, name + (unit.empty() ? "" : " (" + unit + ")"));
  }
};

/// All plots over time have the same left and right edge, so that moments stand below one another.
inline Plot time_plot(double seconds, double low, double high, double top = 12, double bottom = 190) {
  return {54, 470, top, bottom, 0, seconds, low, high};
}

/// Text that fits `letters`; longer ends in an ellipsis.
inline std::string shortened(const std::string& text, std::size_t letters) {
  std::size_t count = 0, keep = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (++count == letters) keep = i;
  }
  return count <= letters ? text : text.substr(0, keep) + "\xE2\x80\xA6";
}

STAC3DL_NAMESPACE_END
