/// core/tensor.hpp - an owning tensor of 1 to 5 axes, row-major (last axis fastest), aligned to cache lines; Eigen's view of
/// it is array().
#pragma once

#include <initializer_list>

#include "stac3dl/core/memory.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A value type: copies copy the numbers, moves do not.  Converts to views, which is what every kernel takes:
///   Tensor<float, 2> a({2, 3}, 1.0f);   a(1, 2) = 5;   View<float, 2> v = a;
/// New elements are 0 unless a value is given.
template <class T, int R>
class Tensor {
  static_assert(std::is_arithmetic_v<T>, "stac3dl: tensors hold plain numbers");

 public:
  using Scalar = T;
  static constexpr int rank = R;  ///< Number of axes.

  Tensor() = default;
  /// All elements are `value`.  Error on a negative size.
  explicit Tensor(const Shape<R>& shape, T value = T(0)) : Tensor(shape, Unset{}) { fill(value); }
  /// From listed values in memory order; their number must be the shape's.
  Tensor(const Shape<R>& shape, std::initializer_list<T> values) : Tensor(shape, Unset{}) {
    check(static_cast<Index>(values.size()) == size(), "Tensor: shape ", to_string(shape), " wants ", size(),
          " values, got ", values.size());
    std::copy(values.begin(), values.end(), data());
  }
  /// A copy of what a view shows.
  explicit Tensor(BasicView<const T, R> view) : Tensor(view.shape(), Unset{}) {
    std::copy(view.begin(), view.end(), data());
  }
  Tensor(const Tensor& other) : Tensor(other.view()) {}
  Tensor& operator=(const Tensor& other) {
    if (this == &other) return *this;
    resize(other.shape_);
    std::copy(other.begin(), other.end(), data());
    return *this;
  }
  Tensor(Tensor&& other) noexcept
      : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)), shape_(std::exchange(other.shape_, {})) {}
  Tensor& operator=(Tensor&& other) noexcept {
    memory_ = std::move(other.memory_);
    std::swap(size_, other.size_), std::swap(shape_, other.shape_);
    return *this;
  }
  ~Tensor() = default;

  const Shape<R>& shape() const { return shape_; }                               ///< Sizes of the axes.
  Index size(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }  ///< Size of one axis.
  Index size() const { return size_; }                                           ///< Number of elements.
  bool empty() const { return size() == 0; }                                     ///< True where there is no element.
  T* data() { return reinterpret_cast<T*>(memory_.data()); }  ///< The first element; nullptr where there is none.
  const T* data() const { return reinterpret_cast<const T*>(memory_.data()); }
  T* begin() { return data(); }         ///< The first element in memory order.
  T* end() { return data() + size(); }  ///< Behind the last element.
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

  /// Element at one index per axis; checked where STAC3DL_CHECKS is 1.
  template <class... I>
    requires(sizeof...(I) == static_cast<std::size_t>(R))
  T& operator()(I... index) {
    return view()(index...);
  }
  template <class... I>
    requires(sizeof...(I) == static_cast<std::size_t>(R))
  const T& operator()(I... index) const {
    return view()(index...);
  }
  T& operator[](Index i) { return view()[i]; }  ///< i-th element in memory order; checked where STAC3DL_CHECKS is 1.
  const T& operator[](Index i) const { return view()[i]; }

  /// A window on all of it, valid while the tensor lives and keeps its element count.
  BasicView<T, R> view() { return {data(), shape_}; }
  BasicView<const T, R> view() const { return {data(), shape_}; }
  operator BasicView<T, R>() { return view(); }  ///< The same as view().
  operator BasicView<const T, R>() const { return view(); }

  auto slice(Index i) { return view().slice(i); }  ///< Sub-view at index i of the first axis.
  auto slice(Index i) const { return view().slice(i); }
  auto array() { return view().array(); }  ///< Eigen's one-dimensional array of the same memory.
  auto array() const { return view().array(); }

  void fill(T value) { std::fill(begin(), end(), value); }  ///< Sets every element.
  /// Gives the tensor this shape.  Old values are lost when the element count changes and kept in order otherwise;
  /// memory is only asked for when the element count changes, so resizing to the planned shape is free.
  void resize(const Shape<R>& shape) {
    if (const Index count = element_count(shape); count != size_) memory_ = bytes_of(count), size_ = count;
    shape_ = shape;
  }

 private:
  struct Unset {};  ///< numbers that are about to be written
  Tensor(const Shape<R>& shape, Unset) : memory_(bytes_of(element_count(shape))), size_(element_count(shape)), shape_(shape) {}
  static Memory bytes_of(Index count) { return Memory(static_cast<std::size_t>(count) * sizeof(T)); }

  Memory memory_;
  Index size_ = 0;
  Shape<R> shape_{};
};

STAC3DL_NAMESPACE_END
