// Instruction sets: which are there, how one is forced, and the packs' arithmetic on each of them.
#include "stac3dl/core/isa.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

using namespace stac3dl;

// What the tests need of each instruction set, pasted into its namespace as a kernel would be.
#define STAC3DL_ISA_FILE "../../../tests/core/isa_probe.inl"  // from for_each_isa.hpp on
#include "stac3dl/core/for_each_isa.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace kernels {
template <class Real>
Real probe(int what, Real a, Real b = 0, Real c = 0) {
  STAC3DL_DISPATCH(probe_run<Real>(what, a, b, c));
}
inline Index probe_width() { STAC3DL_DISPATCH(probe_width_run()); }
}  // namespace kernels
STAC3DL_NAMESPACE_END

namespace {
enum { exponential, largest, smallest, fused, negated, sign, root, chosen, total, lane_order };
using kernels::probe;

class ScopedEnvironment {
 public:
  explicit ScopedEnvironment(const char* value) {
    const char* before = std::getenv("STAC3DL_ISA");
    had_ = before != nullptr;
    if (had_) before_ = before;
    setenv("STAC3DL_ISA", value, 1);
  }
  ~ScopedEnvironment() { had_ ? setenv("STAC3DL_ISA", before_.c_str(), 1) : unsetenv("STAC3DL_ISA"); }

 private:
  bool had_;
  std::string before_;
};
}  // namespace

TEST_CASE("instruction sets: each contains those before it") {
  const auto all = supported_isas();
  REQUIRE(!all.empty());
  CHECK(all.front() == Isa::portable);
  CHECK(all.back() == best_isa());
  CHECK(std::string(isa_name(Isa::portable)) == "portable");
  CHECK(std::string(isa_name(Isa::avx2)) == "avx2");
  CHECK(std::string(isa_name(Isa::avx512)) == "avx512");
  CHECK(std::string(isa_name(Isa::amx)) == "amx");
}

TEST_CASE("instruction sets: one is forced until the end of a scope") {
  const Isa before = isa();
  for (Isa wanted : supported_isas()) {
    {
      ScopedIsa use(wanted);
      CHECK(isa() == wanted);
      if (wanted == Isa::avx512) CHECK(kernels::probe_width() == 16);
      if (wanted == Isa::avx2) CHECK(kernels::probe_width() == 8);
    }
    CHECK(isa() == before);
  }
}

TEST_CASE("instruction sets: one that this CPU lacks is refused by name") {
  if (best_isa() == Isa::amx) return;
  const std::string message = std::string("set_isa: this CPU has ") + isa_name(best_isa()) + " at most, got amx";
  CHECK_THROWS_WITH_AS(set_isa(Isa::amx), message.c_str(), Error);
}

TEST_CASE("instruction sets: the environment names one") {
  for (Isa wanted : supported_isas()) {
    ScopedEnvironment set(isa_name(wanted));
    CHECK(detail::isa_at_start() == wanted);
  }
  {
    ScopedEnvironment set("");
    CHECK(detail::isa_at_start() == best_isa());
  }
  ScopedEnvironment set("sse9");
  const std::string message = std::string("environment variable STAC3DL_ISA: want portable, avx2, avx512 or amx, at most ") +
                              isa_name(best_isa()) + " on this CPU, got \"sse9\"";
  CHECK_THROWS_WITH_AS(detail::isa_at_start(), message.c_str(), Error);
}

TEST_CASE_TEMPLATE("packs: exp is accurate on every instruction set", Real, float, double) {
  constexpr bool single = std::is_same_v<Real, float>;
  const Real low = single ? Real(-87.3) : Real(-708.3), high = single ? Real(88.3) : Real(709.4);
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    CAPTURE(std::string(isa_name(used)));
    double worst = 0;
    for (int i = 0; i <= 20000; ++i) {
      const Real x = low + (high - low) * static_cast<Real>(i) / 20000;
      const auto want = std::exp(static_cast<long double>(x));
      worst = std::max(worst, static_cast<double>(std::abs((probe(exponential, x) - want) / want)));
    }
    CHECK(worst <= (used == Isa::portable ? 2 : 1) * (single ? 2e-7 : 5e-16));  // Eigen's own
    CHECK(probe(exponential, Real(0)) == 1);
    for (Real x : {Real(1e-6), Real(-1e-6), Real(0.34657), Real(-0.34657), Real(0.34658)})
      CHECK(std::abs(probe(exponential, x) - std::exp(x)) <= 2 * std::numeric_limits<Real>::epsilon() * std::exp(x));
  }
}

TEST_CASE_TEMPLATE("packs: exp at the ends of its range", Real, float, double) {
  constexpr bool single = std::is_same_v<Real, float>;
  const Real inf = std::numeric_limits<Real>::infinity();
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    CAPTURE(std::string(isa_name(used)));
    CHECK(std::isnan(probe(exponential, std::numeric_limits<Real>::quiet_NaN())));
    CHECK(probe(exponential, single ? Real(-1000) : Real(-10000)) == 0);
    CHECK(probe(exponential, single ? Real(88.3) : Real(709.4)) < inf);
    CHECK(probe(exponential, -inf) == 0);
    CHECK(probe(exponential, single ? Real(-88) : Real(-709)) == 0);
    if (used == Isa::portable) continue;  // Eigen's own ends above
    CHECK(probe(exponential, inf) == inf);
    CHECK(probe(exponential, single ? Real(89) : Real(710)) == inf);
    // From the largest result down nothing is lost before the limit is passed.
    const Real highest = single ? Real(88.37626) : Real(709.436139303);
    CHECK(probe(exponential, highest) < inf);
    CHECK(probe(exponential, single ? Real(-87.33654) : Real(-708.396418532264106)) > 0);
  }
}

TEST_CASE_TEMPLATE("packs: arithmetic on every instruction set", Real, float, double) {
  for (Isa used : supported_isas()) {
    ScopedIsa use(used);
    CAPTURE(std::string(isa_name(used)));
    CHECK(probe<Real>(largest, 2, 3) == 3);
    CHECK(probe<Real>(smallest, 2, 3) == 2);
    CHECK(probe<Real>(fused, 2, 3, 5) == 11);
    CHECK(probe<Real>(negated, 2, 3, 5) == -1);
    CHECK(probe<Real>(sign, -4) == 4);
    // Eigen's may be an approximation
    CHECK(std::abs(probe<Real>(root, 9) - 3) <= (used == Isa::portable ? 4 * std::numeric_limits<Real>::epsilon() : 0));
    CHECK(probe<Real>(chosen, 1, 2) == 1);   // a < b ? a : c
    CHECK(probe<Real>(chosen, 2, 2, 7) == 7);
    CHECK(probe<Real>(chosen, std::numeric_limits<Real>::quiet_NaN(), 2, 7) == 7);
    CHECK(probe<Real>(total, 1) == 1);       // 1 + 2 + ... + width
    CHECK(probe<Real>(lane_order, 3) == 3);  // load, store and stream keep the order
  }
}
