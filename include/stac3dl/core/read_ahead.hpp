/// core/read_ahead.hpp - items are made on another thread while the last ones are being used; memory is bounded.
///
///   ReadAhead<Picture> ahead([&](Picture& picture) { return video.next(picture); }, /*items*/ 8);
///   for (Picture picture; ahead.next(picture);) ...
///
/// `make` fills an item and returns true, or returns false at the end.  It runs on one thread of its own, in order, and
/// stops when `items` items wait; items are swapped, not copied, so that their memory goes round and round.  What it
/// throws is rethrown by next() once the items made before have been handed out.  0 items: no thread, next() calls
/// make.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Item>
class ReadAhead {
 public:
  /// `make` fills the next item in and says false at the end; up to `items` wait.  What it throws, next() throws.
  explicit ReadAhead(std::function<bool(Item&)> make, std::size_t items = 8) : make_(std::move(make)), ring_(items) {
    check(items <= 4096, "ReadAhead: want at most 4096 items, got ", items);
    if (items > 0) thread_ = std::thread([this] { run(); });
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;
  /// Waits for the item that is being made, at most.
  ~ReadAhead() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    room_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  /// The next item, in order; false at the end, and ever after.  For one thread.
  bool next(Item& item) {
    if (ring_.empty()) {
      done_ = done_ || !make_(item);
      return !done_;
    }
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return count_ > 0 || done_; });
    if (count_ == 0) {
      if (error_) std::rethrow_exception(error_);
      return false;
    }
    std::swap(item, ring_[first_]);
    first_ = (first_ + 1) % ring_.size(), --count_;
    lock.unlock();
    room_.notify_one();
    return true;
  }

 private:
  void run() {
    Item item{};
    bool more = true;
    while (more) {
      {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return stop_ || count_ < ring_.size(); });
        if (stop_) return;
        std::swap(item, ring_[(first_ + count_) % ring_.size()]);  // take the memory of an item that has been used
      }
      std::exception_ptr error;
      try {
        more = make_(item);
      } catch (...) {
        error = std::current_exception(), more = false;
      }
      {
        const std::lock_guard lock(mutex_);
        if (more)
          std::swap(item, ring_[(first_ + count_) % ring_.size()]), ++count_;
        else
          done_ = true, error_ = error;
      }
      filled_.notify_one();
    }
  }

  std::function<bool(Item&)> make_;
  std::vector<Item> ring_;
  std::size_t first_ = 0, count_ = 0;  // of the items that wait
  bool stop_ = false, done_ = false;
  std::exception_ptr error_;
  std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::thread thread_;  // last: it uses all of the above
};

STAC3DL_NAMESPACE_END
