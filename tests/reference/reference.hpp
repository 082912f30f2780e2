// Reads the reference values that make_reference.py wrote, and compares with them.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>

#include "stac3dl/inspect/traced_tensor.hpp"
#include "stac3dl/io/safetensors.hpp"

namespace reference {

using stac3dl::Index;

/// Largest difference over the tensor's largest value.
template <class Real>
constexpr double tolerance() {
  return sizeof(Real) == 8 ? 1e-10 : 1e-4;
}

/// One case of a file, "conv3d.safetensors" say: its tensors by name, in the precision under test.
template <class Real>
class Case {
 public:
  Case(stac3dl::SafetensorsFile& file, std::string name) : file_(&file), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  bool has(const std::string& tensor) const { return file_->contains(name_ + "/" + tensor); }
  /// Number of tensors whose names begin so.
  std::size_t count(const std::string& prefix) const {
    std::size_t count = 0;
    for (const std::string& tensor : file_->names()) count += tensor.starts_with(name_ + "/" + prefix);
    return count;
  }
  /// What the file's metadata say about the case.
  const std::string& text() const { return file_->metadata().at(name_); }
  template <int R>
  stac3dl::Tensor<Real, R> read(const std::string& tensor) const {
    return file_->template read<Real, R>(name_ + "/" + tensor);
  }
  template <int R>
  stac3dl::Tensor<std::uint8_t, R> mask(const std::string& tensor = "mask") const {
    if (!has(tensor)) return {};
    const auto numbers = read<R>(tensor);
    stac3dl::Tensor<std::uint8_t, R> mask(numbers.shape());
    std::transform(numbers.begin(), numbers.end(), mask.begin(), [](Real v) { return static_cast<std::uint8_t>(v != 0); });
    return mask;
  }
  /// Sizes along time, rows and columns.
  std::array<Index, 3> axes(const std::string& tensor) const {
    const auto v = read<1>(tensor);
    return {static_cast<Index>(v[0]), static_cast<Index>(v[1]), static_cast<Index>(v[2])};
  }
  Index number(const std::string& tensor, Index at = 0) const { return static_cast<Index>(read<1>(tensor)[at]); }

  /// `got` must be what PyTorch found, which may be 0 by mathematics.
  template <int R>
  void agrees(const std::string& tensor, const stac3dl::Tensor<Real, R>& got) const {
    const auto want = file_->template read<double, R>(name_ + "/" + tensor);
    REQUIRE(got.shape() == want.shape());
    compare<R>(tensor, got.view(), want);
  }
  /// The same for what a trace shows, whose number of axes is known when it runs.
  void agrees(const std::string& tensor, const stac3dl::TracedNumbers<Real>& got) const {
    got.with_view([&](auto view) {
      constexpr int R = decltype(view)::rank;
      const auto want = file_->template read<double, R>(name_ + "/" + tensor);
      INFO(name_, "/", tensor);
      REQUIRE(view.shape() == want.shape());
      compare<R>(tensor, view, want);
    });
  }

 private:
  template <int R>
  void compare(const std::string& tensor, stac3dl::CView<Real, R> got, const stac3dl::Tensor<double, R>& want) const {
    double largest = 0, difference = 0;
    for (Index i = 0; i < want.size(); ++i) {
      largest = std::max(largest, std::abs(want[i]));
      const double d = std::abs(static_cast<double>(got[i]) - want[i]);
      difference = d > difference || std::isnan(d) ? d : difference;
    }
    INFO(name_, "/", tensor, ": largest difference ", difference, ", largest value ", largest);
    CHECK(difference <= tolerance<Real>() * (largest < 1e-12 ? 1 : largest));
  }

  stac3dl::SafetensorsFile* file_;
  std::string name_;
};

/// Calls use(case) for every case of the file whose name starts with `prefix`; there must be one.
template <class Real, class Use>
void for_each_case(const std::string& file_name, const std::string& prefix, Use&& use) {
  const auto folder = std::filesystem::path(__FILE__).parent_path();
  stac3dl::SafetensorsFile file(folder / (file_name + ".safetensors"));
  std::set<std::string> names;
  for (const std::string& tensor : file.names())
    if (tensor.starts_with(prefix)) names.insert(tensor.substr(0, tensor.find('/')));
  REQUIRE(!names.empty());
  for (const std::string& name : names) {
    INFO("case ", name);
    use(Case<Real>(file, name));
  }
}

}  // namespace reference
