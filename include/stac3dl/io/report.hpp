/// io/report.hpp - writes a report: one HTML page, and every figure as a file of its own.
///
///   write_report("report.html", report, Replace::no);             // the page
///   write_report_figures("figures", report, Replace::no);          // learning_curves.svg, answers1_confusion.svg, ...
/// Figures are SVG, and PNG beside it where librsvg was found (io/figure_png.hpp).
#pragma once

#include "stac3dl/io/atomic_file.hpp"
#include "stac3dl/io/figure_png.hpp"
#include "stac3dl/io/report_page.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The page, whole or not at all.
inline void write_report(const std::filesystem::path& path, const Report& report, Replace replace) {
  check_may_write(path, replace);
  write_file(path, report_html(report), replace);
}

/// "run/report.html" -> "run/report_figures"
inline std::filesystem::path report_folder(const std::filesystem::path& path) {
  return path.parent_path() / (path.stem().string() + "_figures");
}
/// Throws unless page and figures may be written: programs call it before the work, not after it.
inline void check_may_write_report(const std::filesystem::path& path, Replace replace) {
  check_may_write(path, replace);
  const std::filesystem::path folder = report_folder(path);
  check(replace == Replace::yes || !std::filesystem::exists(folder), "write ", folder.string(),
        ": the folder exists; its files are only replaced when told to");
}

/// All figures of a report with the names of their files, without an ending.
inline std::vector<std::pair<std::string, ReportFigure>> report_figures(const Report& report) {
  std::vector<std::pair<std::string, ReportFigure>> figures;
  const auto add = [&](const std::string& prefix, ReportFigure f) {
    const std::string name = prefix + f.id;
    figures.emplace_back(name, std::move(f));
  };
  if (!report.curves.empty()) add("", curves_figure(report.curves));
  for (std::size_t i = 0; i < report.scores.size(); ++i) {
    const std::string prefix = "answers" + std::to_string(i + 1) + "_";
    add(prefix, confusion_figure(report.scores[i])), add(prefix, classes_figure(report.scores[i]));
  }
  for (std::size_t i = 0; i < report.recordings.size(); ++i)
    for (ReportFigure& f : recording_figures(report.recordings[i]))
      add("recording" + std::to_string(i + 1) + "_", std::move(f));
  return figures;
}

inline namespace STAC3DL_FIGURES {

/// Writes into a folder, which is made if it is not there; returns how many files.  PNG files have `scale` pixels a
/// unit.
inline Index write_report_figures(const std::filesystem::path& folder, const Report& report, Replace replace,
                                  double scale = 2) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  check(std::filesystem::is_directory(folder), "write_report_figures: cannot make the folder ", folder.string());
  Index written = 0;
  for (const auto& [name, figure] : report_figures(report)) {
    const std::string svg = figure.drawing.file(figure.title, figure.sentence);
    write_file(folder / (name + ".svg"), svg, replace), ++written;
    if (!has_figure_png) continue;
    write_file(folder / (name + ".png"), figure_png(svg, figure.drawing.width(), figure.drawing.height(), scale, name),
               replace);
    ++written;
  }
  return written;
}

/// The page at `path` and the figures in "NAME_figures" beside it.
inline Index write_report_and_figures(const std::filesystem::path& path, const Report& report, Replace replace) {
  write_report(path, report, replace);
  return write_report_figures(report_folder(path), report, replace);
}

}  // namespace STAC3DL_FIGURES
STAC3DL_NAMESPACE_END
