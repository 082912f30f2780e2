/// inspect/trace.hpp - a pass of the model that keeps every tensor by its name: values, gradients, statistics.
///
///   const Trace<float> t = trace(model, batch);                      // forward and backward
///   std::cout << t.table();                                          // all tensors, in order of computation
///   CView<float, 3> beta = t.value<3>("beta");                       // (N, L, P)
///   CView<float, 5> da = t.gradient<5>("rgb.feature.conv1a.active");
///   if (const auto bad = t.first_nan()) std::cout << bad->text();    // which tensor, which place
///
/// Names are the model's letters behind the path of the part: docs/inspecting.md lists them.  Nothing of the model
/// changes: gradients go to a copy.  The traced pass takes the plain form of the model (model/recorder.hpp), whose
/// numbers differ from the fused form's by rounding.  Saved by io/trace_file.hpp.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "stac3dl/core/text_table.hpp"
#include "stac3dl/inspect/traced_tensor.hpp"
#include "stac3dl/model/recorder.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Where the first number that is not finite came up.
struct NotFinite {
  std::string tensor;  ///< "head.fc6.Y"
  bool gradient = false;  ///< it is in the gradient by that tensor
  std::string place;  ///< "(0, 17)"
  double value = 0;   ///< NaN or an infinity
  Index count = 0;    ///< such numbers in that tensor

  /// One line for people.
  std::string text() const {
    return (gradient ? "gradient of " : "") + tensor + ": " + detail::concat(value) + " at " + place + ", " +
           std::to_string(count) + " such numbers";
  }
};

template <std::floating_point Real = float>
class Trace {
 public:
  /// `keep`: of which tensors the numbers are kept, by name; empty: of all.  Statistics are always kept.
  explicit Trace(std::function<bool(const std::string&)> keep = {}) : keep_(std::move(keep)) {}

  /// Parameters first, then everything in order of computation.
  const std::vector<TracedTensor<Real>>& tensors() const { return tensors_; }
  /// Is there a tensor of that name?
  bool contains(const std::string& name) const { return places_.count(name) > 0; }
  /// Throws Error where there is no such tensor, and lists those whose names end alike.
  const TracedTensor<Real>& operator[](const std::string& name) const {
    const auto at = places_.find(name);
    if (at != places_.end()) return tensors_[at->second];
    const std::string end = name.substr(name.rfind('.') + 1);
    std::string alike;
    for (const auto& t : tensors_)
      if (t.name.ends_with(end) && alike.size() < 300) alike += (alike.empty() ? "" : ", ") + t.name;
    fail("trace: no tensor \"", name, "\"; ending alike: ", alike.empty() ? "none" : alike);
  }
  /// A tensor's numbers, R being its number of axes.
  template <int R>
  CView<Real, R> value(const std::string& name) const {
    return (*this)[name].value.template view<R>();
  }
  /// The gradient of the loss by it.
  template <int R>
  CView<Real, R> gradient(const std::string& name) const {
    check((*this)[name].gradient.shape.size() > 0, "trace: ", name, " has no gradient");
    return (*this)[name].gradient.template view<R>();
  }

  /// The first NaN or infinity in order of computation: parameters, values, gradients.
  std::optional<NotFinite> first_nan() const {
    const TracedNumbers<Real>* first = nullptr;
    NotFinite found;
    for (const auto& t : tensors_)
      for (const TracedNumbers<Real>* x : {&t.value, &t.gradient}) {
        if (!*x || x->statistics.finite() || (first && first->order < x->order)) continue;
        first = x;
        const auto& s = x->statistics;
        found = {t.name, x == &t.gradient, x->place(s.first_bad), s.bad_value, s.nans + s.infinite};
      }
    return first ? std::optional(found) : std::nullopt;
  }

  /// Every tensor with shape, statistics, and the largest magnitude of its gradient.
  std::string table() const {
    TextTable table({"tensor", "shape", "min", "max", "mean", "std", "zeros %", "not finite", "max |gradient|"});
    const auto number = [](double v) {
      char text[32];
      std::snprintf(text, sizeof text, "%.3g", v);
      return std::string(text);
    };
    for (const auto& t : tensors_) {
      const TensorStatistics &s = t.value.statistics, &g = t.gradient.statistics;
      const double zeros = s.count > 0 ? static_cast<double>(s.zeros) / static_cast<double>(s.count) : 0;
      table.add({t.name, to_string(std::span<const Index>(t.value.shape)), number(s.minimum), number(s.maximum),
                 number(s.mean), number(s.deviation), percent(zeros, 1),
                 std::to_string(s.nans + s.infinite + g.nans + g.infinite),
                 t.gradient ? number(std::max(g.maximum, -g.minimum)) : ""});
    }
    return table.text();
  }

  /// Takes a tensor in; a model of your own that offers a Record may fill a trace through recorder().
  void take(const RecordedTensor<Real>& seen, bool parameter = false) {
    auto [at, fresh] = places_.try_emplace(seen.name, tensors_.size());
    if (fresh) {
      tensors_.emplace_back();
      tensors_.back().name = seen.name, tensors_.back().parameter = parameter;
    }
    TracedTensor<Real>& t = tensors_[at->second];
    TracedNumbers<Real>& x = seen.gradient ? t.gradient : t.value;
    x.name = (seen.gradient ? "gradient of " : "") + seen.name;
    x.shape.assign(seen.shape.begin(), seen.shape.end());
    Index count = 1;
    for (Index size : seen.shape) count *= size;
    const CView<Real, 1> numbers(seen.data, {count});
    x.statistics = tensor_statistics<Real>(numbers);
    x.numbers = !keep_ || keep_(seen.name) ? Tensor<Real, 1>(numbers) : Tensor<Real, 1>();
    x.order = order_++;
  }
  template <class T, int R>
  void take(const std::string& name, BasicView<T, R> x, bool gradient = false, bool parameter = false) {
    take({name, x.shape(), x.data(), gradient}, parameter);
  }
  /// Fills this trace, which must outlive it.
  Recorder<Real> recorder() {
    return {[this](const RecordedTensor<Real>& seen) { take(seen); }, {}};
  }

 private:
  std::function<bool(const std::string&)> keep_;
  std::vector<TracedTensor<Real>> tensors_;
  std::map<std::string, std::size_t> places_;
  Index order_ = 0;
};

STAC3DL_NAMESPACE_END
