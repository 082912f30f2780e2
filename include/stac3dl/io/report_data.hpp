/// io/report_data.hpp - what a report's script needs of a recording, as JSON that can stand inside a page.
///
/// Frames are one picture, side by side (PNG, larger ones JPEG); beta and shares are numbers of four digits; Grad-CAM
/// maps are bytes in base64, averaged down to at most 28 rows and columns.
#pragma once

#include "stac3dl/inspect/recording_view.hpp"
#include "stac3dl/io/figures_pictures.hpp"
#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

inline Json short_number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::round(value * 1e4) / 1e4;
}
template <class T, int R>
Json tensor_json(BasicView<T, R> x) {
  Json list = Json::array();
  if constexpr (R == 1)
    for (auto v : x) list.push_back(short_number(static_cast<double>(v)));
  else
    for (Index i = 0; i < x.size(0); ++i) list.push_back(tensor_json(x.slice(i)));
  return list;
}

/// All frames (T, H, W, 3) side by side as a data: URI.
inline std::string sprite(const Tensor<std::uint8_t, 4>& pictures) {
  const auto [T, H, W, three] = pictures.shape();
  // A picture has at most 32768 pixels a side, so long recordings take several rows.
  const Index columns = std::min<Index>(T, std::max<Index>(1, 4096 / W)), rows = (T + columns - 1) / columns;
  Tensor<std::uint8_t, 3> all({rows * H, columns * W, 3});
  for (Index t = 0; t < T; ++t)
    for (Index y = 0; y < H; ++y)
      std::copy_n(&pictures(t, y, Index{0}, Index{0}), W * 3, &all(t / columns * H + y, t % columns * W, Index{0}));
  return H * W >= 64 * 64 ? data_uri("jpeg", encode_jpeg(all)) : data_uri("png", encode_png(all));
}

inline Json bones_json(const Bones& bones) {
  Json list = Json::array();
  for (const auto& [a, b] : bones) list.push_back({a, b});
  return list;
}

inline Json cam_json(const CamView& cam) {
  const auto [T, H, W] = cam.map.shape();
  const Index by = (std::max(H, W) + 27) / 28, h = (H + by - 1) / by, w = (W + by - 1) / by;
  std::string bytes;
  for (Index t = 0; t < T; ++t)
    for (Index y = 0; y < h; ++y)
      for (Index x = 0; x < w; ++x) {
        double sum = 0, count = 0;
        for (Index i = y * by; i < std::min(H, (y + 1) * by); ++i)
          for (Index j = x * by; j < std::min(W, (x + 1) * by); ++j)
            sum += static_cast<double>(cam.map(t, i, j)), count += 1;
        bytes += static_cast<char>(static_cast<unsigned char>(std::lround(255 * std::clamp(sum / count, 0.0, 1.0))));
      }
  return {{"modality", cam.modality}, {"block", cam.block}, {"steps", T}, {"rows", h}, {"columns", w},
          {"data", base64(bytes)}};
}

}  // namespace detail

/// What the script needs of a recording.
inline Json recording_json(const RecordingView& v) {
  Json json{{"seconds", v.seconds}, {"label", v.label}, {"answer", v.answer}, {"classes", v.classes}};
  json["probabilities"] = detail::tensor_json(v.probabilities.view());
  json["so_far"] = detail::tensor_json(v.so_far.view());
  json["alpha"] = detail::tensor_json(v.alpha.view()), json["beta"] = detail::tensor_json(v.beta.view());
  Index most_frames = v.steps();
  json["modalities"] = Json::array();
  for (std::size_t m = 0; m < v.modalities.size(); ++m) {
    const ModalityView& modality = v.modalities[m];
    Json one{{"name", modality.name},
             {"frames", modality.frames},
             {"first", modality.first},
             {"rows", modality.rows},
             {"columns", modality.columns}};
    std::vector<double> share;
    for (Index l = 0; l < v.steps(); ++l) share.push_back(std::round(v.share(m, l) * 1e4) / 1e4);
    one["share"] = share;
    if (modality.kind == ModalityView::Kind::picture) {
      one["kind"] = "picture", one["height"] = modality.pictures.size(1), one["width"] = modality.pictures.size(2);
      one["smooth"] = detail::is_smooth(modality.pictures), one["sprite"] = detail::sprite(modality.pictures);
    } else if (modality.kind == ModalityView::Kind::joints) {
      one["kind"] = "joints", one["joints"] = detail::tensor_json(modality.joints.view());
      one["bones"] = detail::bones_json(modality.bones), one["names"] = modality.names;
    } else {
      one["kind"] = "signal";
    }
    if (modality.kind != ModalityView::Kind::signal) most_frames = std::max(most_frames, modality.frames);
    json["modalities"].push_back(std::move(one));
  }
  json["frames"] = most_frames;
  if (!v.keypoints.empty()) {
    const KeypointView& k = v.keypoints.front();
    json["keypoints"] = {{"modality", k.modality},
                         {"frames_per_step", k.frames_per_step},
                         {"points", detail::tensor_json(k.predicted.view())},
                         {"bones", detail::bones_json(k.bones)}};
  }
  json["cams"] = Json::array();
  for (const CamView& cam : v.cams) json["cams"].push_back(detail::cam_json(cam));
  return json;
}

/// JSON inside <script>: no "<" can end it, and text that is not UTF-8 is replaced.
inline std::string embedded_json(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace), out;
  for (const char c : text) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

STAC3DL_NAMESPACE_END
