/// model/pool5.hpp - the end of C3D alone (section 6, variant c3d): masked tokens as 0, pool5, flattened side by side.
///
///   g[n,c,l,y,x] = r[l,n,p,c], 0 where masked      F[n, first + :] = flatten(maxpool_2x2x2(g[n]))
/// Ceil mode as in the original, or padding (0, 1, 1) as in later ports.
#pragma once

#include "stac3dl/model/encoder.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
class Pool5 {
 public:
  struct Cache {
    Tensor<Real, 5> image, pooled;
    typename MaxPool3d<Real>::Cache pool;
  };

  /// `first`: the column of F where this modality begins.
  Pool5(const ModalityPlan& plan, bool padded, Index first)
      : grid_(plan.grid),
        channels_(plan.channels),
        first_(first),
        pool_(padded ? Pool3dSpec{{2, 2, 2}, {2, 2, 2}, {0, 1, 1}, false}
                     : Pool3dSpec{{2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true}) {}

  void plan(Index N, Cache& k) const {
    k.image.resize({N, channels_, grid_[0], grid_[1], grid_[2]});
    k.pooled.resize(pool_.plan(k.image.shape(), k.pool));
  }
  /// Columns of F that this modality fills.
  Index features(const Cache& k) const { return k.pooled.size() / k.pooled.size(0); }

  /// r (L, N, P, C); valid (L, N, P_all), of which this modality's begin at `position`.
  void forward(CView<Real, 4> r, MaskView3 valid, Index position, View<Real, 2> F, Cache& k, Workspace& ws,
               const Record<Real>& record = {}) const {
    check(r.size(0) == grid_[0], "variant c3d: its time is fixed at ", grid_[0], " steps, got ", r.size(0));
    Workspace::Scope scope(ws);
    const View<Real, 4> kept = ws.take<Real>(r.shape());
    keep_valid(r, valid, position, kept);
    kernels::from_tokens<Real>(kept, k.image);
    record("image", k.image.view());
    pool_.forward(k.image, k.pooled, k.pool, ws);
    record("pooled", k.pooled.view());
    for (Index n = 0; n < F.size(0); ++n) {
      const auto row = k.pooled.slice(n);
      std::copy(row.begin(), row.end(), F.slice(n).data() + first_);
    }
  }

  void backward(CView<Real, 2> dF, MaskView3 valid, Index position, View<Real, 4> dr, const Cache& k,
                Workspace& ws, const Record<Real>& record = {}) const {
    Workspace::Scope scope(ws);
    const View<Real, 5> d_pooled = ws.take<Real>(k.pooled.shape()), d_image = ws.take<Real>(k.image.shape());
    for (Index n = 0; n < dF.size(0); ++n) {
      auto row = d_pooled.slice(n);
      const Real* from = dF.slice(n).data() + first_;
      std::copy(from, from + row.size(), row.begin());
    }
    record.gradient("pooled", d_pooled);
    pool_.backward(k.image, k.pooled, d_pooled, d_image, k.pool, ws);
    record.gradient("image", d_image);
    kernels::to_tokens<Real>(d_image, dr);
    keep_valid(dr, valid, position, dr);
  }

 private:
  static void keep_valid(CView<Real, 4> r, MaskView3 valid, Index position, View<Real, 4> kept) {
    const Index P = r.size(2), C = r.size(3);
    parallel_for(r.size(0) * r.size(1), [&](Index ln) {
      for (Index p = 0; p < P; ++p) {
        const bool keep = valid.data()[ln * valid.size(2) + position + p] != 0;
        const Real* from = r.data() + (ln * P + p) * C;
        Real* to = kept.data() + (ln * P + p) * C;
        for (Index c = 0; c < C; ++c) to[c] = keep ? from[c] : Real(0);
      }
    });
  }

  Axes grid_;
  Index channels_, first_;
  MaxPool3d<Real> pool_;
};

STAC3DL_NAMESPACE_END
