/// io/figures_scores.hpp - figures of training and evaluation: learning curves, confusion matrix, scores of each class.
///
///   precision = TP / answers    recall = TP / samples    F1 = 2 TP / (answers + samples)    as in train/metrics.hpp
#pragma once

#include <optional>

#include "stac3dl/inspect/report.hpp"
#include "stac3dl/io/report_figure.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Loss above, accuracy below, over epochs.
inline ReportFigure curves_figure(const std::vector<CurvePoint>& curves) {
  check(!curves.empty(), "curves_figure: no epochs");
  ReportFigure f{"learning_curves", "Learning curves", "", Svg(480, 400), {{"epoch", "loss", "accuracy"}}, false};
  const bool validated = std::any_of(curves.begin(), curves.end(), [](const CurvePoint& p) { return p.validated; });
  if (validated) f.table.front().insert(f.table.front().end(), {"validation loss", "validation accuracy"});
  double most = 1e-9;
  const CurvePoint* best = &curves.front();
  for (const CurvePoint& p : curves) {
    most = std::max({most, p.loss, p.validated ? p.validation_loss : 0});
    const auto score = [&](const CurvePoint& c) {
      return validated ? (c.validated ? c.validation_accuracy : -1) : c.accuracy;
    };
    if (score(p) > score(*best)) best = &p;
    f.table.push_back({std::to_string(p.epoch + 1), fixed_text(p.loss, 4), percent_text(p.accuracy, 1)});
    if (validated)
      f.table.back().insert(f.table.back().end(), {p.validated ? fixed_text(p.validation_loss, 4) : "",
                                                   p.validated ? percent_text(p.validation_accuracy, 1) : ""});
  }
  const double first = static_cast<double>(curves.front().epoch) + 1,
               last = static_cast<double>(curves.back().epoch) + 1;
  const double end = last > first ? last : first + 1;
  const auto draw = [&](const Plot& plot, auto training, auto validation) {
    Svg::Points a, b;
    for (const CurvePoint& p : curves) {
      const double x = plot.x(static_cast<double>(p.epoch) + 1);
      a.emplace_back(x, plot.y(training(p)));
      if (p.validated) b.emplace_back(x, plot.y(validation(p)));
    }
    f.drawing.polyline(a, "line c0");
    if (!b.empty()) f.drawing.polyline(b, "line c1 dash");
  };
  const Plot loss{54, 470, 24, 180, first, end, 0, most * 1.05}, accuracy{54, 470, 210, 350, first, end, 0, 1};
  loss.y_axis(f.drawing, "loss", "nats"), accuracy.y_axis(f.drawing, "accuracy", "%", 100);
  f.drawing.line(loss.left, loss.bottom, loss.right, loss.bottom, "ax");
  draw(
      loss, [](auto& p) { return p.loss; }, [](auto& p) { return p.validation_loss; });
  draw(
      accuracy, [](auto& p) { return p.accuracy; }, [](auto& p) { return p.validation_accuracy; });
  accuracy.x_axis(f.drawing, "epoch", "", 8, 1);
  f.drawing.line(250, 10, 274, 10, "line c0"), f.drawing.text(280, 14.5, "training");
  if (validated) f.drawing.line(360, 10, 384, 10, "line c1 dash"), f.drawing.text(390, 14.5, "validation");
  f.sentence = "The loss went from " + fixed_text(curves.front().loss, 2) + " to " + fixed_text(curves.back().loss, 2) +
               (validated ? "; the best validation accuracy, " + percent_text(best->validation_accuracy, 1)
                          : "; the best training accuracy, " + percent_text(best->accuracy, 1)) +
               ", came in epoch " + std::to_string(best->epoch + 1) + ".";
  return f;
}

/// Precision, recall, F1 of a class; nullopt where nothing stands below the line.
struct ClassScore {
  std::int64_t samples = 0, answers = 0, correct = 0;  ///< of that class; called so; both
  /// Part / whole, or nothing where whole is 0.
  static std::optional<double> ratio(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return std::nullopt;
    return static_cast<double>(part) / static_cast<double>(whole);
  }
  /// Of those that were called so, the share that are.
  std::optional<double> precision() const { return ratio(correct, answers); }
  /// Of those that are, the share that were called so.
  std::optional<double> recall() const { return ratio(correct, samples); }
  std::optional<double> f1() const { return ratio(2 * correct, samples + answers); }  ///< Harmonic mean of both.
};

/// One a class, in their order.
inline std::vector<ClassScore> class_scores(const ReportScores& scores) {
  std::vector<ClassScore> list(scores.classes.size());
  for (std::size_t t = 0; t < list.size(); ++t)
    for (std::size_t p = 0; p < list.size(); ++p) {
      const std::int64_t n = scores.counts(static_cast<Index>(t), static_cast<Index>(p));
      list[t].samples += n, list[p].answers += n;
      if (t == p) list[t].correct += n;
    }
  return list;
}

/// Share of right answers; 0 without samples.
inline double report_accuracy(const ReportScores& scores) {
  std::int64_t correct = 0, all = 0;
  for (const ClassScore& c : class_scores(scores)) correct += c.correct, all += c.samples;
  return ClassScore::ratio(correct, all).value_or(0);
}

/// Rows: the truth; columns: the answer; a cell's depth is the share of its row.
inline ReportFigure confusion_figure(const ReportScores& scores) {
  const auto K = static_cast<Index>(scores.classes.size());
  check_shape("confusion_figure", scores.counts.shape(), {K, K});
  const double left = K > 30 ? 44 : 190, cell = (470 - left) / static_cast<double>(std::max<Index>(K, 1));
  const double height = std::min(cell, 34.0), top = 40;
  ReportFigure f{"confusion", "Confusion matrix", "", Svg(480, top + height * static_cast<double>(K) + 30), {}, false};
  const auto list = class_scores(scores);
  f.table.push_back({"truth \\ answer"});
  for (const auto& name : scores.classes) f.table.front().push_back(name);
  Index worst_t = -1, worst_p = -1;
  for (Index t = 0; t < K; ++t) {
    const auto row = static_cast<std::size_t>(t);
    const double y = top + height * static_cast<double>(t);
    f.table.push_back({scores.classes[row]});
    const bool labelled = K <= 30 || t % 5 == 0;
    if (labelled) {
      f.drawing.text(left - 8, y + height / 2 + 4.5,
                     (K > 30 ? "" : shortened(scores.classes[row], t < 9 ? 21 : 20) + " ") + std::to_string(t + 1),
                     "tx", "end");
      f.drawing.text(left + cell * (static_cast<double>(t) + 0.5), top - 8, std::to_string(t + 1), "tm", "middle");
    }
    for (Index p = 0; p < K; ++p) {
      const std::int64_t n = scores.counts(t, p);
      f.table.back().push_back(std::to_string(n));
      const double share = ClassScore::ratio(n, list[row].samples).value_or(0),
                   x = left + cell * static_cast<double>(p);
      f.drawing.rect(x + 0.5, y + 0.5, cell - 1, height - 1, t == p ? "f0" : "f1", n == 0 ? 0.05 : 0.12 + 0.88 * share);
      if (n > 0 && cell >= 18)
        f.drawing.text(x + cell / 2, y + height / 2 + 4.5, std::to_string(n), share > 0.45 ? "on" : "tx", "middle");
      if (t != p && n > 0 && (worst_t < 0 || n > scores.counts(worst_t, worst_p))) worst_t = t, worst_p = p;
    }
  }
  f.drawing.text((left + 470) / 2, 16, "answer (number of the class)", "tm", "middle");
  f.drawing.text((left + 470) / 2, f.drawing.height() - 9, "cells: number of " + shortened(scores.of, 40), "tm sm",
                 "middle");
  f.sentence = "Rows are what it was, columns what the model said; the diagonal is right (" +
               percent_text(report_accuracy(scores), 1) + "). ";
  f.sentence += worst_t < 0 ? "No answer was wrong."
                            : "The most frequent mistake: " + scores.classes[static_cast<std::size_t>(worst_t)] +
                                  " taken for " + scores.classes[static_cast<std::size_t>(worst_p)] + ", " +
                                  std::to_string(scores.counts(worst_t, worst_p)) + " of " +
                                  std::to_string(list[static_cast<std::size_t>(worst_t)].samples) + ".";
  return f;
}

/// A row a class: F1 as a dot, precision and recall as the ends of a line.
inline ReportFigure classes_figure(const ReportScores& scores) {
  const auto list = class_scores(scores);
  const double top = 34, row = 22;
  ReportFigure f{"classes",
                 "Scores of each class",
                 "",
                 Svg(480, top + row * static_cast<double>(list.size()) + 44),
                 {{"class", "precision", "recall", "F1", "support"}},
                 false};
  const Plot plot{190, 462, top, top + row * static_cast<double>(list.size()), 0, 1, 0, 1};
  for (double tick : round_ticks(0, 1, 5)) {
    f.drawing.line(plot.x(tick), plot.top, plot.x(tick), plot.bottom, "gr");
    f.drawing.text(plot.x(tick), plot.bottom + 16, number_text(100 * tick), "tm", "middle");
  }
  f.drawing.text((plot.left + plot.right) / 2, plot.bottom + 33, "score (%)", "tm", "middle");
  f.drawing.circle(196, 14, 3.5, "line c0"), f.drawing.text(206, 18.5, "precision");
  f.drawing.line(298, 8, 298, 20, "line c1"), f.drawing.text(308, 18.5, "recall");
  f.drawing.circle(382, 14, 4, "f0"), f.drawing.text(392, 18.5, "F1");
  std::size_t lowest = 0;
  const auto percent_or_dash = [](const std::optional<double>& v) {
    return v ? percent_text(*v, 1) : std::string("\xE2\x80\x93");
  };
  double sum = 0;
  std::size_t occurring = 0;
  std::int64_t correct = 0, all = 0;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const double y = top + row * (static_cast<double>(k) + 0.5);
    f.drawing.text(plot.left - 8, y + 4.5, shortened(scores.classes[k], 22), "tx", "end");
    const auto p = list[k].precision(), r = list[k].recall(), f1 = list[k].f1();
    if (p && r) f.drawing.line(plot.x(*p), y, plot.x(*r), y, "cm thin");
    if (p) f.drawing.circle(plot.x(*p), y, 3.5, "line c0");
    if (r) f.drawing.line(plot.x(*r), y - 6, plot.x(*r), y + 6, "line c1");
    if (f1) f.drawing.circle(plot.x(*f1), y, 4, "f0");
    if (f1.value_or(2) < list[lowest].f1().value_or(2)) lowest = k;
    if (f1) sum += *f1, ++occurring;
    correct += list[k].correct, all += list[k].samples;
    f.table.push_back({scores.classes[k], percent_or_dash(p), percent_or_dash(r), percent_or_dash(f1),
                       std::to_string(list[k].samples)});
  }
  const double macro = occurring > 0 ? sum / static_cast<double>(occurring) : 0;
  f.table.push_back({"accuracy, macro F1", "", percent_or_dash(ClassScore::ratio(correct, all)), percent_text(macro, 1),
                     std::to_string(all)});
  f.sentence = "Macro F1 is " + percent_text(macro, 1) + "; ";
  if (correct == all)
    f.sentence += "no class has a mistake.";
  else
    f.sentence +=
        "the hardest class is " + scores.classes[lowest] + " with an F1 of " + percent_or_dash(list[lowest].f1()) + ".";
  return f;
}

STAC3DL_NAMESPACE_END
