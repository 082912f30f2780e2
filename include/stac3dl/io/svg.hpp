/// io/svg.hpp - drawings as SVG: a few shapes, whose colours are classes.
///
/// Inside a report the page's style sheet gives classes their colours, light or dark; a file of its own carries the
/// light ones with it.  Lengths are units of the drawing's viewBox.  Classes:
///   ax gr      axis and grid lines               tx tm on      text: plain, muted, on a filled cell
///   c0 .. c4   lines of a series, also "dash"    f0 .. f4      its fills          now   where the slider is (reports)
///   hot        attention over a picture          kp kt         predicted and true key points
///   halo over  an edge of the ground's colour around lines, around text
#pragma once

#include <string>
#include <vector>

#include "stac3dl/io/markup.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Colours of a drawing that stands alone: light, safe for the colour-blind, told apart by lightness, too.
inline constexpr const char* svg_style =
    "text{font:13px system-ui,'DejaVu Sans',Helvetica,Arial,sans-serif}.sm{font-size:11px}"
    ".tx{fill:#1c2430}.tm{fill:#56606e}.on{fill:#fff}.bg{fill:#fff}"
    ".ax{stroke:#7a8594;fill:none}.gr{stroke:#e3e7ec;fill:none}.now{display:none}"
    ".c0{stroke:#0b63a5}.c1{stroke:#c04a00}.c2{stroke:#00735a}.c3{stroke:#a8417c}.c4{stroke:#7d6200}"
    ".f0{fill:#0b63a5}.f1{fill:#c04a00}.f2{fill:#00735a}.f3{fill:#a8417c}.f4{fill:#7d6200}.fm{fill:#aab2bd}.cm{stroke:#"
    "aab2bd}"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}.thin{fill:none;stroke-width:1}.dash{stroke-dasharray:5 4}"
    ".over{paint-order:stroke;stroke:#fff;stroke-width:3px}.hot{fill:#ff9100}.halo{stroke:#fff;fill:none;stroke-"
    "linecap:round}"
    ".kp{stroke:#8a2be2;fill:#8a2be2;stroke-linecap:round}.kt{stroke:#1c0630;fill:none}";

class Svg {
 public:
  /// An empty drawing; lengths are units of the drawing, y goes down.
  Svg(double width, double height) : width_(width), height_(height) {}
  double width() const { return width_; }  ///< In units of the drawing.
  double height() const { return height_; }  ///< In units of the drawing.
  void set_height(double height) { height_ = height; }  ///< Makes it taller or lower.

  /// A straight line; `stroke` is its width, 0: the style's.
  void line(double x0, double y0, double x1, double y1, const std::string& style, double stroke = 0) {
    body_ += "<line" + at("x1", x0) + at("y1", y0) + at("x2", x1) + at("y2", y1) +
             (stroke > 0 ? at("stroke-width", stroke) : "") + end(style);
  }
  /// A filled rectangle.
  void rect(double x, double y, double w, double h, const std::string& style, double opacity = 1) {
    body_ += "<rect" + at("x", x) + at("y", y) + at("width", w) + at("height", h) +
             (opacity < 1 ? at("fill-opacity", opacity, 3) : "") + end(style);
  }
  /// A circle; `stroke` is the line's width, 0: the style's.
  void circle(double x, double y, double r, const std::string& style, double stroke = 0) {
    body_ += "<circle" + at("cx", x) + at("cy", y) + at("r", r) + (stroke > 0 ? at("stroke-width", stroke) : "") +
             end(style);
  }
  using Points = std::vector<std::pair<double, double>>;  ///< (x, y) in units of the drawing.
  /// Points that are not finite break the line; a point alone becomes a dot.
  void polyline(const Points& points, const std::string& style) {
    std::string path;
    bool open = false;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto [x, y] = points[i];
      if (!std::isfinite(x) || !std::isfinite(y)) {
        open = false;
        continue;
      }
      path += (open ? "L" : "M") + number(x) + " " + number(y);
      const bool next = i + 1 < points.size() && std::isfinite(points[i + 1].second);
      if (!open && !next) path += "h0.01";
      open = true;
    }
    body_ += "<path d=\"" + path + "\" stroke-linecap=\"round\"" + end(style);
  }
  /// A filled polygon.
  void polygon(const Points& points, const std::string& style, double opacity) {
    std::string path;
    for (const auto& [x, y] : points) path += (path.empty() ? "M" : "L") + number(x) + " " + number(y);
    body_ += "<path d=\"" + path + "Z\"" + at("fill-opacity", opacity, 3) + end(style);
  }
  /// `anchor`: start, middle or end.
  void text(double x, double y, const std::string& words, const std::string& style = "tx",
            const char* anchor = "start") {
    body_ += "<text" + at("x", x) + at("y", y) +
             (anchor[0] == 's' ? "" : std::string(" text-anchor=\"") + anchor + "\"") + " class=\"" + style + "\">" +
             escape_markup(words) + "</text>";
  }
  /// Text that runs upwards, its middle at (x, y).
  void vertical_text(double x, double y, const std::string& words, const std::string& style = "tm") {
    body_ += "<text transform=\"translate(" + number(x) + " " + number(y) +
             ") rotate(-90)\" text-anchor=\"middle\" class=\"" + style + "\">" + escape_markup(words) + "</text>";
  }
  /// `data` is a data: URI; pixels stay square blocks unless smooth.
  void image(double x, double y, double w, double h, const std::string& data, bool smooth) {
    body_ += "<image" + at("x", x) + at("y", y) + at("width", w) + at("height", h) + " preserveAspectRatio=\"none\"" +
             (smooth ? "" : " image-rendering=\"pixelated\"") + " href=\"" + data + "\"/>";
  }
  /// A vertical line that a report's slider moves between x0 and x1.
  void now(double x0, double x1, double top, double bottom) {
    body_ += "<line class=\"now\" data-left=\"" + number(x0) + "\" data-right=\"" + number(x1) + "\"" + at("x1", x0) +
             at("x2", x0) + at("y1", top) + at("y2", bottom) + "/>";
  }

  /// For a page; `label` is read in place of the drawing.
  std::string inside(const std::string& label) const {
    return "<svg viewBox=\"0 0 " + number(width_) + " " + number(height_) + "\" role=\"img\" aria-label=\"" +
           escape_markup(label) + "\">" + body_ + "</svg>";
  }
  /// A file of its own, with a title and a description that readers may ask for.
  std::string file(const std::string& title, const std::string& description) const {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width_) + "\" height=\"" + number(height_) +
           "\" viewBox=\"0 0 " + number(width_) + " " + number(height_) + "\" role=\"img\"><title>" +
           escape_markup(title) + "</title><desc>" + escape_markup(description) + "</desc><style>" + svg_style +
           "</style><rect class=\"bg\" width=\"100%\" height=\"100%\"/>" + body_ + "</svg>\n";
  }

 private:
  static std::string number(double value, int digits = 1) {
    std::string text = fixed_text(std::isfinite(value) ? value : 0, digits);
    if (text.find('.') != std::string::npos) {
      text.erase(text.find_last_not_of('0') + 1);
      if (text.back() == '.') text.pop_back();
    }
    return text;
  }
  static std::string at(const char* name, double value, int digits = 1) {
    return std::string(" ") + name + "=\"" + number(value, digits) + "\"";
  }
  static std::string end(const std::string& style) { return " class=\"" + style + "\"/>"; }

  double width_, height_;
  std::string body_;
};

STAC3DL_NAMESPACE_END
