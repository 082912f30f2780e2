// Cases of the matrix product c = a b, row-major, and Eigen's product of the same matrices.
#include "stac3dl/kernels/gemm.hpp"

#include <memory>

#include "case.hpp"
#include "gemm_shapes.hpp"
#include "stac3dl/core/tensor.hpp"

namespace bench {
namespace {

using namespace stac3dl;

struct Matrices {
  explicit Matrices(const GemmShape& s) : a({s.rows, s.depth}), b({s.depth, s.columns}), c({s.rows, s.columns}) {
    fill(a), fill(b);
  }
  Tensor<float, 2> a, b, c;
  Workspace workspace;
};

std::vector<Case> gemm_cases() {
  std::vector<Case> cases;
  for (const GemmShape& s : gemm_shapes) {
    const auto add = [&](const char* engine, auto product) {
      const auto make = [s, product]() -> Run {
        auto m = std::make_shared<Matrices>(s);
        return [m, product] { product(*m); };
      };
      cases.push_back({"gemm", s.name(), engine, make, s.flops(), s.bytes()});
    };
    add("stac3dl", [](Matrices& m) {
      kernels::gemm<float>(m.a, Transpose::no, m.b, Transpose::no, m.c, Store::overwrite, m.workspace);
    });
    add("eigen", [](Matrices& m) { m.c.view().matrix().noalias() = m.a.view().matrix() * m.b.view().matrix(); });
  }
  return cases;
}
const Register here(gemm_cases);

}  // namespace
}  // namespace bench
