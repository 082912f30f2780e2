/// core/memory.hpp - memory for numbers: aligned to cache lines, and on large pages where there is much of it.
///
/// A processor finds the pages of a few MB at once; kernels that stride through tens of MB spend a quarter of their time
/// looking pages up unless the pages are large.  Linux is asked for them, and may say no.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "stac3dl/core/config.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

STAC3DL_NAMESPACE_BEGIN

/// Owns uninitialised bytes, aligned to 64.
class Memory {
 public:
  Memory() = default;
  /// `bytes` bytes that hold nothing yet; std::bad_alloc where there is not so much.
  explicit Memory(std::size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    data_ = static_cast<std::byte*>(::operator new[](bytes, alignment()));
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (bytes >= large) madvise(data_, bytes / large * large, MADV_HUGEPAGE);
#endif
  }
  Memory(Memory&& other) noexcept
      : bytes_(std::exchange(other.bytes_, 0)), data_(std::exchange(other.data_, nullptr)) {}
  Memory& operator=(Memory&& other) noexcept {
    std::swap(bytes_, other.bytes_), std::swap(data_, other.data_);
    return *this;
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    if (data_ != nullptr) ::operator delete[](data_, alignment());
  }

  std::size_t size() const { return bytes_; }  ///< Bytes.
  std::byte* data() const { return data_; }    ///< The first byte, or nullptr where size() is 0.

 private:
  static constexpr std::size_t large = std::size_t{2} << 20;
  std::align_val_t alignment() const { return std::align_val_t{bytes_ >= large ? large : 64}; }

  std::size_t bytes_ = 0;
  std::byte* data_ = nullptr;
};

STAC3DL_NAMESPACE_END
