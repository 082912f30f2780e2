/// train/batches.hpp - where examples come from, and how they become batches.
///
/// A source is any type with
///   Index size() const;
///   Sample sample(Index i) const;                            // for evaluation: always the same
///   Sample sample(Index i, std::uint64_t epoch) const;       // optional, for training: may augment
/// Both must depend on their arguments alone and must bear being called from several threads at once.
#pragma once

#include <concepts>
#include <numeric>
#include <vector>

#include "stac3dl/core/random.hpp"
#include "stac3dl/data/sample.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class S>
concept SampleSource = requires(const S& source, Index i) {
  { source.size() } -> std::convertible_to<Index>;
  { source.sample(i) } -> std::convertible_to<Sample>;
};
template <class S>
concept TrainingSource = requires(const S& source, Index i, std::uint64_t epoch) {
  { source.size() } -> std::convertible_to<Index>;
  { source.sample(i, epoch) } -> std::convertible_to<Sample>;
};

/// Batches that `samples` examples make; the last one may be shorter, none is empty.
inline Index batch_count(Index samples, Index batch_size) { return (samples + batch_size - 1) / batch_size; }

/// The order of an epoch: a shuffle that depends on seed and epoch alone.
inline std::vector<Index> epoch_order(Index samples, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<Index> order(static_cast<std::size_t>(samples));
  std::iota(order.begin(), order.end(), Index{0});
  Random({seed, epoch}).shuffle(order);
  return order;
}

/// Makes `count` samples in parallel, sample i by make(i), and puts them side by side.  `samples` is scratch.
template <class Real, class Make>
void load_batch(Index count, Make&& make, std::vector<Sample>& samples, Batch<Real>& batch) {
  samples.resize(static_cast<std::size_t>(count));
  parallel_for(count, [&](Index i) { samples[static_cast<std::size_t>(i)] = make(i); });
  collate(samples, batch);
}

/// Throws unless every label is a class: "label 9 of sample 3 of the batch, want 0 to 7".
inline void check_labels(const char* call, const std::vector<Index>& labels, Index classes) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    check(labels[i] >= 0 && labels[i] < classes, call, ": label ", labels[i], " of sample ", i,
          " of the batch, want 0 to ", classes - 1);
}

STAC3DL_NAMESPACE_END
