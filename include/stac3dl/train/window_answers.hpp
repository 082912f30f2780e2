/// train/window_answers.hpp - what a model says of windows, put together: of those beside each other, of a recording.
///
/// A window of a few seconds may show a pause, or the arm that wears no sensor; what is beside it is of the same
/// exercise.
#pragma once

#include <algorithm>
#include <concepts>
#include <vector>

#include "stac3dl/core/tensor.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A source that knows which recording a window was cut from, and its label: WindowSource, ClipSource.
template <class S>
concept WindowsOfRecordings = requires(const S& source, Index i) {
  { source.size() } -> std::convertible_to<Index>;
  { source.recording_index(i) } -> std::convertible_to<Index>;
  { source.label(i) } -> std::convertible_to<Index>;
};

/// One answer a recording: the mean of its windows' probabilities.
struct RecordingAnswers {
  std::vector<Index> recordings, labels;  ///< in the order in which recordings first appear
  Tensor<double, 2> probabilities;        ///< (recordings, K)
};

/// `recordings[i]` names the recording that window i was cut from; all windows of one must have the same label.
template <class Real>
RecordingAnswers by_recording(CView<Real, 2> probabilities, const std::vector<Index>& labels,
                              const std::vector<Index>& recordings) {
  const std::size_t n = labels.size();
  check(recordings.size() == n && probabilities.size(0) == static_cast<Index>(n), "by_recording: ",
        probabilities.size(0), " windows, ", n, " labels and ", recordings.size(), " recordings");
  RecordingAnswers answers;
  std::vector<std::size_t> row(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto at = std::find(answers.recordings.begin(), answers.recordings.end(), recordings[i]);
    row[i] = static_cast<std::size_t>(at - answers.recordings.begin());
    if (row[i] == answers.recordings.size())
      answers.recordings.push_back(recordings[i]), answers.labels.push_back(labels[i]);
    check(answers.labels[row[i]] == labels[i], "by_recording: recording ", recordings[i], " has windows labelled ",
          answers.labels[row[i]], " and ", labels[i]);
  }
  const Index count = static_cast<Index>(answers.recordings.size()), classes = probabilities.size(1);
  answers.probabilities = Tensor<double, 2>({count, classes});
  std::vector<double> windows(answers.recordings.size(), 0);
  for (std::size_t i = 0; i < n; ++i) {
    ++windows[row[i]];
    answers.probabilities.slice(static_cast<Index>(row[i])).array() +=
        probabilities.slice(static_cast<Index>(i)).array().template cast<double>();
  }
  for (Index r = 0; r < count; ++r)
    answers.probabilities.slice(r).array() /= windows[static_cast<std::size_t>(r)];
  return answers;
}

/// The same for the windows of a source: row i of `probabilities` (size(), K) belongs to window i.
template <class Real, WindowsOfRecordings Source>
RecordingAnswers by_recording(const Source& source, CView<Real, 2> probabilities) {
  check_shape("by_recording probabilities", probabilities.shape(), {source.size(), any_size});
  std::vector<Index> labels, recordings;
  for (Index i = 0; i < source.size(); ++i)
    labels.push_back(source.label(i)), recordings.push_back(source.recording_index(i));
  return by_recording<Real>(probabilities, labels, recordings);
}

/// What a model says of each window together with up to `reach` windows before and after it in its recording: the mean
/// of their probabilities (size(), K).  Live, that answer is there reach * stride seconds later.
template <class Real, WindowsOfRecordings Source>
Tensor<Real, 2> average_neighbours(const Source& source, CView<Real, 2> probabilities, Index reach) {
  check_shape("average_neighbours probabilities", probabilities.shape(), {source.size(), any_size});
  check(reach >= 0, "average_neighbours: reach is ", reach, ", want 0 or more windows");
  Tensor<Real, 2> means(probabilities.shape());
  for (Index i = 0; i < source.size(); ++i) {
    const auto same = [&](Index w) { return source.recording_index(w) == source.recording_index(i); };
    Index first = i, last = i;
    while (first > 0 && i - first < reach && same(first - 1)) --first;
    while (last + 1 < source.size() && last - i < reach && same(last + 1)) ++last;
    for (Index w = first; w <= last; ++w) means.slice(i).array() += probabilities.slice(w).array();
    means.slice(i).array() /= static_cast<Real>(last - first + 1);
  }
  return means;
}

STAC3DL_NAMESPACE_END
