// Cases of the small kernels at the model's ends: heat maps to key points, the input's cell means, the loss.
#include <memory>

#include "case.hpp"
#include "stac3dl/core/tensor.hpp"
#include "stac3dl/kernels/cell_mean.hpp"
#include "stac3dl/kernels/cross_entropy.hpp"
#include "stac3dl/kernels/soft_argmax.hpp"

namespace bench {
namespace {

using namespace stac3dl;

template <class State, class Shape>
void add_case(std::vector<Case>& cases, const char* task, const std::string& name, const Shape& s, double numbers,
              void (*run)(State&)) {
  const auto make = [s, run]() -> Run { return [k = std::make_shared<State>(s), run] { run(*k); }; };
  cases.push_back({task, name, "stac3dl", make, 0, 4 * numbers});
}

/// Maps of 17 joints at conv3b's resolution, the coarser ones at conv4b's.
struct Maps {
  explicit Maps(const Shape<5>& s)
      : z(s),
        p(s),
        dz(s),
        coarse({s[0], s[1], s[2] / 2, s[3] / 2, s[4] / 2}),
        points({s[0], s[2], s[1], 2}),
        d_points(points.shape()) {
    fill(z, -3, 3), fill(d_points), fill(coarse);
    kernels::soft_argmax_forward<float>(z, p, points);
  }
  Tensor<float, 5> z, p, dz, coarse;
  Tensor<float, 4> points, d_points;
};

/// Frames of the `paper` preset, and of a depth sensor of 12 x 16, to the cells of their last grids.
struct Cells {
  struct Sizes {
    const char* name;
    Shape<5> x;
    Index grid[3];
  };
  explicit Cells(const Sizes& s)
      : grid{s.grid[0], s.grid[1], s.grid[2]},
        x(s.x),
        dx(s.x),
        y({grid[0], s.x[0], grid[1] * grid[2], s.x[1]}),
        frames({s.x[0], s.x[2]}, 1) {
    fill(x), fill(y);
  }
  std::array<Index, 3> grid;
  Tensor<float, 5> x, dx;
  Tensor<float, 4> y;
  Tensor<std::uint8_t, 2> frames;
};
const Cells::Sizes cell_sizes[] = {{"paper.b1", {1, 3, 16, 112, 112}, {2, 7, 7}},
                                   {"paper.b8", {8, 3, 16, 112, 112}, {2, 7, 7}},
                                   {"depth.b32", {32, 1, 16, 12, 16}, {4, 3, 4}},
                                   {"signal.b32", {32, 3, 128, 1, 1}, {4, 1, 1}}};

struct Loss {
  explicit Loss(const Shape<2>& s) : logits(s), d(s), labels(static_cast<std::size_t>(s[0])) {
    fill(logits, -4, 4);
    for (std::size_t n = 0; n < labels.size(); ++n) labels[n] = static_cast<Index>(n) * 7 % s[1];
  }
  Tensor<float, 2> logits, d;
  std::vector<Index> labels;
};

std::vector<Case> head_cases() {
  std::vector<Case> cases;
  for (const Shape<5>& s : {Shape<5>{1, 17, 8, 28, 28}, Shape<5>{8, 17, 8, 28, 28}}) {
    const std::string name = "J17.T8.28x28.b" + std::to_string(s[0]);
    const double n = static_cast<double>(element_count(s));
    add_case<Maps>(cases, "soft_argmax.forward", name, s, 2 * n,
                   [](Maps& k) { kernels::soft_argmax_forward<float>(k.z, k.p, k.points); });
    add_case<Maps>(cases, "soft_argmax.backward", name, s, 2 * n,
                   [](Maps& k) { kernels::soft_argmax_backward<float>(k.p, k.points, k.d_points, k.dz); });
    add_case<Maps>(cases, "upsample.forward", name, s, 2 * n,
                   [](Maps& k) { kernels::upsample_add<float>(k.coarse, k.dz); });
    add_case<Maps>(cases, "upsample.backward", name, s, n,
                   [](Maps& k) { kernels::upsample_add_backward<float>(k.z, k.coarse); });
  }
  for (const Cells::Sizes& s : cell_sizes) {
    const double n = static_cast<double>(element_count(s.x));
    add_case<Cells>(cases, "cell_mean.forward", s.name, s, n,
                    [](Cells& k) { kernels::cell_mean_forward<float>(k.x, k.frames, {}, k.x.size(2), k.grid, k.y); });
    add_case<Cells>(cases, "cell_mean.backward", s.name, s, n,
                    [](Cells& k) { kernels::cell_mean_backward<float>(k.y, k.frames, {}, k.x.size(2), k.grid, k.dx); });
  }
  for (const Shape<2>& s : {Shape<2>{1, 60}, Shape<2>{32, 7}, Shape<2>{32, 60}, Shape<2>{256, 400}})
    add_case<Loss>(cases, "cross_entropy", "N" + std::to_string(s[0]) + ".K" + std::to_string(s[1]), s,
                   2 * static_cast<double>(element_count(s)),
                   [](Loss& k) { kernels::cross_entropy<float>(k.logits, k.labels, 0.1f, k.d); });
  return cases;
}
const Register here(head_cases);

}  // namespace
}  // namespace bench
