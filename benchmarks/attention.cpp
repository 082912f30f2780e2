// Cases of the attentions: STAM, equations (11) to (13), and the plain attention of variant `am`.
#include "stac3dl/nn/attention.hpp"
#include "stac3dl/nn/stam.hpp"

#include <memory>

#include "case.hpp"
#include "sequence_shapes.hpp"

namespace bench {
namespace {

using namespace stac3dl;

struct Tokens {
  explicit Tokens(const AttentionShape& s)
      : stam(s.units, Random(1)),
        plain(s.units, Random(2)),
        h({s.steps, s.samples, s.places, s.units}),
        dh(h),
        alpha({s.samples, s.steps}),
        beta({s.samples, s.steps, s.places}),
        f({s.samples, s.units}),
        df(f) {
    plain.plan(h.shape(), plain_cache);
    fill(h), fill(df);
  }
  void stam_forward() { stam.forward(h, {}, alpha, beta, f, stam_cache, workspace); }
  void stam_backward() { stam.backward(h, {}, alpha, beta, df, {}, {}, dh, stam_cache, workspace); }
  void plain_forward() { plain.forward(h, {}, beta, f, plain_cache, workspace); }
  void plain_backward() { plain.backward(h, {}, beta, df, {}, dh, plain_cache, workspace); }

  Stam<float> stam;
  Stam<float>::Cache stam_cache;
  PlainAttention<float> plain;
  PlainAttention<float>::Cache plain_cache;
  Tensor<float, 4> h, dh;
  Tensor<float, 2> alpha;
  Tensor<float, 3> beta;
  Tensor<float, 2> f, df;
  Workspace workspace;
};

std::vector<Case> attention_cases() {
  std::vector<Case> cases;
  for (const AttentionShape& s : attention_shapes) {
    const auto add = [&](const char* task, double bytes, auto run) {
      const auto make = [s, run]() -> Run { return [k = std::make_shared<Tokens>(s), run] { run(*k); }; };
      cases.push_back({task, s.name(), "stac3dl", make, 0, bytes});
    };
    // At least: forward reads h, backward reads it again and writes dh.
    add("attention.infer", s.bytes(), [](Tokens& k) { k.stam_forward(); });
    add("attention.train", 3 * s.bytes(), [](Tokens& k) { k.stam_forward(), k.stam_backward(); });
    add("attention_plain.train", 3 * s.bytes(), [](Tokens& k) { k.plain_forward(), k.plain_backward(); });
  }
  return cases;
}
const Register here(attention_cases);

}  // namespace
}  // namespace bench
