/// io/report_page.hpp - a report as one HTML page that needs nothing else: style, script, drawings and frames are
/// inside, and a content policy forbids the browser to fetch anything.
///
/// Landmarks: header, nav, main, footer; every part is a section with a heading; every drawing has a text in its place
/// and its numbers as a table below.  All names and labels are escaped.
#pragma once

#include "stac3dl/io/figures_scores.hpp"
#include "stac3dl/io/report_data.hpp"
#include "stac3dl/io/report_script.hpp"
#include "stac3dl/io/report_style.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace detail {

/// A table whose first row and column are headings; cells of column `notes` are text.
inline std::string table_html(const std::vector<std::vector<std::string>>& rows, const std::string& caption,
                              std::size_t notes = 99) {
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escape_markup(caption) +
                    (notes < 99 ? "\"><table class=\"noted\">" : "\"><table>") + "<caption hidden>" +
                    escape_markup(caption) + "</caption>";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    out += r == 0 ? "<thead><tr>" : r == 1 ? "<tbody><tr>" : "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const bool heading = r == 0 || c == 0;
      out += (heading      ? std::string("<th scope=\"") + (r == 0 ? "col" : "row") + "\">"
              : c == notes ? "<td class=\"note\">"
                           : "<td>") +
             escape_markup(rows[r][c]) + (heading ? "</th>" : "</td>");
    }
    out += r == 0 ? "</tr></thead>" : "</tr>";
  }
  return out + (rows.size() > 1 ? "</tbody>" : "") + "</table></div>";
}

/// Numbers stay on the line of their percent sign.
inline std::string sentence_html(const std::string& sentence) {
  std::string out = escape_markup(sentence);
  for (std::size_t at = out.find(" %"); at != std::string::npos; at = out.find(" %", at)) out.replace(at, 1, "&#160;");
  return out;
}

inline std::string figure_html(const ReportFigure& f) {
  std::string out = "<figure><figcaption><h3>" + escape_markup(f.title) + "</h3><p>" + sentence_html(f.sentence) +
                    "</p></figcaption>" + f.drawing.inside(f.title + ". " + f.sentence);
  if (!f.table.empty())
    out += "<details><summary>Numbers of \xE2\x80\x9C" + escape_markup(f.title) + "\xE2\x80\x9D</summary>" +
           table_html(f.table, f.title) + "</details>";
  return out + "</figure>\n";
}

inline std::string section_html(const std::string& id, const std::string& title, const std::string& content,
                                const std::string& attributes = "") {
  return "<section class=\"part\" id=\"" + id + "\" aria-labelledby=\"" + id + "-title\"" + attributes + "><h2 id=\"" +
         id + "-title\">" + escape_markup(title) + "</h2>" + content + "</section>\n";
}

inline std::string efficiency_html(const std::vector<EfficiencyRow>& rows) {
  std::vector<std::vector<std::string>> table{{"figure", "value", "unit", "what is counted"}};
  for (const EfficiencyRow& r : rows) table.push_back({r.name, number_text(r.value), r.unit, r.note});
  return "<div class=\"card\"><p>What one recording costs this model, measured on the machine that wrote this "
         "page.</p>" +
         table_html(table, "Efficiency", 3) + "</div>";
}

/// The player: canvases, slider and what may be laid over the frames.  Hidden until the script has begun.
inline std::string player_html(const RecordingView& v, const std::string& id) {
  std::string out = "<div class=\"player card\" hidden><div class=\"stages\">";
  bool pictures = false, overlays = false;
  for (std::size_t m = 0; m < v.modalities.size(); ++m) {
    const ModalityView& modality = v.modalities[m];
    if (modality.kind == ModalityView::Kind::signal) continue;
    const bool picture = modality.kind == ModalityView::Kind::picture;
    const double h = picture ? static_cast<double>(modality.pictures.size(1)) : 1,
                 w = picture ? static_cast<double>(modality.pictures.size(2)) : 1;
    const double zoom = 480 / std::max(h, w);
    pictures = pictures || picture, overlays = true;
    out += "<div><canvas width=\"" + fixed_text(w * zoom, 0) + "\" height=\"" + fixed_text(h * zoom, 0) +
           "\" data-modality=\"" + std::to_string(m) + "\" role=\"img\" aria-label=\"" + escape_markup(modality.name) +
           (picture ? ": the frame at the slider's time, with attention laid over it"
                    : ": the skeleton at the slider's time, joints as large as their attention") +
           "; the figures below have the numbers\"></canvas><p>" + escape_markup(modality.name) + "</p></div>";
  }
  out += "</div><div class=\"bars\"></div><div class=\"controls\"><label for=\"" + id + "-time\">Time</label>";
  out += "<input type=\"range\" id=\"" + id + "-time\" min=\"0\" value=\"0\" step=\"1\" max=\"FRAMES\">";
  out +=
      "<div class=\"row\"><button type=\"button\" aria-pressed=\"false\">Play</button><span "
      "class=\"clock\"></span></div><div class=\"row\">";
  if (overlays) {
    out += "<fieldset><legend>Over the frames</legend>";
    const auto radio = [&](const char* value, const char* text, bool checked) {
      out += "<label><input type=\"radio\" name=\"overlay-" + id + "\" value=\"" + value + "\"" +
             (checked ? " checked" : "") + ">" + text + "</label>";
    };
    radio("attention", "attention \xCE\xB2", true);
    if (!v.cams.empty()) radio("cam", "Grad-CAM", false);
    radio("none", "nothing", false);
    out += "</fieldset>";
  }
  if (!v.cams.empty()) {
    out += "<label>Grad-CAM of <select>";
    for (std::size_t c = 0; c < v.cams.size(); ++c)
      out += "<option value=\"" + std::to_string(c) + "\"" + (c + 1 == v.cams.size() ? " selected" : "") + ">" +
             escape_markup(v.modalities[v.cams[c].modality].name + ", " + v.cams[c].block) + "</option>";
    out += "</select></label>";
  }
  if (pictures && !v.keypoints.empty())
    out += "<label><input type=\"checkbox\" name=\"points-" + id + "\" checked>key points</label>";
  return out + "</div></div></div>";
}

inline std::string verdict_html(const RecordingView& v) {
  const auto name = [&](Index k) {
    return "<strong>" + escape_markup(v.classes[static_cast<std::size_t>(k)]) + "</strong>";
  };
  std::string out = "<p class=\"verdict\">The model says " + name(v.answer) + ", with " +
                    sentence_html(percent_text(static_cast<double>(v.probabilities[v.answer]))) + ". ";
  if (v.label >= 0) out += v.label == v.answer ? "That is right." : "It was " + name(v.label) + ".";
  out += "</p>";
  return v.note.empty() ? out : out + "<p>" + escape_markup(v.note) + "</p>";
}

inline std::string recording_html(const RecordingView& v, const std::string& id) {
  const Json json = recording_json(v);
  std::string player = player_html(v, id);
  player.replace(player.find("FRAMES"), 6, std::to_string(json.at("frames").get<Index>() - 1));
  std::string out = verdict_html(v) + player + "<script type=\"application/json\">" + embedded_json(json) +
                    "</script><div class=\"grid\">";
  for (const ReportFigure& f : recording_figures(v)) out += figure_html(f);
  return out + "</div>";
}

}  // namespace detail

/// The whole page.
inline std::string report_html(const Report& report) {
  using namespace detail;
  std::string parts, links;
  const auto part = [&](const std::string& id, const std::string& title, const std::string& content,
                        const std::string& attributes = "") {
    links += "<li><a href=\"#" + id + "\">" + escape_markup(title) + "</a></li>";
    parts += section_html(id, title, content, attributes);
  };
  if (!report.curves.empty())
    part("training", "Training", "<div class=\"grid\">" + figure_html(curves_figure(report.curves)) + "</div>");
  for (std::size_t i = 0; i < report.scores.size(); ++i)
    part("answers-" + std::to_string(i + 1), "Answers to " + report.scores[i].of,
         "<div class=\"grid\">" + figure_html(confusion_figure(report.scores[i])) +
             figure_html(classes_figure(report.scores[i])) + "</div>");
  if (!report.efficiency.empty()) part("efficiency", "Efficiency", efficiency_html(report.efficiency));
  for (std::size_t i = 0; i < report.recordings.size(); ++i) {
    const std::string id = "recording-" + std::to_string(i + 1);
    part(id, report.recordings[i].name, recording_html(report.recordings[i], id), " data-recording");
  }
  std::string facts;
  for (const ReportFact& f : report.facts)
    facts += "<div><dt>" + escape_markup(f.name) + "</dt><dd>" + escape_markup(f.value) + "</dd></div>";
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
         "'unsafe-inline'; script-src 'unsafe-inline'\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" "
         "href=\"data:,\"><title>" +
         escape_markup(report.title) + "</title><style>" + report_style +
         "</style></head>\n<body><a class=\"skip\" href=\"#main\">To the content</a><header><h1>" +
         escape_markup(report.title) + "</h1>" + (facts.empty() ? "" : "<dl class=\"facts\">" + facts + "</dl>") +
         "<nav aria-label=\"Parts of this report\"><ul>" + links + "</ul></nav></header>\n<main id=\"main\">" + parts +
         "</main>\n<footer><p>Written by stac3dl. Everything on this page is in this file; nothing is "
         "fetched.</p></footer>\n<script>" +
         report_script + "</script></body></html>\n";
}

STAC3DL_NAMESPACE_END
