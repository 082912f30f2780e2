// kernels/attention_mean.inl - part of attention_mean.hpp, compiled once for each instruction set.

template <class Real>
void mean_tokens_forward_run(CView<Real, 4> h, TokenMask mask, View<Real, 2> f) {
  const Index L = h.size(0), N = h.size(1), P = h.size(2), U = h.size(3);
  parallel_chunks(N, work_grain(N, detail::pass_time(L * P * U)), [&](Index n0, Index n1) {
    for (Index n = n0; n < n1; ++n) {
      Real* const to = f.data() + n * U;
      const Real share = detail::share_of_a_token<Real>(mask, L, n, P);
      std::fill_n(to, U, Real(0));
      for (Index l = 0; l < L; ++l) {
        const Index k = l * N + n;
        for_rows(h.data() + k * P * U, P, U, mask ? mask.data() + k * P : nullptr,
                 [&](auto T, const Real* const* row, const Index*) STAC3DL_INLINE_LAMBDA {
                   Real weight[T];
                   std::fill_n(weight, T, share);
                   add_rows<T>(Real(1), weight, row, U, to);
                 });
      }
    }
  });
}

template <class Real>
void mean_tokens_backward_run(TokenMask mask, CView<Real, 2> df, View<Real, 4> dh) {
  const Index L = dh.size(0), N = dh.size(1), P = dh.size(2), U = dh.size(3);
  parallel_chunks(N, work_grain(N, detail::pass_time(L * P * U)), [&](Index n0, Index n1) {
    for (Index n = n0; n < n1; ++n) {
      const Real share = detail::share_of_a_token<Real>(mask, L, n, P);
      for (Index l = 0; l < L; ++l)
        for (Index p = 0; p < P; ++p) {
          Real* const to = dh.data() + ((l * N + n) * P + p) * U;
          if (token_valid(mask, l, n, p)) set_scaled(to, share, df.data() + n * U, U);
          else std::fill_n(to, U, Real(0));
        }
    }
  });
}
