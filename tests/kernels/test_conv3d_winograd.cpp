// The variants with Winograd's tiles, asked for by name through the functions that take plain volumes: the list's other
// entries are in test_conv3d.cpp, the tiles themselves in test_winograd.cpp.
#include <doctest/doctest.h>

#include <string>

#include "conv3d_shapes.hpp"
#include "stac3dl/kernels/conv3d.hpp"
#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

namespace {

constexpr Conv3dVariant tiled[] = {Conv3dVariant::winograd, Conv3dVariant::winograd_fast};

/// Large enough for tiles to be chosen: channels around blocks of 16, sizes around tiles of 3 and 4, depths of 2 to 5,
/// padding from none to all.
const Conv3dCase tiled_cases[] = {
    {{1, 32, 4, 8, 8}, 32, {}},
    {{2, 33, 3, 7, 9}, 31, {}},
    {{3, 31, 5, 5, 4}, 33, {}},
    {{3, 64, 2, 7, 7}, 47, {}},
    {{5, 48, 2, 3, 3}, 64, {}},
    {{2, 33, 3, 9, 8}, 49, {{1, 3, 3}, {1, 1, 1}, {0, 2, 0}}},
    {{2, 40, 5, 9, 10}, 24, {{3, 3, 3}, {1, 1, 1}, {0, 0, 0}}},
    {{2, 24, 3, 6, 7}, 40, {{3, 3, 3}, {1, 1, 1}, {2, 2, 1}}},
};

std::string title(const Conv3dCase& one) {
  return "x " + to_string(one.x) + " to " + std::to_string(one.out_channels) + ", kernel " +
         to_string(one.spec.kernel) + ", padding " + to_string(one.spec.padding);
}

struct Passes {
  Tensor<float, 5> y, dx, dw;
  Tensor<float, 1> db;
};

struct Problem {
  Conv3dSpec spec;
  Tensor<float, 5> x, w, dy;
  Tensor<float, 1> b;

  explicit Problem(const Conv3dCase& one)
      : spec(one.spec),
        x(random_tensor<float>(one.x, 1)),
        w(random_tensor<float>(Shape<5>{one.out_channels, one.x[1], spec.kernel[0], spec.kernel[1], spec.kernel[2]},
                               2)),
        dy(random_tensor<float>(conv3d_output_shape(one.x, one.out_channels, spec), 3)),
        b(random_tensor<float>(Shape<1>{one.out_channels}, 4)) {}

  std::string name(Conv3dVariant variant) const {
    return conv3d_variant_name<float>(x.shape(), w.size(0), spec, variant);
  }
  /// y and dx start as NaN, memory that was not written is NaN; dw and db at 1 and 2, because they are added to.
  Passes run(Conv3dVariant variant, PoisonedWorkspace& ws, bool with_bias = true) const {
    ws.poison();
    Passes out{Tensor<float, 5>(dy.shape(), testing::nan), Tensor<float, 5>(x.shape(), testing::nan),
               Tensor<float, 5>(w.shape(), 1), Tensor<float, 1>(b.shape(), 2)};
    conv3d_forward<float>(x, w, with_bias ? b.view() : CView<float, 1>{}, out.y, spec, ws, variant);
    conv3d_backward_data<float>(dy, w, out.dx, spec, ws, variant);
    conv3d_backward_weights<float>(x, dy, out.dw, with_bias ? out.db.view() : View<float, 1>{}, spec, ws, variant);
    return out;
  }
};

bool same(const Passes& a, const Passes& b) {
  return same_bits(a.y, b.y) && same_bits(a.dx, b.dx) && same_bits(a.dw, b.dw) && same_bits(a.db, b.db);
}

}  // namespace

TEST_CASE("conv3d: each variant with tiles agrees with the reference, on any number of threads") {
  PoisonedWorkspace ws(Index{1} << 21);
  for (const Conv3dCase& one : tiled_cases) {
    CAPTURE(title(one));
    const Problem p(one);
    Tensor<double, 5> y(p.dy.shape()), dx(p.x.shape()), dw(p.w.shape(), 1);
    Tensor<double, 1> db(p.b.shape(), 2);
    const auto x64 = as_double(p.x), w64 = as_double(p.w), dy64 = as_double(p.dy);
    conv3d_forward_direct<double>(x64, w64, as_double(p.b), y, p.spec, ws);
    conv3d_backward_data_direct<double>(dy64, w64, dx, p.spec, ws);
    conv3d_backward_weights_direct<double>(x64, dy64, dw, db, p.spec, ws);
    for (Isa isa : supported_isas())
      for (Conv3dVariant variant : tiled) {
        const ScopedIsa scoped(isa);
        const std::string name = variant == Conv3dVariant::winograd ? "winograd" : "winograd_fast";
        CAPTURE(std::string(isa_name(isa)));
        CHECK(p.name(variant) == name);
        set_num_threads(1);
        const Passes got = p.run(variant, ws);
        CHECK(error_over_rms(got.y, y) <= 1e-4);
        CHECK(error_over_rms(got.dx, dx) <= 1e-4);
        CHECK(error_over_rms(got.dw, dw) <= 1e-4);
        CHECK(error_over_rms(got.db, db) <= 1e-5);
        for (int threads : {2, 3, 8}) {
          set_num_threads(threads);
          CHECK(same(p.run(variant, ws), got));
        }
        set_num_threads(0);
      }
  }
}

TEST_CASE("conv3d: asked for tiles where they do not fit or pay, direct sums run, to the bit") {
  PoisonedWorkspace ws(Index{1} << 22);
  Index others = 0;
  for (const Conv3dCase& one : conv3d_cases) {
    CAPTURE(title(one));
    const Problem p(one);
    for (Conv3dVariant variant : tiled) {
      if (p.name(variant) != p.name(Conv3dVariant::direct)) continue;
      ++others;
      for (Isa isa : supported_isas()) {
        const ScopedIsa scoped(isa);
        CAPTURE(std::string(isa_name(isa)));
        CHECK(same(p.run(variant, ws), p.run(Conv3dVariant::direct, ws)));
      }
    }
  }
  CHECK(others > 60);
}

TEST_CASE("conv3d: each variant without a bias, without its gradient, with an empty batch; memory is asked for once") {
  const Problem p(tiled_cases[1]);
  for (Isa isa : supported_isas())
    for (Conv3dVariant variant : {tiled[0], tiled[1], Conv3dVariant::direct, Conv3dVariant::im2col}) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      PoisonedWorkspace ws(Index{1} << 21);
      Problem zeros = p;
      zeros.b.fill(0);
      const Passes without = p.run(variant, ws, false), with = zeros.run(variant, ws);
      CHECK(same_bits(without.y, with.y));
      CHECK(same_bits(without.dw, with.dw));
      const std::size_t capacity = ws.capacity();
      p.run(variant, ws);
      CHECK(ws.capacity() == capacity);

      const Tensor<float, 5> no_x({0, 33, 3, 7, 9});
      Tensor<float, 5> no_y({0, 31, 3, 7, 9}), no_dx(no_x.shape()), dw = with.dw;
      Tensor<float, 1> db = with.db;
      conv3d_forward<float>(no_x, p.w, p.b, no_y, p.spec, ws, variant);
      conv3d_backward_data<float>(no_y, p.w, no_dx, p.spec, ws, variant);
      conv3d_backward_weights<float>(no_x, no_y, dw, db, p.spec, ws, variant);
      CHECK(same_bits(dw, with.dw));
      CHECK(same_bits(db, with.db));
    }
}
