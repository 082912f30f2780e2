/// model/token_map.hpp - a modality's tokens in the common width, each told where it comes from (section 2, end).
///
///   x[l,n,first+p,:] = W r[l,n,p,:] + b + e + q[p,:]       e: the modality's embedding, q: its positions' (option)
/// Backward:  dr = W^T dx   dW += dx r^T   db, de += sum dx   dq[p] += sum over l, n of dx
///
/// r (L, N, P, C_r), x (L, N, P_all, D): the modalities stand side by side along P_all.  Without a map (one modality,
/// C_r = D) x = r + q.
#pragma once

#include <optional>

#include "stac3dl/model/plan.hpp"
#include "stac3dl/model/recorder.hpp"
#include "stac3dl/nn/linear.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
class TokenMap {
 public:
  using Scalar = Real;

  /// `first`: where this modality's positions begin.
  TokenMap(const ModalityPlan& plan, Index width, bool positions, Index first, const Random& init)
      : first_(first), positions_count_(plan.positions), width_(width) {
    if (plan.mapped) {
      linear_.emplace(plan.token_channels, width, init.split({0}), Init::he_normal);
      embedding_.emplace(Shape<1>{width}, false);
      fill_normal(embedding_->value, 0.02, init.split({1}));
    }
    if (positions) {
      positions_.emplace(Shape<2>{plan.positions, width}, false);
      fill_normal(positions_->value, 0.02, init.split({2}));
    }
  }

  void forward(CView<Real, 4> r, View<Real, 4> x, Workspace& ws, const Record<Real>& record = {}) const {
    Workspace::Scope scope(ws);
    const CView<Real, 4> mapped = linear_ ? map(r, ws) : r;
    if (linear_) record("mapped", mapped);
    const Index P = positions_count_, width = width_;  // local: no store to x can change them
    const Real* const embedding = embedding_ ? embedding_->value.data() : nullptr;
    const Real* const positions = positions_ ? positions_->value.data() : nullptr;
    parallel_for(r.size(0) * r.size(1), [&](Index ln) {
      const Real* in = mapped.data() + ln * P * width;
      Real* out = x.data() + (ln * x.size(2) + first_) * width;
      std::copy(in, in + P * width, out);
      for (Index p = 0; embedding && p < P; ++p)
        for (Index d = 0; d < width; ++d) out[p * width + d] += embedding[d];
      if (positions)
        for (Index i = 0; i < P * width; ++i) out[i] += positions[i];
    });
    record.done("map", mapped.shape(), linear_ ? r.size() * width_ : 0);
  }

  /// dr is overwritten.
  void backward(CView<Real, 4> r, CView<Real, 4> dx, View<Real, 4> dr, Workspace& ws, const Record<Real>& record = {}) {
    Workspace::Scope scope(ws);
    const Index L = r.size(0), N = r.size(1), P = positions_count_;
    const View<Real, 4> own = linear_ ? ws.take<Real>(Shape<4>{L, N, P, width_}) : dr;
    parallel_for(L * N, [&](Index ln) {
      const Real* in = dx.data() + (ln * dx.size(2) + first_) * width_;
      std::copy(in, in + P * width_, own.data() + ln * P * width_);
    });
    if (positions_) kernels::add_row_sums<Real>(own.reshape(Shape<2>{L * N, P * width_}), positions_->grad.view().flat());
    if (!linear_) return;
    record.gradient("mapped", own);
    kernels::add_row_sums<Real>(own.reshape(Shape<2>{L * N * P, width_}), embedding_->grad);
    linear_->backward(rows(r), rows(own), rows(own), rows(dr), {}, ws);
  }

  template <class Visit>
  void visit_params(Visit&& visit) {
    if (linear_) linear_->visit_params(scoped("map.", visit));
    if (embedding_) visit("embedding", *embedding_);
    if (positions_) visit("positions", *positions_);
  }

 private:
  /// (L, N, P, C) as the matrix of its L N P tokens.
  template <class T>
  static BasicView<T, 2> rows(BasicView<T, 4> x) {
    return x.reshape(Shape<2>{x.size(0) * x.size(1) * x.size(2), x.size(3)});
  }
  CView<Real, 4> map(CView<Real, 4> r, Workspace& ws) const {
    const View<Real, 4> y = ws.take<Real>(Shape<4>{r.size(0), r.size(1), r.size(2), width_});
    linear_->infer(rows(r), rows(y), ws);
    return y;
  }

  Index first_, positions_count_, width_;
  std::optional<Linear<Real>> linear_;
  std::optional<Parameter<Real, 1>> embedding_;
  std::optional<Parameter<Real, 2>> positions_;
};

STAC3DL_NAMESPACE_END
