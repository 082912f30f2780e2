// kernels/stam.inl - part of stam.hpp, compiled once for each instruction set.

/// Scores, weights and weighted sum of one step's tokens (P, U), a few tokens at a time while they are in the
/// first-level cache.  The softmax of (12) is made on the way: with m the largest score so far,
///   g = sum exp(s - m) h     z = sum exp(s - m)     and both are scaled by exp(m - m') when m grows to m'.
/// beta (P) is written, g (U) is left unscaled: G = g / z.  Returns {sum of wa . h over valid tokens, 1 / z}.
template <class Real>
inline std::array<Real, 2> stam_step(const Real* tokens, Index P, Index U, const std::uint8_t* valid,
                                     const StamWeights<Real>& w, Real* beta, Real* g) {
  Real e = 0, z = 0, top = -std::numeric_limits<Real>::infinity();
  std::fill_n(g, U, Real(0));
  for_rows(tokens, P, U, valid, [&](auto T, const Real* const* row, const Index* place) STAC3DL_INLINE_LAMBDA {
    Real score[2][T], weight[T];
    dots<2, T, Real>({w.alpha.data(), w.beta.data()}, row, U, score);
    Real largest = top;
    for (Index i = 0; i < T; ++i) {
      e += score[0][i];
      beta[place[i]] = weight[i] = score[1][i] + w.beta_bias.data()[0];
      largest = weight[i] <= largest ? largest : weight[i];  // NaN counts as largest
    }
    const Real scale = top == largest ? Real(1) : std::exp(top - largest);
    z = z * scale + exp_row(weight, T, largest);
    add_rows<T, true>(scale, weight, row, U, g);
    top = largest;
  });
  softmax_row(beta, P, top, [&](Index p) { return !valid || valid[p]; });
  return {e, 1 / z};
}

template <class Real>
void stam_forward_run(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, View<Real, 2> alpha,
                      View<Real, 3> beta, View<Real, 2> f, Workspace& ws) {
  const Index L = h.size(0), N = h.size(1), P = h.size(2), U = h.size(3);
  Workspace::Scope scope(ws);
  const auto g = ws.take<Real>(Shape<3>{L, N, U});
  const auto per_z = ws.take<Real>(Shape<2>{N, L});
  // (12), the inner sum of (13), and e of (11)
  parallel_chunks(L * N, work_grain(L * N, detail::pass_time(P * U)), [&](Index k0, Index k1) {
    for (Index k = k0; k < k1; ++k) {
      const Index l = k / N, n = k % N, count = valid_tokens(mask, l, n, P);
      Real* const weights = beta.data() + (n * L + l) * P;
      if (count == 0) {
        std::fill_n(weights, P, Real(0));
        continue;
      }
      const std::uint8_t* const valid = mask ? mask.data() + k * P : nullptr;
      const auto [e, share] = stam_step(h.data() + k * P * U, P, U, valid, w, weights, g.data() + k * U);
      alpha.data()[n * L + l] = e / static_cast<Real>(count) + w.alpha_bias.data()[0];
      per_z.data()[n * L + l] = share;
    }
  });
  // the softmax of (11) and the outer sum of (13)
  parallel_chunks(N, work_grain(N, detail::pass_time(L * U)), [&](Index n0, Index n1) {
    for (Index n = n0; n < n1; ++n) {
      Real *const weights = alpha.data() + n * L, *const to = f.data() + n * U;
      const auto valid = [&](Index l) { return valid_tokens(mask, l, n, P) > 0; };
      softmax_row(weights, L, valid);
      std::fill_n(to, U, Real(0));
      for (Index l = 0; l < L; ++l)
        if (valid(l)) add_scaled(to, weights[l] * per_z.data()[n * L + l], g.data() + (l * N + n) * U, U);
    }
  });
}

/// What backward computes of one step from its tokens alone, while they are in the caches: ds (P) of the valid tokens,
/// and the sum over them of h (U); adds to dwb (U) and dbb.  Returns sum_p beta q.
template <class Real>
inline Real stam_step_backward(const Real* tokens, Index P, Index U, const std::uint8_t* valid, Real alpha,
                               const Real* beta, const Real* df, const Real* dbeta, Real* ds, Real* sum, Real* dwb,
                               Real& dbb) {
  std::fill_n(sum, U, Real(0));
  Real dalpha = 0, mean = 0;
  for_rows(tokens, P, U, valid, [&](auto T, const Real* const* row, const Index* place) STAC3DL_INLINE_LAMBDA {
    Real q[1][T], one[T];
    dots<1, T, Real>({df}, row, U, q);
    for (Index i = 0; i < T; ++i) {
      const Index p = place[i];
      one[i] = 1;
      dalpha += beta[p] * q[0][i];
      ds[p] = alpha * q[0][i] + (dbeta ? dbeta[p] : Real(0));
      mean += beta[p] * ds[p];
    }
    add_rows<T, true>(Real(1), one, row, U, sum);
  });
  for_rows(tokens, P, U, valid, [&](auto T, const Real* const* row, const Index* place) STAC3DL_INLINE_LAMBDA {
    Real factor[T];
    for (Index i = 0; i < T; ++i) {
      const Index p = place[i];
      factor[i] = ds[p] = beta[p] * (ds[p] - mean);
      dbb += ds[p];
    }
    add_rows<T>(Real(1), factor, row, U, dwb);
  });
  return dalpha;
}

template <class Real>
void stam_backward_run(CView<Real, 4> h, TokenMask mask, const StamWeights<Real>& w, CView<Real, 2> alpha,
                       CView<Real, 3> beta, CView<Real, 2> df, CView<Real, 2> dalpha, CView<Real, 3> dbeta,
                       View<Real, 4> dh, const StamGrads<Real>& dw, Workspace& ws) {
  const Index L = h.size(0), N = h.size(1), P = h.size(2), U = h.size(3);
  // The unit of work is a sample; where there are few of them, a step of a sample.  Weights' gradients are made of the
  // partial sums of groups of units, added in order at the end.
  const bool by_sample = N >= 4;
  const Index units = by_sample ? N : L * N, inner = by_sample ? L : 1;
  const Index grain = detail::part_grain(units, inner * P * U), parts = (units + grain - 1) / grain;
  Workspace::Scope scope(ws);
  const auto ds = ws.take<Real>(Shape<3>{L, N, P});
  const auto sum = ws.take<Real>(Shape<3>{L, N, U});
  const auto de = ws.take<Real>(Shape<2>{N, L});
  const auto dwa = ws.take<Real>(Shape<2>{parts, U}), dwb = ws.take<Real>(Shape<2>{parts, U});
  const auto dbb = ws.take<Real>(parts);
  dwa.array() = 0, dwb.array() = 0, dbb.array() = 0;
  // ds, dwb, and dalpha (kept in de until all steps of a sample are known)
  const auto read = [&](Index l, Index n, Index part) {
    const Index k = l * N + n, at = n * L + l;
    de.data()[at] = 0;
    if (valid_tokens(mask, l, n, P) == 0) return;
    const std::uint8_t* const valid = mask ? mask.data() + k * P : nullptr;
    const Real back =
        stam_step_backward(h.data() + k * P * U, P, U, valid, alpha.data()[at], beta.data() + at * P,
                           df.data() + n * U, dbeta ? dbeta.data() + at * P : nullptr, ds.data() + k * P,
                           sum.data() + k * U, dwb.data() + part * U, dbb.data()[part]);
    de.data()[at] = dalpha ? back + dalpha.data()[at] : back;
  };
  const auto turn = [&](Index n) {
    const Real* const weights = alpha.data() + n * L;
    Real* const back = de.data() + n * L;
    Real mean = 0;
    for (Index l = 0; l < L; ++l) mean += weights[l] * back[l];
    for (Index l = 0; l < L; ++l) back[l] = weights[l] * (back[l] - mean);
  };
  // dwa, and dh
  const auto write = [&](Index l, Index n, Index part) {
    const Index k = l * N + n, count = valid_tokens(mask, l, n, P), at = n * L + l;
    const std::uint8_t* const valid = mask ? mask.data() + k * P : nullptr;
    const Real share = count ? de.data()[at] / static_cast<Real>(count) : Real(0);
    if (count) add_scaled(dwa.data() + part * U, share, sum.data() + k * U, U);
    for (Index p = 0; p < P && dh; ++p) {
      Real* const to = dh.data() + (k * P + p) * U;
      if (valid && !valid[p]) std::fill_n(to, U, Real(0));
      else
        mix(to, alpha.data()[at] * beta.data()[at * P + p], df.data() + n * U, share, w.alpha.data(),
            ds.data()[k * P + p], w.beta.data(), U);
    }
  };
  if (by_sample)
    parallel_chunks(N, grain, [&](Index n0, Index n1) {
      for (Index n = n0; n < n1; ++n) {
        for (Index l = 0; l < L; ++l) read(l, n, n0 / grain);
        turn(n);
        for (Index l = 0; l < L; ++l) write(l, n, n0 / grain);
      }
    });
  else {
    const auto each_step = [&](const auto& f) {
      parallel_chunks(L * N, grain, [&](Index k0, Index k1) {
        for (Index k = k0; k < k1; ++k) f(k / N, k % N, k0 / grain);
      });
    };
    each_step(read);
    for (Index n = 0; n < N; ++n) turn(n);
    each_step(write);
  }
  add_parts<Real>(dwa, dw.alpha);
  add_parts<Real>(dwb, dw.beta);
  for (Index part = 0; part < parts; ++part) dw.beta_bias.data()[0] += dbb.data()[part];
  for (const Real back : de) dw.alpha_bias.data()[0] += back;
}
