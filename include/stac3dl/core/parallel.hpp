/// core/parallel.hpp - the only file that knows of OpenMP.
///
/// Results are the same to the bit for any number of threads: what a call of the body computes depends on its index
/// alone, and partial sums are added in the order of their indices.  Kernels therefore cut their work by the problem's
/// sizes, never by the number of threads.  Without OpenMP everything runs in order on the calling thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "stac3dl/core/check.hpp"

#if STAC3DL_OPENMP
#include <omp.h>
#endif

STAC3DL_NAMESPACE_BEGIN

namespace detail {
inline std::atomic<int>& requested_threads() {
  static std::atomic<int> count{0};  // 0: as many as OpenMP offers
  return count;
}
inline int& serial_scopes() {
  thread_local int count = 0;
  return count;
}
}  // namespace detail

/// Threads that the next parallel loop may use; scratch that is kept per thread needs this many slots.
inline int num_threads() {
  const int asked = detail::requested_threads().load(std::memory_order_relaxed);
#if STAC3DL_OPENMP
  return asked > 0 ? asked : std::max(1, omp_get_max_threads());
#else
  return asked > 0 ? 1 : 1;
#endif
}

/// Limits the library to `count` threads (0: all that OpenMP offers).  Set it between calls, not during one.
inline void set_num_threads(int count) {
  check(count >= 0, "set_num_threads: want 0 or more, got ", count);
  detail::requested_threads().store(count, std::memory_order_relaxed);
}

/// While one lives, loops begun on its thread run in order on that thread: for one that works beside the loops of
/// another and must not take threads of its own.
class SerialScope {
 public:
  SerialScope() { ++detail::serial_scopes(); }
  ~SerialScope() { --detail::serial_scopes(); }
  SerialScope(const SerialScope&) = delete;
  SerialScope& operator=(const SerialScope&) = delete;
};

/// True inside a parallel loop or a SerialScope: a loop begun there runs in order on its own thread (one level of
/// parallelism).
inline bool in_parallel() {
  if (detail::serial_scopes() > 0) return true;
#if STAC3DL_OPENMP
  return omp_get_level() > 0;
#else
  return false;
#endif
}

namespace detail {
/// Work of a loop, a stretch for each thread: one loop's stretch is near the core that has just had the last one's. Who
/// is done helps with the others' stretches.
class Stretches {
 public:
  static constexpr int most = 512;  ///< threads
  Stretches(Index n, int threads) : n_(n), threads_(threads) {
    for (int t = 0; t < threads; ++t) new (&next_[t].index) std::atomic<Index>(begin(t));
  }
  /// run(i) for what `thread` takes, its own stretch first.
  template <class Run>
  void take(int thread, Run&& run) {
    for (int k = 0; k < threads_; ++k) {
      const int t = (thread + k) % threads_;
      const Index end = begin(t + 1);
      // a look before the step: stretches that are done stay in everybody's cache
      while (next_[t].index.load(std::memory_order_relaxed) < end) {
        const Index i = next_[t].index.fetch_add(1, std::memory_order_relaxed);
        if (i < end) run(i);
      }
    }
  }

 private:
  Index begin(int t) const { return n_ * t / threads_; }
  union alignas(64) Next {  // a line each; those of threads that there are not stay untouched
    Next() {}
    std::atomic<Index> index;
  };
  Index n_;
  int threads_;
  Next next_[most];
};
}  // namespace detail

/// body(i, slot) once for every i in [0, n).  `slot` < num_threads() is private to the running thread: use it for
/// scratch only, never for what is computed.  If bodies throw, the exception of the lowest index is rethrown.
template <class Body>
void parallel_for_slots(Index n, Body&& body) {
#if STAC3DL_OPENMP
  const int threads = static_cast<int>(std::min<Index>({num_threads(), n, detail::Stretches::most}));
  if (threads > 1 && !in_parallel()) {
    std::exception_ptr error;
    Index failed = n;
    detail::Stretches work(n, threads);
#pragma omp parallel num_threads(threads)
    work.take(omp_get_thread_num(), [&](Index i) {
      try {
        body(i, omp_get_thread_num());
      } catch (...) {
#pragma omp critical(stac3dl_parallel_error)
        if (i < failed) failed = i, error = std::current_exception();
      }
    });
    if (error) std::rethrow_exception(error);
    return;
  }
#endif
  for (Index i = 0; i < n; ++i) body(i, 0);
}

/// body(i) once for every i in [0, n), in any order, on any thread.
template <class Body>
void parallel_for(Index n, Body&& body) {
  parallel_for_slots(n, [&](Index i, int) { body(i); });
}

/// body(begin, end) for consecutive chunks of `grain` indices (the last may be shorter).
template <class Body>
void parallel_chunks(Index n, Index grain, Body&& body) {
  parallel_for((n + grain - 1) / grain,
               [&](Index chunk) { body(chunk * grain, std::min(n, (chunk + 1) * grain)); });
}

/// Sum of part(begin, end) over consecutive chunks of `grain` indices, added in order of the chunks.
template <class Sum, class Part>
Sum ordered_sum(Index n, Index grain, Part&& part) {
  const Index chunks = (n + grain - 1) / grain;
  std::vector<Sum> parts(static_cast<std::size_t>(chunks));
  parallel_chunks(n, grain, [&](Index begin, Index end) {
    parts[static_cast<std::size_t>(begin / grain)] = part(begin, end);
  });
  Sum sum{};
  for (const Sum& p : parts) sum += p;
  return sum;
}

STAC3DL_NAMESPACE_END
