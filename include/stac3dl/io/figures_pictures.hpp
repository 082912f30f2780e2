/// io/figures_pictures.hpp - figures with frames: spatial attention (12) and Grad-CAM laid over them, key points drawn
/// on them (the paper's figure 7).
///
/// Under an overlay frames are grey, so that colour means attention alone.  A cell's opacity is its value by the
/// largest value of the recording; the scale beside the frames says what that is.
#pragma once

#include "stac3dl/inspect/recording_view.hpp"
#include "stac3dl/io/figures_signals.hpp"
#include "stac3dl/io/image_write.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

inline std::string data_uri(const char* type, std::string_view bytes) {
  return std::string("data:image/") + type + ";base64," + base64(bytes);
}
/// Frames larger than this are smoothed when they are enlarged; smaller ones show their pixels.
inline bool is_smooth(const Tensor<std::uint8_t, 4>& pictures) {
  return pictures.size(1) >= 24 && pictures.size(2) >= 24;
}

/// Luminance in all three channels.
inline Tensor<std::uint8_t, 3> grey_frame(CView<std::uint8_t, 3> rgb) {
  Tensor<std::uint8_t, 3> grey(rgb.shape());
  for (Index i = 0; i < rgb.size(); i += 3) {
    const double y = 0.299 * rgb[i] + 0.587 * rgb[i + 1] + 0.114 * rgb[i + 2];
    for (Index c = 0; c < 3; ++c) grey[i + c] = static_cast<std::uint8_t>(y + 0.5);
  }
  return grey;
}

/// Where frames of a strip stand: up to eight, four a row.
struct Strip {
  static constexpr double cell = 100, gap = 14, left = 18;
  double width, height;  ///< of a frame
  double x(std::size_t i) const { return left + static_cast<double>(i % 4) * (cell + gap) + (cell - width) / 2; }
  double y(std::size_t i) const { return 10 + static_cast<double>(i / 4) * (height + 30); }
  double below(std::size_t count) const { return y((count + 3) / 4 * 4); }
};
inline Strip strip_of(const Tensor<std::uint8_t, 4>& pictures) {
  const double h = static_cast<double>(pictures.size(1)), w = static_cast<double>(pictures.size(2));
  const double zoom = Strip::cell / std::max(w, h);
  return {w * zoom, h * zoom};
}
/// At most `most` of `count`, evenly, the last one included.
inline std::vector<Index> evenly(Index count, Index most) {
  std::vector<Index> chosen;
  const Index n = std::min(count, most);
  for (Index i = 0; i < n; ++i) chosen.push_back(n == 1 ? 0 : i * (count - 1) / (n - 1));
  return chosen;
}

inline void opacity_scale(Svg& svg, double y, const std::string& name, double most) {
  for (int i = 0; i < 20; ++i) svg.rect(18 + 5.0 * i, y, 5.2, 12, "hot", 0.85 * (i + 0.5) / 20);
  svg.text(126, y + 10.5, "0 to " + percent_text(most, most < 0.1 ? 1 : 0) + " " + name, "tm");
}

/// A frame in grey, and value(row, column) in [0, 1] over it.
template <class Value>
void overlay_frame(Svg& svg, const Strip& strip, std::size_t i, const ModalityView& m, Index t, Index rows,
                   Index columns, Value&& value) {
  svg.image(strip.x(i), strip.y(i), strip.width, strip.height,
            data_uri("png", encode_png(grey_frame(m.pictures.slice(t)))), is_smooth(m.pictures));
  const double h = strip.height / static_cast<double>(rows), w = strip.width / static_cast<double>(columns);
  for (Index r = 0; r < rows; ++r)
    for (Index c = 0; c < columns; ++c)
      if (const double v = value(r, c); v > 0.004)
        svg.rect(strip.x(i) + w * static_cast<double>(c), strip.y(i) + h * static_cast<double>(r), w, h, "hot",
                 0.85 * v);
}

inline std::string place_text(Index row, Index column, Index rows, Index columns) {
  const auto part = [](Index i, Index n, const char* a, const char* b, const char* c) {
    return 3 * i + 1 < n ? a : 3 * i + 2 > 2 * n ? c : b;
  };
  const std::string vertical = part(row, rows, "top", "middle", "bottom");
  const std::string horizontal = part(column, columns, "left", "middle", "right");
  return vertical == "middle" && horizontal == "middle" ? "in the middle"
         : vertical == "middle"                         ? "on the " + horizontal
         : horizontal == "middle"                       ? "at the " + vertical
                                                        : "at the " + vertical + " " + horizontal;
}

}  // namespace detail

/// One frame a step, the step's beta over it.
inline ReportFigure attention_figure(const RecordingView& v, std::size_t m) {
  const ModalityView& modality = v.modalities[m];
  const auto steps = detail::evenly(v.steps(), 8);
  const detail::Strip strip = detail::strip_of(modality.pictures);
  const Index P = modality.rows * modality.columns;
  ReportFigure f{"attention_" + std::to_string(m),         "Spatial attention β: " + modality.name,           "",
                 Svg(480, strip.below(steps.size()) + 24), {{"step", "time (s)", "α", "largest β", "where"}}, true};
  double most = 1e-12;
  Index at = 0;
  for (Index l = 0; l < v.steps(); ++l)
    for (Index p = 0; p < P; ++p) most = std::max(most, static_cast<double>(v.beta(l, modality.first + p)));
  for (Index p = 0; p < P; ++p)
    if (v.weight(m, p) > v.weight(m, at)) at = p;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Index l = steps[i],
                t = std::min(modality.frames - 1, l * modality.frames_per_step + modality.frames_per_step / 2);
    detail::overlay_frame(f.drawing, strip, i, modality, t, modality.rows, modality.columns, [&](Index r, Index c) {
      return static_cast<double>(v.beta(l, modality.first + r * modality.columns + c)) / most;
    });
    f.drawing.text(strip.x(i) + strip.width / 2, strip.y(i) + strip.height + 16,
                   fixed_text((static_cast<double>(l) + 0.5) * v.step_seconds(), 2) + " s, α " +
                       percent_text(static_cast<double>(v.alpha[l])),
                   "tm sm", "middle");
  }
  for (Index l = 0; l < v.steps(); ++l) {
    const auto row = v.beta.slice(l).range(modality.first, P);
    const Index best = std::max_element(row.begin(), row.end()) - row.begin();
    f.table.push_back(
        {std::to_string(l + 1), fixed_text((static_cast<double>(l) + 0.5) * v.step_seconds(), 2),
         percent_text(static_cast<double>(v.alpha[l]), 1), percent_text(static_cast<double>(row[best]), 1),
         detail::place_text(best / modality.columns, best % modality.columns, modality.rows, modality.columns)});
  }
  detail::opacity_scale(f.drawing, strip.below(steps.size()), "of a step's attention on a cell", most);
  f.sentence = "Orange is where the model looked: over the whole recording most " +
               detail::place_text(at / modality.columns, at % modality.columns, modality.rows, modality.columns) +
               " of the frame; time runs from left to right, then down.";
  return f;
}

/// As above with what Grad-CAM found in a block.
inline ReportFigure cam_figure(const RecordingView& v, std::size_t c) {
  const CamView& cam = v.cams[c];
  const ModalityView& modality = v.modalities[cam.modality];
  const auto [T, H, W] = cam.map.shape();
  const auto steps = detail::evenly(v.steps(), 8);
  const detail::Strip strip = detail::strip_of(modality.pictures);
  ReportFigure f{"cam_" + std::to_string(c),
                 "Grad-CAM: " + modality.name + ", " + cam.block,
                 "",
                 Svg(480, strip.below(steps.size()) + 24),
                 {{"time (s)", "largest value", "where"}},
                 true};
  Index peak = 0;
  for (Index i = 0; i < cam.map.size(); ++i)
    if (cam.map[i] > cam.map[peak]) peak = i;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Index t = std::min(modality.frames - 1, steps[i] * modality.frames_per_step + modality.frames_per_step / 2);
    const Index s = std::min(T - 1, t * T / modality.frames);
    detail::overlay_frame(f.drawing, strip, i, modality, t, H, W,
                          [&](Index y, Index x) { return static_cast<double>(cam.map(s, y, x)); });
    const std::string time =
        fixed_text((static_cast<double>(t) + 0.5) * v.seconds / static_cast<double>(modality.frames), 2);
    f.drawing.text(strip.x(i) + strip.width / 2, strip.y(i) + strip.height + 16, time + " s", "tm sm", "middle");
    const auto map = cam.map.slice(s);
    const Index best = std::max_element(map.begin(), map.end()) - map.begin();
    f.table.push_back(
        {time, percent_text(static_cast<double>(map.data()[best])), detail::place_text(best / W, best % W, H, W)});
  }
  detail::opacity_scale(f.drawing, strip.below(steps.size()), "of the largest value in the recording", 1);
  f.sentence = "What the block saw that speaks for " + detail::class_name(v, v.answer) + " is strongest " +
               detail::place_text(peak / W % H, peak % W, H, W) + " of the frame at " +
               fixed_text((static_cast<double>(peak / (H * W)) + 0.5) * v.seconds / static_cast<double>(T), 1) + " s.";
  return f;
}

/// Key points on chosen frames: predicted ones purple dots and lines, true ones dark rings.
inline ReportFigure keypoints_figure(const RecordingView& v) {
  const KeypointView& k = v.keypoints.front();
  const ModalityView& modality = v.modalities[k.modality];
  const double scale = std::min(214.0 / static_cast<double>(modality.pictures.size(2)),
                                214.0 / static_cast<double>(modality.pictures.size(1)));
  const double w = scale * static_cast<double>(modality.pictures.size(2)),
               h = scale * static_cast<double>(modality.pictures.size(1));
  const double rows = static_cast<double>((k.stages.size() + 1) / 2);
  ReportFigure f{"keypoints",
                 "Key points",
                 "",
                 Svg(480, rows * (h + 30) + 30),
                 {{"frame", "stage", "mean distance (% of the frame's side)"}},
                 true};
  double sum = 0, count = 0;
  const bool known = !k.truth.empty();
  for (std::size_t i = 0; i < k.stages.size(); ++i) {
    const Index t = k.stages[i];
    check(t >= 0 && t < modality.frames, "keypoints_figure: stage at frame ", t, " of ", modality.frames);
    const Index s = std::min(k.predicted.size(0) - 1, t / k.frames_per_step), J = k.predicted.size(1);
    const double x = 18 + static_cast<double>(i % 2) * 230, y = 8 + static_cast<double>(i / 2) * (h + 30);
    f.drawing.image(x, y, w, h, detail::data_uri("png", encode_png(modality.pictures.slice(t))),
                    detail::is_smooth(modality.pictures));
    const auto px = [&](Index j) { return x + w * static_cast<double>(k.predicted(s, j, Index{0})); };
    const auto py = [&](Index j) { return y + h * static_cast<double>(k.predicted(s, j, Index{1})); };
    for (const auto& [style, line] : {std::pair("halo", 5.0), std::pair("kp", 2.2)})
      for (const auto& [a, b] : k.bones) f.drawing.line(px(a), py(a), px(b), py(b), style, line);
    double distance = 0, joints = 0;
    for (Index j = 0; j < J; ++j) {
      f.drawing.circle(px(j), py(j), 4, "kp");
      if (!known || (!k.known.empty() && k.known(t, j) == 0)) continue;
      const double tx = static_cast<double>(k.truth(t, j, Index{0})), ty = static_cast<double>(k.truth(t, j, Index{1}));
      f.drawing.circle(x + w * tx, y + h * ty, 4, "halo", 3), f.drawing.circle(x + w * tx, y + h * ty, 4, "kt", 1.4);
      distance += std::hypot((px(j) - x) / w - tx, (py(j) - y) / h - ty), joints += 1;
    }
    const std::string name = i < k.names.size() ? k.names[i] : "frame " + std::to_string(t + 1);
    f.drawing.text(
        x + w / 2, y + h + 17,
        name + ", " + fixed_text((static_cast<double>(t) + 0.5) * v.seconds / static_cast<double>(modality.frames), 1) +
            " s",
        "tx", "middle");
    sum += distance, count += joints;
    f.table.push_back({std::to_string(t + 1), name, joints > 0 ? percent_text(distance / joints, 1) : "not known"});
  }
  const double y = f.drawing.height() - 12;
  f.drawing.line(20, y, 44, y, "kp", 2.2), f.drawing.circle(32, y, 4, "kp"), f.drawing.text(52, y + 4.5, "predicted");
  if (known)
    f.drawing.circle(150, y, 4, "halo", 3), f.drawing.circle(150, y, 4, "kt", 1.4),
        f.drawing.text(162, y + 4.5, "true");
  f.sentence = "Purple dots and lines are where the model sees the joints";
  f.sentence += count > 0 ? "; on these frames they are off by " + percent_text(sum / count, 1) +
                                " of the frame's side on average."
                          : "; the true places are not known here.";
  return f;
}

/// All figures of a recording, in the order of the page.
inline std::vector<ReportFigure> recording_figures(const RecordingView& v) {
  std::vector<ReportFigure> figures;
  figures.push_back(alpha_figure(v));
  figures.push_back(probabilities_figure(v));
  if (!v.window_times.empty()) figures.push_back(windows_figure(v));
  if (v.modalities.size() > 1) figures.push_back(sensors_figure(v));
  for (std::size_t m = 0; m < v.modalities.size(); ++m) {
    const ModalityView& modality = v.modalities[m];
    if (modality.kind == ModalityView::Kind::picture) figures.push_back(attention_figure(v, m));
    if (modality.kind == ModalityView::Kind::joints && modality.rows > 1 && modality.columns == 1)
      figures.push_back(joints_figure(v, m));
    if (modality.kind == ModalityView::Kind::signal) figures.push_back(signal_figure(v, m));
  }
  for (std::size_t i = 0; i < v.lstm.size(); ++i) figures.push_back(gates_figure(v, i));
  if (!v.keypoints.empty()) figures.push_back(keypoints_figure(v));
  for (std::size_t c = 0; c < v.cams.size(); ++c)
    if (v.modalities[v.cams[c].modality].kind == ModalityView::Kind::picture) figures.push_back(cam_figure(v, c));
  return figures;
}

STAC3DL_NAMESPACE_END
