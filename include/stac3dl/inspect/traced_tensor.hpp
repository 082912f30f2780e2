/// inspect/traced_tensor.hpp - a tensor of a traced pass: its numbers, their statistics, and its gradient's.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/inspect/tensor_statistics.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The values of a tensor, or the gradient of the loss by it.
template <class Real>
struct TracedNumbers {
  std::string name;          ///< for messages: "beta" or "gradient of beta"
  std::vector<Index> shape;  ///< empty: this tensor has none (probabilities have no gradient, masks neither)
  TensorStatistics statistics;  ///< of all its numbers
  Tensor<Real, 1> numbers;  ///< in memory order; empty where only statistics were kept
  Index order = -1;         ///< when it was computed: values count up from 0, and gradients after them

  explicit operator bool() const { return !shape.empty(); }  ///< False where there is no such tensor.

  /// The numbers with R axes, R being the tensor's.  Throws where they were not kept.
  template <int R>
  CView<Real, R> view() const {
    if (shape.size() != static_cast<std::size_t>(R)) [[unlikely]]
      fail("trace: ", name, " has shape ", to_string(std::span<const Index>(shape)), ", not ", R, " axes");
    check_kept();
    Shape<R> axes;
    std::copy(shape.begin(), shape.end(), axes.begin());
    return {numbers.data(), axes};
  }
  /// use(view) with as many axes as the tensor has, where that is known only when the program runs.
  template <class Use>
  decltype(auto) with_view(Use&& use) const {
    switch (shape.size()) {
      case 1:
        return use(view<1>());
      case 2:
        return use(view<2>());
      case 3:
        return use(view<3>());
      case 4:
        return use(view<4>());
      default:
        return use(view<5>());
    }
  }
  /// The part at the given indices of the first axes: of beta (N, L, P), slice({2}) is sample 2's (L, P).
  TracedNumbers slice(std::initializer_list<Index> first) const {
    check_kept();
    check(first.size() < shape.size(), "trace: slice of ", name, " ", to_string(std::span<const Index>(shape)),
          ": want fewer than ", shape.size(), " indices, got ", first.size());
    Index offset = 0, count = numbers.size();
    std::size_t axis = 0;
    TracedNumbers part;
    part.name = name + "[";
    for (Index i : first) {
      check(i >= 0 && i < shape[axis], "trace: slice of ", name, " ", to_string(std::span<const Index>(shape)),
            ": index ", i, " of axis ", axis);
      count /= shape[axis++], offset += i * count;
      part.name += (axis > 1 ? "," : "") + std::to_string(i);
    }
    part.name += "]";
    part.shape.assign(shape.begin() + static_cast<std::ptrdiff_t>(axis), shape.end());
    part.numbers = Tensor<Real, 1>(CView<Real, 1>(numbers.data() + offset, {count}));
    part.statistics = tensor_statistics<Real>(part.numbers);
    part.order = order;
    return part;
  }
  /// Index of an element, from its number in memory order: "(0, 2, 1)".
  std::string place(Index element) const {
    std::vector<Index> at(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) at[axis] = element % shape[axis], element /= shape[axis];
    return to_string(std::span<const Index>(at));
  }

 private:
  void check_kept() const {
    check(!shape.empty(), "trace: there is no ", name);
    check(!numbers.empty() || statistics.count == 0, "trace: the numbers of ", name,
          " were not kept; let TraceOptions::keep say yes to them");
  }
};

template <class Real>
struct TracedTensor {
  std::string name;  ///< "rgb.feature.conv1a.active"; docs/inspecting.md lists them
  bool parameter = false;  ///< learned: a weight or a bias, by its name in visit_params()
  TracedNumbers<Real> value, gradient;  ///< the numbers, and the gradient of the loss by them
};

STAC3DL_NAMESPACE_END
