// Spatio-temporal and plain attention against the paper's equations written out in torch (attention.py).
#include "reference.hpp"
#include "stac3dl/kernels/attention_plain.hpp"
#include "stac3dl/kernels/stam.hpp"

using namespace stac3dl;

TEST_CASE_TEMPLATE("STAM agrees with PyTorch", Real, float, double) {
  Workspace ws;
  reference::for_each_case<Real>("attention", "stam_", [&](const reference::Case<Real>& c) {
    const auto h = c.template read<4>("h");
    const auto w_alpha = c.template read<1>("w_alpha"), b_alpha = c.template read<1>("b_alpha");
    const auto w_beta = c.template read<1>("w_beta"), b_beta = c.template read<1>("b_beta");
    const auto mask = c.template mask<3>();
    const CView<std::uint8_t, 3> valid = mask.empty() ? CView<std::uint8_t, 3>{} : mask.view();
    const auto [L, N, P, U] = h.shape();
    const kernels::StamWeights<Real> w{w_alpha, b_alpha, w_beta, b_beta};

    Tensor<Real, 2> alpha({N, L}), f({N, U});
    Tensor<Real, 3> beta({N, L, P});
    kernels::stam_forward<Real>(h, valid, w, alpha, beta, f, ws);
    c.agrees("f", f);
    c.agrees("alpha", alpha);
    c.agrees("beta", beta);

    const auto df = c.template read<2>("df"), dalpha = c.template read<2>("dalpha");
    const auto dbeta = c.template read<3>("dbeta");
    Tensor<Real, 4> dh(h.shape());
    Tensor<Real, 1> dw_alpha({U}), db_alpha({1}), dw_beta({U}), db_beta({1});
    kernels::stam_backward<Real>(h, valid, w, alpha, beta, df, dalpha, dbeta, dh, {dw_alpha, db_alpha, dw_beta, db_beta},
                                 ws);
    c.agrees("dh", dh);
    c.agrees("dw_alpha", dw_alpha);
    c.agrees("db_alpha", db_alpha);
    c.agrees("dw_beta", dw_beta);
    c.agrees("db_beta", db_beta);
  });
}

TEST_CASE_TEMPLATE("plain attention agrees with PyTorch", Real, float, double) {
  Workspace ws;
  reference::for_each_case<Real>("attention", "am_", [&](const reference::Case<Real>& c) {
    const auto h = c.template read<4>("h");
    const auto w = c.template read<2>("w");
    const auto b = c.template read<1>("b"), v = c.template read<1>("v");
    const auto mask = c.template mask<3>();
    const CView<std::uint8_t, 3> valid = mask.empty() ? CView<std::uint8_t, 3>{} : mask.view();
    const auto [L, N, P, U] = h.shape();
    const kernels::PlainAttentionWeights<Real> weights{w, b, v};

    Tensor<Real, 4> t(h.shape()), dh(h.shape());
    Tensor<Real, 3> shares({N, L, P});
    Tensor<Real, 2> f({N, U}), dw(w.shape());
    Tensor<Real, 1> db({U}), dv({U});
    kernels::plain_attention_forward<Real>(h, valid, weights, t, shares, f, ws);
    c.agrees("f", f);
    c.agrees("weights", shares);

    const auto df = c.template read<2>("df");
    const auto dshares = c.template read<3>("dweights");
    kernels::plain_attention_backward<Real>(h, valid, weights, t, shares, df, dshares, dh, {dw, db, dv}, ws);
    c.agrees("dh", dh);
    c.agrees("dw", dw);
    c.agrees("db", db);
    c.agrees("dv", dv);
  });
}
