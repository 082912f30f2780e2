/// inspect/trace_lstm.hpp - what the LSTM's kernel does not hand out: gates and cells by name, and the gradients of all
/// of them.  Plain loops, step after step; a test holds them against PyTorch.
///
/// Forward (5)-(10), for tokens that are valid:   c = f*c_before + i*c_tilde       h = o*tanh(c)
/// Backward, from the last step to the first, dh and dc being what comes from above plus what the next step sends:
///   do = dh*tanh(c)   dc += dh*o*(1 - tanh(c)^2)   df = dc*c_before   di = dc*c_tilde   dc_tilde = dc*i
///   dz = [di i(1-i) | df f(1-f) | dc_tilde (1-c_tilde^2) | do o(1-o)]
///   to the step before: dh = dz Wh, dc = dc*f       to the input: dx = dz Wx
/// A masked token leaves the state as it was: dh and dc go on to the step before it, its gates show 0.
#pragma once

#include <cmath>
#include <functional>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/nn/lstm.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

/// One direction of one layer as a trace shows it.
template <class Real>
struct LstmTrace {
  static constexpr const char* names[] = {"i", "f", "c_tilde", "o", "c", "h"};
  std::string name;            ///< "lstm.l0." or "lstm.l0r."
  Tensor<Real, 4> numbers[6];  ///< (L, N, P, U) each, in the order of `names`
};

/// What the two directions of an LSTM's passes share.
template <class Real>
struct LstmTracer {
  const Lstm<Real>& lstm;
  const typename Lstm<Real>::Cache& cache;
  CView<Real, 4> h;              ///< (L, N, P, outputs): of the whole LSTM
  CView<std::uint8_t, 3> valid;  ///< (L, N, P)
  const LstmState<Real>* start = nullptr;

  using Show = std::function<void(const LstmTrace<Real>&)>;

  void values(const Show& show) const {
    for (int layer = 0; layer < lstm.layers(); ++layer)
      for (int d = 0; d < directions(); ++d) {
        LstmTrace<Real> t = empty(layer, d);
        const auto& kept = pass(layer, d);
        for (Index token = 0; token < tokens(); ++token)
          for (Index u = 0; u < units(); ++u) {
            for (Index gate = 0; gate < 4; ++gate)
              t.numbers[gate][token * units() + u] = kept.gates[(token * 4 + gate) * units() + u];
            t.numbers[4][token * units() + u] = kept.cells[token * units() + u];
            t.numbers[5][token * units() + u] = output(layer, d, token, u);
          }
        show(t);
      }
  }

  /// dh (L, N, P, outputs), from above.
  void gradients(CView<Real, 4> dh, const Show& show) const {
    Tensor<Real, 1> above(Shape<1>{dh.size()});
    std::copy(dh.begin(), dh.end(), above.begin());
    for (int layer = lstm.layers() - 1; layer >= 0; --layer) {
      Tensor<Real, 1> below(Shape<1>{tokens() * (layer > 0 ? lstm.outputs() : 0)});
      for (int d = 0; d < directions(); ++d) show(backward(layer, d, above, below));
      above = std::move(below);
    }
  }

 private:
  int directions() const { return lstm.bidirectional() ? 2 : 1; }
  Index units() const { return lstm.units(); }
  Index rows() const { return h.size(1) * h.size(2); }
  Index tokens() const { return h.size(0) * rows(); }
  const typename Lstm<Real>::Cache::Pass& pass(int layer, int d) const {
    return cache.passes[static_cast<std::size_t>(layer * directions() + d)];
  }
  Real output(int layer, int d, Index token, Index u) const {
    const Real* all = layer + 1 < lstm.layers() ? cache.between[static_cast<std::size_t>(layer)].data() : h.data();
    return all[token * lstm.outputs() + d * units() + u];
  }
  LstmTrace<Real> empty(int layer, int d) const {
    LstmTrace<Real> t;
    t.name = "lstm.l" + std::to_string(layer) + (d ? "r." : ".");
    for (auto& numbers : t.numbers) numbers.resize({h.size(0), h.size(1), h.size(2), units()}), numbers.fill(0);
    return t;
  }

  LstmTrace<Real> backward(int layer, int d, const Tensor<Real, 1>& above, Tensor<Real, 1>& below) const {
    const Index L = h.size(0), B = rows(), U = units();
    const auto& kept = pass(layer, d);
    const auto& w = lstm.weights(layer, d == 1);
    const Index inputs = w.weight_x.value.size(1);
    LstmTrace<Real> t = empty(layer, d);
    Tensor<Real, 1> dh({U}), dc({U}), dz({4 * U});
    for (Index b = 0; b < B; ++b) {
      dh.fill(0), dc.fill(0);
      for (Index step = L; step-- > 0;) {
        const auto at = [&](Index s) { return (d ? L - 1 - s : s) * B + b; };  // token of the s-th step run
        const Index token = at(step), first = token * U;
        for (Index u = 0; u < U; ++u) t.numbers[5][first + u] = dh[u] += above[token * lstm.outputs() + d * U + u];
        if (valid && valid.data()[token] == 0) {
          for (Index u = 0; u < U; ++u) t.numbers[4][first + u] = dc[u];
          continue;
        }
        for (Index u = 0; u < U; ++u) {
          const Real *const z = kept.gates.data() + token * 4 * U, i = z[u], f = z[U + u], g = z[2 * U + u],
                            o = z[3 * U + u], tanh_c = std::tanh(kept.cells[first + u]);
          const Real before = step > 0 ? kept.cells[at(step - 1) * U + u]
                              : start  ? start->c(layer * directions() + d, b, u)
                                       : Real(0);
          const Real d_o = dh[u] * tanh_c;
          dc[u] += dh[u] * o * (1 - tanh_c * tanh_c);
          const Real d_i = dc[u] * g, d_f = dc[u] * before, d_g = dc[u] * i;
          dz[u] = d_i * i * (1 - i), dz[U + u] = d_f * f * (1 - f);
          dz[2 * U + u] = d_g * (1 - g * g), dz[3 * U + u] = d_o * o * (1 - o);
          const Real shown[] = {d_i, d_f, d_g, d_o, dc[u]};
          for (Index k = 0; k < 5; ++k) t.numbers[k][first + u] = shown[k];
          dc[u] *= f;
        }
        dh.fill(0);
        for (Index k = 0; k < 4 * U; ++k) {
          for (Index u = 0; u < U; ++u) dh[u] += dz[k] * w.weight_h.value(k, u);
          for (Index in = 0; in < inputs && !below.empty(); ++in)
            below[token * inputs + in] += dz[k] * w.weight_x.value(k, in);
        }
      }
    }
    return t;
  }
};

}  // namespace detail

STAC3DL_NAMESPACE_END
