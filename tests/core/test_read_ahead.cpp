#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <set>

#include "../io/temp_folder.hpp"
#include "stac3dl/core/read_ahead.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("ReadAhead: items in order, then the end for ever") {
  for (std::size_t items : {0, 1, 2, 7, 100}) {
    int made = 0;
    ReadAhead<int> ahead([&](int& item) { return item = made++, made <= 50; }, items);
    int item = -1;
    for (int i = 0; i < 50; ++i) {
      REQUIRE(ahead.next(item));
      CHECK(item == i);
    }
    CHECK_FALSE(ahead.next(item));
    CHECK_FALSE(ahead.next(item));
    CHECK(made == 51);
  }
}

TEST_CASE("ReadAhead: at most so many items wait, and their memory goes round") {
  std::atomic<int> made{0};
  ReadAhead<std::vector<int>> ahead(
      [&](std::vector<int>& item) {
        item.assign(1000, made);
        return ++made < 1000;
      },
      3);
  std::vector<int> item;
  std::set<const int*> places;
  for (int i = 0; i < 200; ++i) {
    REQUIRE(ahead.next(item));
    CHECK(item[999] == i);
    places.insert(item.data());
    CHECK(made <= i + 1 + 3 + 1);  // handed out, waiting, being made
  }
  CHECK(places.size() <= 5);  // three that wait, one that is made, one in use
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
  CHECK(made <= 200 + 3 + 1);
}

TEST_CASE("ReadAhead: an error comes behind the items made before it") {
  for (std::size_t items : {0, 2, 50}) {
    int made = 0;
    ReadAhead<int> ahead(
        [&](int& item) {
          check(made < 5, "no item ", made);
          item = made++;
          return true;
        },
        items);
    int item = -1;
    for (int i = 0; i < 5; ++i) {
      REQUIRE(ahead.next(item));
      CHECK(item == i);
    }
    CHECK_ERROR(ahead.next(item), "no item 5");
    CHECK_ERROR(ahead.next(item), "no item 5");
  }
}

TEST_CASE("ReadAhead: may be left at any moment") {
  for (int i = 0; i < 200; ++i) {
    std::atomic<int> made{0};
    ReadAhead<int> ahead([&](int& item) { return item = ++made, true; }, 1 + static_cast<std::size_t>(i % 3));
    int item = 0;
    for (int k = 0; k < i % 5; ++k) ahead.next(item);
  }
  CHECK_ERROR(ReadAhead<int>([](int&) { return false; }, 5000), "want at most 4096 items");
}
