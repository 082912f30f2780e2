/// core/tensor.hpp - an owning tensor of 1 to 5 axes over aligned Eigen storage, row-major (last axis fastest).
#pragma once

#include <initializer_list>

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
  static constexpr int rank = R;

  Tensor() = default;
  explicit Tensor(const Shape<R>& shape, T value = T(0))
      : storage_(Storage::Constant(element_count(shape), value)), shape_(shape) {}
  /// From listed values in memory order; their number must be the shape's.
  Tensor(const Shape<R>& shape, std::initializer_list<T> values) : storage_(element_count(shape)), shape_(shape) {
    check(static_cast<Index>(values.size()) == size(), "Tensor: shape ", to_string(shape), " wants ", size(),
          " values, got ", values.size());
    std::copy(values.begin(), values.end(), storage_.data());
  }
  /// A copy of what a view shows.
  explicit Tensor(BasicView<const T, R> view) : storage_(view.size()), shape_(view.shape()) {
    std::copy(view.begin(), view.end(), storage_.data());
  }

  const Shape<R>& shape() const { return shape_; }
  Index size(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }
  Index size() const { return storage_.size(); }
  bool empty() const { return size() == 0; }
  T* data() { return storage_.data(); }
  const T* data() const { return storage_.data(); }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }

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
  T& operator[](Index i) { return view()[i]; }
  const T& operator[](Index i) const { return view()[i]; }

  BasicView<T, R> view() { return {data(), shape_}; }
  BasicView<const T, R> view() const { return {data(), shape_}; }
  operator BasicView<T, R>() { return view(); }
  operator BasicView<const T, R>() const { return view(); }

  auto slice(Index i) { return view().slice(i); }
  auto slice(Index i) const { return view().slice(i); }
  auto array() { return view().array(); }
  auto array() const { return view().array(); }

  void fill(T value) { storage_.setConstant(value); }
  /// Gives the tensor this shape.  Old values are lost when the element count changes and kept in order otherwise;
  /// memory is only asked for when the element count changes, so resizing to the planned shape is free.
  void resize(const Shape<R>& shape) {
    storage_.resize(element_count(shape));
    shape_ = shape;
  }

 private:
  using Storage = Eigen::Array<T, Eigen::Dynamic, 1>;
  Storage storage_;
  Shape<R> shape_{};
};

STAC3DL_NAMESPACE_END
