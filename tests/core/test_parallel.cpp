#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include "stac3dl/core/parallel.hpp"

using namespace stac3dl;

TEST_CASE("parallel_for: every index once, for any number of threads") {
  for (int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    std::vector<int> seen(1000, 0);
    parallel_for(1000, [&](Index i) { ++seen[static_cast<std::size_t>(i)]; });
    CHECK(std::accumulate(seen.begin(), seen.end(), 0) == 1000);
    CHECK(*std::max_element(seen.begin(), seen.end()) == 1);
    std::vector<Index> ends;
    parallel_chunks(10, 4, [&](Index begin, Index end) {
      if (begin == 8) CHECK(end == 10);
      else CHECK(end == begin + 4);
    });
    parallel_for(0, [](Index) { FAIL("an empty range has no index"); });
  }
  set_num_threads(0);
}

TEST_CASE("parallel_for: every index once where threads are more than indices, or more than there is room for") {
  for (int threads : {2, 5, 127, 600})
    for (Index n : {Index{1}, Index{2}, Index{3}, Index{7}, Index{130}, Index{1001}}) {
      CAPTURE(threads);
      CAPTURE(n);
      set_num_threads(threads);
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
      parallel_for(n, [&](Index i) { ++seen[static_cast<std::size_t>(i)]; });
      CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& count) { return count == 1; }));
    }
  set_num_threads(0);
}

#if STAC3DL_OPENMP
TEST_CASE("parallel_for: whoever is done does the others' indices") {
  set_num_threads(2);
  std::atomic<int> done{0};
  int before_first = 0;
  parallel_for(100, [&](Index i) {
    if (i == 0) {  // waits for all others, and only the other thread can do them
      const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (done < 99 && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
      before_first = done;
    }
    ++done;
  });
  CHECK(before_first == 99);
  CHECK(done == 100);
  set_num_threads(0);
}
#endif

TEST_CASE("parallel_for: slots stay below num_threads, and loops inside loops run on their own thread") {
  set_num_threads(3);
  const int slots = num_threads();
  std::vector<Index> sums(20, 0);
  parallel_for_slots(20, [&](Index i, int slot) {
    if (slot < 0 || slot >= slots) fail("slot ", slot);
    parallel_for_slots(10, [&](Index j, int inner) {
      if (inner != 0) fail("inner slot ", inner);
      sums[static_cast<std::size_t>(i)] += j;
    });
  });
  for (Index s : sums) CHECK(s == 45);
  set_num_threads(0);
}

TEST_CASE("SerialScope: loops of its thread stay on it, those of other threads do not") {
  set_num_threads(3);
  CHECK_FALSE(in_parallel());
  {
    const SerialScope outer;
    {
      const SerialScope inner;
      CHECK(in_parallel());
    }
    CHECK(in_parallel());
    int largest = 0;
    std::vector<Index> order;
    parallel_for_slots(50, [&](Index i, int slot) { order.push_back(i), largest = std::max(largest, slot); });
    CHECK(largest == 0);
    CHECK(std::is_sorted(order.begin(), order.end()));
    bool other = true;
    std::thread([&] { other = in_parallel(); }).join();
    CHECK_FALSE(other);
  }
  CHECK_FALSE(in_parallel());
  set_num_threads(0);
}

TEST_CASE("ordered_sum: the same to the bit for any number of threads") {
  std::vector<float> x(10007);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<float>(i)) * 1e3f;
  const auto sum = [&](int threads) {
    set_num_threads(threads);
    return ordered_sum<float>(static_cast<Index>(x.size()), 100, [&](Index begin, Index end) {
      float part = 0;
      for (Index i = begin; i < end; ++i) part += x[static_cast<std::size_t>(i)];
      return part;
    });
  };
  const float one = sum(1);
  for (int threads : {2, 3, 8}) CHECK(sum(threads) == one);
  set_num_threads(0);
  CHECK(ordered_sum<double>(0, 10, [](Index, Index) { return 1.0; }) == 0.0);
}

TEST_CASE("parallel_for: the exception of the lowest index comes out") {
  for (int threads : {1, 2, 8}) {
    set_num_threads(threads);
    CHECK_THROWS_WITH_AS(parallel_for(2, [](Index i) { fail("index ", i); }), "index 0", Error);
  }
  set_num_threads(0);
  CHECK_THROWS_WITH_AS(set_num_threads(-1), "set_num_threads: want 0 or more, got -1", Error);
}
