/// data/recording_store.hpp - recordings that are loaded when they are wanted, and let go when there are too many.
///
///   RecordingStore store(list, [](Recording& r) { load_clip(r); }, 4ull << 30);
///   std::shared_ptr<const Recording> clip = store.get(7);          // from memory, or loaded
/// The list says who and what (no streams yet); load(recording) adds the streams and changes nothing else.  When those
/// in memory take more than `budget` bytes, the ones that were used longest ago are let go; who holds one keeps it.
/// Any thread may ask; one that asks for what another is loading waits for it.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Bytes that a recording's streams take.
inline std::size_t stream_bytes(const Recording& recording) {
  std::size_t bytes = 0;
  for (const Stream& s : recording.streams)
    bytes += s.times.size() * sizeof(double) + static_cast<std::size_t>(s.frames.size()) * sizeof(float) +
             static_cast<std::size_t>(s.valid.size() + s.places.size());
  return bytes;
}

class RecordingStore {
 public:
  using Load = std::function<void(Recording&)>;  ///< Fills in the streams of a recording.

  /// `budget`: bytes of streams that may stay loaded.  Error without `load`, or where a recording has streams already.
  explicit RecordingStore(std::vector<Recording> list, Load load, std::size_t budget = std::size_t{1} << 30)
      : list_(std::move(list)), load_(std::move(load)), budget_(budget), slots_(list_.size()) {
    check(load_ != nullptr, "RecordingStore: nothing to load with");
    for (const Recording& recording : list_)
      check(recording.streams.empty(), "RecordingStore: recording ", recording.id, " has streams already");
  }
  RecordingStore(const RecordingStore&) = delete;
  RecordingStore& operator=(const RecordingStore&) = delete;

  Index size() const { return static_cast<Index>(list_.size()); }  ///< Recordings.
  /// Who and what, without streams.
  const std::vector<Recording>& list() const { return list_; }
  /// Recording i, without streams.  Error where i is none.
  const Recording& about(Index i) const {
    check(i >= 0 && i < size(), "RecordingStore: recording ", i, " of ", size());
    return list_[static_cast<std::size_t>(i)];
  }

  /// Recording i with its streams.  Throws what load() throws; asked again, it loads again.
  std::shared_ptr<const Recording> get(Index i) {
    const Recording& from = about(i);
    Slot& slot = slots_[static_cast<std::size_t>(i)];
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] { return !slot.loading; });
    if (slot.recording) {
      used_.splice(used_.end(), used_, slot.place);
      return slot.recording;
    }
    slot.loading = true;
    lock.unlock();
    std::shared_ptr<Recording> loaded;
    std::exception_ptr error;
    try {
      loaded = std::make_shared<Recording>(from);
      load_(*loaded);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    slot.loading = false;
    if (!error) {
      slot.recording = loaded, slot.bytes = stream_bytes(*loaded);
      slot.place = used_.insert(used_.end(), i);
      bytes_ += slot.bytes, ++loads_;
      while (bytes_ > budget_ && used_.front() != i) let_go(used_.front());
    }
    lock.unlock();
    ready_.notify_all();
    if (error) std::rethrow_exception(error);
    return loaded;
  }

  /// Bytes in memory, and how often something was loaded.
  std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  /// How many times a recording has been loaded.
  Index loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  struct Slot {
    std::shared_ptr<const Recording> recording;
    std::list<Index>::iterator place;  // in used_, where there is a recording
    std::size_t bytes = 0;
    bool loading = false;
  };
  void let_go(Index i) {
    Slot& slot = slots_[static_cast<std::size_t>(i)];
    bytes_ -= slot.bytes;
    used_.erase(slot.place);
    slot.recording.reset();
  }

  std::vector<Recording> list_;
  Load load_;
  std::size_t budget_;
  mutable std::mutex mutex_;  // of all below
  std::condition_variable ready_;
  std::vector<Slot> slots_;
  std::list<Index> used_;  // longest ago first
  std::size_t bytes_ = 0;
  Index loads_ = 0;
};

STAC3DL_NAMESPACE_END
