// What the worked examples of docs/math are made with.  An example is a function that computes some small numbers
// twice, with the plain loops and with the fast kernels, checks that both agree and that the gradients are the slopes
// of the forward pass, and shows them; what it shows stands in a page between <!-- begin worked NAME --> and
// <!-- end worked NAME -->.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/core/workspace.hpp"
#include "stac3dl/inspect/gradient_check.hpp"

namespace worked {

using namespace stac3dl;

/// One row of a cost table: what a pass computes and moves.
struct Cost {
  std::string what;
  double flops = 0;  ///< a multiplication and an addition are two
  double bytes = 0;  ///< read and written once each
};

/// Collects an example's lines; throws Error where plain and fast numbers or slopes differ.
class Worked {
 public:
  Workspace ws;

  void say(std::string line) { lines_.push_back(std::move(line)); }
  /// "label    1  2    5  6", slices of the first axis side by side; axes of size 1 are left out.
  template <class T, int R>
  void show(const std::string& label, const Tensor<T, R>& x) {
    print(label, std::vector<double>(x.begin(), x.end()), std::vector<Index>(x.shape().begin(), x.shape().end()));
  }
  /// Plain and fast numbers must agree to `tolerance`, absolutely for small ones and relatively for large ones.
  template <class T, int R>
  void same(const std::string& label, const Tensor<double, R>& plain, const Tensor<T, R>& fast,
            double tolerance = 1e-12) {
    check_shape(label.c_str(), fast.shape(), plain.shape());
    for (Index i = 0; i < plain.size(); ++i) {
      const double off = std::abs(plain[i] - static_cast<double>(fast[i]));
      check(off <= tolerance * std::max(1.0, std::abs(plain[i])), label, ": plain ", plain[i], ", fast ", fast[i],
            " at element ", i);
    }
    ++compared_;
  }
  /// As same(), and shown.
  template <class T, int R>
  void both(const std::string& label, const Tensor<double, R>& plain, const Tensor<T, R>& fast,
            double tolerance = 1e-12) {
    same(label, plain, fast, tolerance);
    show(label, plain);
  }
  /// `gradient` must be the slope of loss() in `value`, which is put back.
  template <int R, class Loss>
  void slope(const std::string& label, Tensor<double, R>& value, const Tensor<double, R>& gradient, Loss&& loss) {
    const GradientReport report = check_gradient(label, value.view().flat(), gradient.view().flat(), loss);
    check(report.worst < 1e-7, label, ": the slope differs by ", report.worst, " at element ", report.at);
    ++slopes_;
  }

  const std::vector<std::string>& lines() const { return lines_; }
  int compared() const { return compared_; }
  int slopes() const { return slopes_; }

 private:
  void print(const std::string& label, const std::vector<double>& values, const std::vector<Index>& shape);

  std::vector<std::string> lines_;
  int compared_ = 0, slopes_ = 0;
};

/// Sum of dy * y: the loss whose gradient by y is dy.
template <int R>
double against(const Tensor<double, R>& dy, const Tensor<double, R>& y) {
  double sum = 0;
  for (Index i = 0; i < y.size(); ++i) sum += dy[i] * y[i];
  return sum;
}

/// Up to four decimals, without zeros at the end.
std::string number(double x);
/// 12,345,678
std::string grouped(double x);
/// "1.04 G", three digits and a prefix of thousand.
std::string scaled(double x);
/// A Markdown table of costs, with FLOPs a byte.
void cost_table(Worked& w, const std::vector<Cost>& rows);

struct Example {
  const char* name;
  std::vector<int> equations;  ///< numbers of the paper; empty: none
  void (*run)(Worked&);
  bool markdown = false;  ///< the lines are Markdown; else they stand in a block of plain text
};

/// All of them.
std::vector<Example> examples();

/// What stands between an example's markers.
std::string block(const Example& example);

}  // namespace worked
