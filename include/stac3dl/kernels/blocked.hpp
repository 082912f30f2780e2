/// kernels/blocked.hpp - volumes with 16 channels side by side: the layout inside fast convolutions.
///
///   plain    x (N, C, T, H, W)
///   blocked  b (N, ceil(C / 16), T, H, W, 16)     b[n, c / 16, t, h, w, c % 16] = x[n, c, t, h, w]
/// One vector of 16 floats, or two of 8, or four of 4, is a place of 16 channels.  Lanes beyond C hold anything: nothing
/// that is kept is computed from them.
#pragma once

#include "stac3dl/core/isa.hpp"
#include "stac3dl/core/memory.hpp"
#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

inline constexpr Index channel_block = 16;  ///< Channels that lie side by side.
/// Blocks that `channels` channels take; the last may be partly empty.
constexpr Index channel_blocks(Index channels) { return (channels + channel_block - 1) / channel_block; }

/// Numbers in the blocked form of a (N, C, T, H, W) volume.
inline Index blocked_size(const Shape<5>& shape) {
  return element_count(Shape<5>{shape[0], channel_blocks(shape[1]) * channel_block, shape[2], shape[3], shape[4]});
}

/// A blocked volume; `shape` is that of the plain one.  Like View, it owns nothing, and may be empty.
template <class T>
struct BlockedView {
  T* data = nullptr;  ///< block 0 of sample 0
  Shape<5> shape{};   ///< (N, C, T, H, W), the plain volume's

  BlockedView() = default;
  /// A window on a blocked volume, which stays the caller's.
  BlockedView(T* from, const Shape<5>& plain) : data(from), shape(plain) {}
  /// A writable view is also a readable one.
  template <class U>
    requires(std::is_const_v<T> && std::is_same_v<U, std::remove_const_t<T>>)
  BlockedView(const BlockedView<U>& other) : data(other.data), shape(other.shape) {}

    explicit operator bool() const { return data != nullptr; }       ///< False for a view that stands for "not given".
    Index blocks() const { return channel_blocks(shape[1]); }        ///< Blocks of channels.
    Index places() const { return shape[2] * shape[3] * shape[4]; }  ///< T H W.
    /// The (T, H, W, 16) numbers of one block of channels.
    T* volume(Index n, Index block) const { return data + (n * blocks() + block) * places() * channel_block; }
    Index size() const { return blocked_size(shape); }  ///< Numbers, those of empty channels included.
    /// Samples [first, first + count) alone; of an empty view, an empty one.
    BlockedView range(Index first, Index count) const {
      Shape<5> part = shape;
      part[0] = count;
      return {data ? volume(first, 0) : nullptr, part};
    }
};

/// Owns a blocked volume.  New numbers are not set.
template <class T>
class BlockedTensor {
 public:
  const Shape<5>& shape() const { return shape_; }    ///< (N, C, T, H, W) of the plain volume.
  bool empty() const { return memory_.size() == 0; }  ///< True before the first resize().
  /// Memory is only asked for when the volume grows.
  void resize(const Shape<5>& shape) {
    const std::size_t bytes = static_cast<std::size_t>(blocked_size(shape)) * sizeof(T);
    if (bytes > memory_.size()) memory_ = Memory(bytes);
    shape_ = shape;
  }
  /// A window on it, valid until the next resize().
  BlockedView<T> view() { return {reinterpret_cast<T*>(memory_.data()), shape_}; }
  BlockedView<const T> view() const { return {reinterpret_cast<const T*>(memory_.data()), shape_}; }

 private:
  Memory memory_;
  Shape<5> shape_{};
};

}  // namespace kernels
STAC3DL_NAMESPACE_END

#define STAC3DL_ISA_FILE "stac3dl/kernels/blocked.inl"
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {

/// Blocked from plain; lanes beyond C become 0.
template <int = 0>
void to_blocked(CView<float, 5> x, BlockedView<float> b) {
  check_shape("to_blocked", b.shape, x.shape());
  STAC3DL_DISPATCH(to_blocked_run(x, b));
}
/// Plain from blocked.
template <int = 0>
void from_blocked(BlockedView<const float> b, View<float, 5> x) {
  check_shape("from_blocked", x.shape(), b.shape);
  STAC3DL_DISPATCH(from_blocked_run(b, x));
}

}  // namespace kernels
STAC3DL_NAMESPACE_END
