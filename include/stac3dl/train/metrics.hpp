/// train/metrics.hpp - how good are the answers: accuracy, confusion matrix, precision, recall, F1.
///
/// m[t][p] counts samples of class t that were called p; TP = m[k][k].
///   precision = TP / sum_t m[t][k]      recall = TP / sum_p m[k][p]      F1 = 2 TP / (sum_t m[t][k] + sum_p m[k][p])
/// A quotient with nothing below the line counts as 0 and is shown as "-" in tables.  Macro F1 is the mean over the
/// classes that occur, as truth or as answer: a class that is in neither is left out, one that was only answered
/// counts with F1 = 0.
#pragma once

#include <cstdint>
#include <vector>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/core/text_table.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Index of the largest value; the first one where several are equal.
template <class Real>
Index argmax(CView<Real, 1> values) {
  return static_cast<Index>(std::max_element(values.begin(), values.end()) - values.begin());
}

/// Counts of (truth, answer), and what follows from them.
class ConfusionMatrix {
 public:
  /// Nothing counted yet, `classes` classes.
  explicit ConfusionMatrix(Index classes = 0) : counts_(Shape<2>{classes, classes}) {}

  Index classes() const { return counts_.size(0); }  ///< K
  /// Counts one sample.  Error where a class is none of 0 to K - 1.
  void add(Index truth, Index answer) {
    check(truth >= 0 && truth < classes() && answer >= 0 && answer < classes(), "ConfusionMatrix::add: classes ",
          truth, " and ", answer, ", want 0 to ", classes() - 1);
    ++counts_(truth, answer);
  }
  /// Samples of class `truth` that were called `answer`.
  std::int64_t count(Index truth, Index answer) const { return counts_(truth, answer); }

  /// Samples of class k; answers k.
  std::int64_t samples(Index k) const { return counts_.view().matrix().row(k).sum(); }
  /// Samples that were called k.
  std::int64_t answers(Index k) const { return counts_.view().matrix().col(k).sum(); }
  std::int64_t total() const { return counts_.array().sum(); }  ///< All samples.
  /// Samples that were called what they are.
  std::int64_t correct() const { return counts_.view().matrix().trace(); }

  double accuracy() const { return ratio(correct(), total()); }  ///< Share of right answers; 0 where there are none.
  /// Of the samples called k, the share that are k.
  double precision(Index k) const { return ratio(count(k, k), answers(k)); }
  /// Of the samples of class k, the share that were called k.
  double recall(Index k) const { return ratio(count(k, k), samples(k)); }
  /// Harmonic mean of precision and recall of class k.
  double f1(Index k) const { return ratio(2 * count(k, k), answers(k) + samples(k)); }
  /// Mean F1 of the classes that occur as truth or as answer.
  double macro_f1() const {
    double sum = 0;
    Index occurring = 0;
    for (Index k = 0; k < classes(); ++k)
      if (samples(k) + answers(k) > 0) sum += f1(k), ++occurring;
    return occurring == 0 ? 0 : sum / static_cast<double>(occurring);
  }

  /// Rows: the truth; columns: the answers.  Without names classes are numbered.
  TextTable table(const std::vector<std::string>& names = {}) const {
    TextTable::Row header{"truth \\ answer"};
    for (Index k = 0; k < classes(); ++k) header.push_back(name(names, k));
    TextTable table(std::move(header));
    for (Index t = 0; t < classes(); ++t) {
      TextTable::Row row{name(names, t)};
      for (Index p = 0; p < classes(); ++p) row.push_back(std::to_string(count(t, p)));
      table.add(std::move(row));
    }
    return table;
  }

  /// A row a class, percent, and a last row: all samples, accuracy as "recall", macro F1.
  TextTable scores(const std::vector<std::string>& names = {}) const {
    TextTable table({"class", "samples", "precision", "recall", "F1"});
    const auto shown = [](double value, std::int64_t of) { return of == 0 ? std::string("-") : percent(value); };
    for (Index k = 0; k < classes(); ++k)
      table.add({name(names, k), std::to_string(samples(k)), shown(precision(k), answers(k)),
                 shown(recall(k), samples(k)), shown(f1(k), answers(k) + samples(k))});
    table.add({"accuracy, macro F1", std::to_string(total()), "", shown(accuracy(), total()),
               shown(macro_f1(), total())});
    return table;
  }

 private:
  static double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
  }
  std::string name(const std::vector<std::string>& names, Index k) const {
    check(names.empty() || static_cast<Index>(names.size()) == classes(), "ConfusionMatrix: ", names.size(),
          " names for ", classes(), " classes");
    return names.empty() ? std::to_string(k) : names[static_cast<std::size_t>(k)];
  }

  Tensor<std::int64_t, 2> counts_;
};

/// The answers of a whole set: row i of `probabilities` (N, K) against labels[i].
template <class Real>
ConfusionMatrix confusion(CView<Real, 2> probabilities, const std::vector<Index>& labels) {
  check(probabilities.size(0) == static_cast<Index>(labels.size()), "confusion: ", probabilities.size(0),
        " answers and ", labels.size(), " labels");
  ConfusionMatrix matrix(probabilities.size(1));
  for (std::size_t i = 0; i < labels.size(); ++i)
    matrix.add(labels[i], argmax<Real>(probabilities.slice(static_cast<Index>(i))));
  return matrix;
}

STAC3DL_NAMESPACE_END
