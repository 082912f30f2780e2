/// inspect/gradient_check.hpp - is a hand-written backward right?  Compares it with differences of the forward.
///
/// Fourth-order central difference:  f'(x) = [8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))] / 12h + O(h^4)
///
/// A ReLU or max pool has a kink: a probe whose four evaluations do not make the same choices as the middle says
/// nothing about the derivative.  Give `choices`, a fingerprint of them, and such probes are redrawn and counted.
#pragma once

#include <cmath>
#include <cstring>

#include "stac3dl/core/random.hpp"
#include "stac3dl/core/view.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How check_gradient probes.
struct GradientOptions {
  double step = 1e-3;      ///< h
  Index probes = 60;       ///< elements looked at; a tensor with fewer is looked at whole
  std::uint64_t seed = 1;  ///< draws the elements
};

/// What check_gradient found out about one tensor.
struct GradientReport {
  std::string name;    ///< as given to check_gradient
  double worst = 0;    ///< largest |numeric - given| over the tensor's largest |given| (absolute if that is 0)
  double largest = 0;  ///< the tensor's largest |given|: 0 means that the check saw nothing
  Index at = -1;       ///< element of the worst difference, in memory order
  Index probed = 0;    ///< probes that count
  Index redrawn = 0;   ///< probes that crossed a kink and were drawn again
};

/// Folds bytes into a fingerprint (FNV-1a over 64-bit words of the caller's making).
inline std::uint64_t fold_choice(std::uint64_t fingerprint, std::uint64_t word) {
  return (fingerprint ^ word) * 0x100000001B3ull;
}
/// Fingerprint of which elements are above zero.
template <class T, int R>
std::uint64_t fold_signs(std::uint64_t fingerprint, BasicView<T, R> x) {
  for (Index i = 0; i < x.size(); ++i) fingerprint = fold_choice(fingerprint, x.data()[i] > 0 ? 1 : 2);
  return fingerprint;
}
/// Fingerprint of whole numbers, such as the choices of a max pool.
template <class T, int R>
std::uint64_t fold_values(std::uint64_t fingerprint, BasicView<T, R> x) {
  for (Index i = 0; i < x.size(); ++i) fingerprint = fold_choice(fingerprint, static_cast<std::uint64_t>(x.data()[i]));
  return fingerprint;
}

/// Smooth functions have no choices.
inline std::uint64_t no_choices() { return 0; }

/// value      the tensor to probe; put back to its old numbers before returning
/// gradient   what the backward says d loss / d value is, computed at the current values
/// loss()     recomputes the scalar loss from the current values
/// choices()  fingerprint of the last loss() call
template <class Loss, class Choices = std::uint64_t (*)()>
GradientReport check_gradient(std::string name, View<double, 1> value, CView<double, 1> gradient, Loss&& loss,
                              Choices&& choices = no_choices, const GradientOptions& options = {}) {
  check(value.size() == gradient.size() && !value.empty(), "check_gradient ", name,
        ": want as many values as gradients, got ", value.size(), " and ", gradient.size());
  GradientReport report;
  report.name = std::move(name);
  for (double g : gradient) report.largest = std::max(report.largest, std::abs(g));
  loss();
  const std::uint64_t middle = choices();
  const bool all = value.size() <= options.probes;
  const Index wanted = std::min(value.size(), options.probes);
  Random random({options.seed, static_cast<std::uint64_t>(value.size())});
  // A tensor that is looked at whole has no other elements to draw: a crossing is then counted and left out.
  for (Index draw = 0; report.probed < wanted && draw < 4 * wanted; ++draw) {
    if (all && draw >= wanted) break;
    const Index i = all ? draw : static_cast<Index>(random.below(static_cast<std::uint64_t>(value.size())));
    const double kept = value[i], h = options.step;
    bool same = true;
    const auto at = [&](double x) {
      value[i] = x;
      const double f = loss();
      same = same && choices() == middle;
      return f;
    };
    const double near = at(kept + h) - at(kept - h), far = at(kept + 2 * h) - at(kept - 2 * h);
    value[i] = kept;
    if (!same) {
      ++report.redrawn;
      continue;
    }
    ++report.probed;
    const double scale = report.largest > 0 ? report.largest : 1;
    const double difference = std::abs((8 * near - far) / (12 * h) - gradient[i]) / scale;
    if (!(difference <= report.worst)) report.worst = difference, report.at = i;  // NaN counts as worst
  }
  loss();
  return report;
}

STAC3DL_NAMESPACE_END
