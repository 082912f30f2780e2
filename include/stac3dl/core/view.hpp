/// core/view.hpp - a non-owning, contiguous, row-major window on numbers.  Kernels take views and nothing else.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>

#include "stac3dl/core/shape.hpp"

STAC3DL_NAMESPACE_BEGIN

/// `BasicView<float, 3>` may be written through, `BasicView<const float, 3>` may not.  Copying copies the window, not
/// the numbers.  A default-constructed view is empty (data() == nullptr) and stands for "not given".
template <class T, int R>
class BasicView {
  static_assert(R >= 1 && R <= 5, "stac3dl: views have 1 to 5 axes");

 public:
  using Scalar = std::remove_const_t<T>;
  static constexpr int rank = R;  ///< Number of axes.

  BasicView() = default;
  /// A window on element_count(shape) numbers from `data` on; they stay the caller's.
  BasicView(T* data, const Shape<R>& shape) : data_(data), shape_(shape), size_(element_count(shape)) {}
  /// A writable view is also a readable one.
  template <class U>
    requires(std::is_const_v<T> && std::is_same_v<U, Scalar>)
  BasicView(const BasicView<U, R>& other) : data_(other.data()), shape_(other.shape()), size_(other.size()) {}

    T* data() const { return data_; }                                              ///< The first element, or nullptr.
    const Shape<R>& shape() const { return shape_; }                               ///< Sizes of the axes.
    Index size(int axis) const { return shape_[static_cast<std::size_t>(axis)]; }  ///< Size of one axis.
    Index size() const { return size_; }                                           ///< Number of elements.
    bool empty() const { return size_ == 0; }                                      ///< True where there is no element.
    explicit operator bool() const { return data_ != nullptr; }  ///< False for a view that stands for "not given".
    T* begin() const { return data_; }                           ///< The first element in memory order.
    T* end() const { return data_ + size_; }                     ///< Behind the last element.

    /// Element at one index per axis, first axis slowest.
    template <class... I>
    requires(sizeof...(I) == static_cast<std::size_t>(R))
  T& operator()(I... index) const {
    return data_[offset(std::make_index_sequence<static_cast<std::size_t>(R)>{}, index...)];
  }
  /// i-th element in memory order.
  T& operator[](Index i) const {
    if constexpr (STAC3DL_CHECKS != 0) check(i >= 0 && i < size_, "view: element ", i, " of ", size_);
    return data_[i];
  }

  /// Sub-view at index i of the first axis.
  BasicView<T, R - 1> slice(Index i) const
    requires(R > 1)
  {
    if constexpr (STAC3DL_CHECKS != 0)
      if (i < 0 || i >= shape_[0]) [[unlikely]]
        fail("view: slice ", i, " of shape ", to_string(shape_));
    Shape<R - 1> inner;
    std::copy(shape_.begin() + 1, shape_.end(), inner.begin());
    const Index step = shape_[0] == 0 ? 0 : size_ / shape_[0];
    return {data_ + i * step, inner};
  }
  /// The indices [first, first + count) of the first axis.
  BasicView range(Index first, Index count) const {
    if (first < 0 || count < 0 || first > shape_[0] || count > shape_[0] - first) [[unlikely]]
      fail("view: range [", first, ", ", first + count, ") of shape ", to_string(shape_));
    Shape<R> part = shape_;
    part[0] = count;
    return {data_ + first * (shape_[0] == 0 ? 0 : size_ / shape_[0]), part};
  }
  /// Same numbers, other axes; the element count must stay.
  template <std::size_t R2>
  BasicView<T, static_cast<int>(R2)> reshape(const std::array<Index, R2>& shape) const {
    if (element_count(shape) != size_) [[unlikely]]
      fail("view: cannot reshape ", to_string(shape_), " to ", to_string(shape));
    return {data_, shape};
  }
  BasicView<T, 1> flat() const { return {data_, Shape<1>{size_}}; }  ///< The same numbers with one axis.

  /// Eigen's view of the same memory: a one-dimensional array, or a row-major matrix (R == 2).
  auto array() const {
    using Array = Eigen::Array<Scalar, Eigen::Dynamic, 1>;
    return Eigen::Map<std::conditional_t<std::is_const_v<T>, const Array, Array>>(data_, size_);
  }
  /// Eigen's row-major matrix of the same memory.
  auto matrix() const
    requires(R == 2)
  {
    using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<std::conditional_t<std::is_const_v<T>, const Matrix, Matrix>>(data_, shape_[0], shape_[1]);
  }

 private:
  template <std::size_t... Axis, class... I>
  Index offset(std::index_sequence<Axis...>, I... index) const {
    const Shape<R> at{static_cast<Index>(index)...};
    if constexpr (STAC3DL_CHECKS != 0)
      if (!((at[Axis] >= 0 && at[Axis] < shape_[Axis]) && ...)) [[unlikely]]
        fail("view: index ", to_string(at), " of shape ", to_string(shape_));
    Index flat = 0;
    ((flat = flat * shape_[Axis] + at[Axis]), ...);
    return flat;
  }

  T* data_ = nullptr;
  Shape<R> shape_{};
  Index size_ = 0;
};

/// Writable and read-only window on a tensor of R axes.
template <class Real, int R>
using View = BasicView<Real, R>;
/// A window that may not be written through.
template <class Real, int R>
using CView = BasicView<const Real, R>;

/// "3, 0, 1": index of the i-th element in memory order, for messages.
template <std::size_t R>
std::array<Index, R> unravel(Index i, const std::array<Index, R>& shape) {
  std::array<Index, R> at{};
  for (std::size_t axis = R; axis-- > 0;) at[axis] = i % shape[axis], i /= shape[axis];
  return at;
}

/// Throws "what: NaN at (0, 2, 1)" at the first element that is not finite.
template <class T, int R>
void check_finite(const char* what, BasicView<T, R> x) {
  for (Index i = 0; i < x.size(); ++i)
    if (!(x.data()[i] - x.data()[i] == 0)) [[unlikely]]
      fail(what, ": ", x.data()[i], " at ", to_string(unravel(i, x.shape())), ", want finite numbers");
}

STAC3DL_NAMESPACE_END
