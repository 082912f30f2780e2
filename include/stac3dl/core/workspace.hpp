/// core/workspace.hpp - scratch memory that the caller owns and kernels borrow.
///
/// A stack: a Scope remembers the top, take() pushes, the scope's end pops all at once.  The first pass at a new shape
/// may ask for memory; it is merged into one block when the stack runs empty, so later passes ask for none.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "stac3dl/core/memory.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

class Workspace {
 public:
  Workspace() = default;
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  Workspace(Workspace&&) = default;
  Workspace& operator=(Workspace&&) = default;

  /// Everything taken after the scope's construction is given back at its end.
  class Scope {
   public:
    /// Remembers the stack's top; the end of the scope gives back what was taken since.
    explicit Scope(Workspace& ws) : ws_(ws), block_(ws.block_), used_(ws.used_) { ++ws.depth_; }
    ~Scope() {
      ws_.block_ = block_, ws_.used_ = used_;
      if (--ws_.depth_ == 0) ws_.merge();
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Workspace& ws_;
    std::size_t block_, used_;
  };

  /// An uninitialised view, aligned to 64 bytes, that lives until the enclosing Scope ends.
  template <class Real, std::size_t R>
  View<Real, static_cast<int>(R)> take(const std::array<Index, R>& shape) {
    return {static_cast<Real*>(take_bytes(static_cast<std::size_t>(element_count(shape)) * sizeof(Real))), shape};
  }
  /// `count` numbers that hold nothing yet, until the innermost scope ends.
  template <class Real>
  View<Real, 1> take(Index count) {
    return take<Real>(Shape<1>{count});
  }

  /// Bytes held; constant once every shape in use has been seen.
  std::size_t capacity() const {
    std::size_t sum = 0;
    for (const Memory& b : blocks_) sum += b.size();
    return sum;
  }

 private:
  static constexpr std::size_t align = 64;

  void* take_bytes(std::size_t bytes) {
    bytes = (bytes + align - 1) / align * align;
    while (block_ < blocks_.size() && blocks_[block_].size() - used_ < bytes) ++block_, used_ = 0;
    if (block_ == blocks_.size()) blocks_.emplace_back(std::max(bytes, std::size_t{1} << 16)), used_ = 0;
    void* data = blocks_[block_].data() + used_;
    used_ += bytes;
    return data;
  }
  void merge() {
    if (blocks_.size() < 2) return;
    const std::size_t total = capacity();
    blocks_.clear();
    blocks_.emplace_back(total);
  }

  std::vector<Memory> blocks_;
  std::size_t block_ = 0, used_ = 0;
  int depth_ = 0;
};

STAC3DL_NAMESPACE_END
