/// train/batch_stream.hpp - the batches of a training in order, the next ones made while the last one is trained on.
///
///   BatchStream<float, Source> batches(source, {seed, samples, batch_size, epochs}, epoch, batch, /*ahead*/ 2);
///   while (...) batches.next(batch);
/// With `ahead` above 0 a thread of its own makes them, one sample after the other, so that loops of the training keep
/// their threads; what a source does for a sample (read, decode, prepare, vary) happens there.  With 0 next() makes the
/// batch on all threads.  A sample depends on (seed, epoch, index) alone, so both ways give the same batches.
#pragma once

#include <chrono>
#include <optional>

#include "stac3dl/core/read_ahead.hpp"
#include "stac3dl/train/batches.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What the order of a training's batches depends on.
struct BatchOrder {
  std::uint64_t seed = 0;                         ///< of the shuffles
  Index samples = 0, batch_size = 0, epochs = 0;  ///< how many; of a batch; of the training
};

template <class Real, class Source>
class BatchStream {
 public:
  /// From batch `batch` of epoch `epoch`, or where that is behind its last one from the next epoch on, to the end of
  /// the last epoch.  The source must outlive it.
  BatchStream(const Source& source, const BatchOrder& order, Index epoch, Index batch, std::size_t ahead)
      : source_(source),
        order_(order),
        epoch_(batch < batch_count(order.samples, order.batch_size) ? epoch : epoch + 1),
        batch_(batch < batch_count(order.samples, order.batch_size) ? batch : 0),
        beside_(ahead > 0),
        ahead_([this](Batch<Real>& made) { return make(made); }, ahead) {}

  /// The next batch; throws what the source threw for it.  False behind the last one.
  bool next(Batch<Real>& batch) {
    const auto start = Clock::now();
    const auto done = [&] { waited_ += std::chrono::duration<double>(Clock::now() - start).count(); };
    try {
      const bool more = ahead_.next(batch);
      done();
      return more;
    } catch (...) {
      done();
      throw;
    }
  }
  /// Seconds that next() took altogether.
  double waited() const { return waited_; }

 private:
  using Clock = std::chrono::steady_clock;

  bool make(Batch<Real>& batch) {
    if (epoch_ >= order_.epochs) return false;
    std::optional<SerialScope> scope;
    if (beside_) scope.emplace();
    if (shuffled_ != epoch_)
      indices_ = epoch_order(order_.samples, order_.seed, static_cast<std::uint64_t>(epoch_)), shuffled_ = epoch_;
    const Index first = batch_ * order_.batch_size, n = std::min(order_.batch_size, order_.samples - first);
    const auto sample = [&](Index i) {
      const Index at = indices_[static_cast<std::size_t>(first + i)];
      if constexpr (TrainingSource<Source>) return source_.sample(at, static_cast<std::uint64_t>(epoch_));
      else return source_.sample(at);
    };
    load_batch(n, sample, samples_, batch);
    if (++batch_ == batch_count(order_.samples, order_.batch_size)) batch_ = 0, ++epoch_;
    return true;
  }

  const Source& source_;
  BatchOrder order_;
  Index epoch_, batch_, shuffled_ = -1;  // of the batch that is made next; whose order indices_ is
  bool beside_;
  std::vector<Index> indices_;
  std::vector<Sample> samples_;
  double waited_ = 0;
  ReadAhead<Batch<Real>> ahead_;  // last: its thread uses all of the above
};

STAC3DL_NAMESPACE_END
