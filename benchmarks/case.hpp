/// benchmarks/case.hpp - one thing to time: a task at a shape, done by an engine.
///
/// Its name is "task/shape/engine", for example "conv3d.forward/conv2a.b1/onednn.direct".  All engines of one
/// "task/shape" do the same work on data of the same size, so whoever lists them may set them against each other:
/// Google Benchmark (bench_kernels), the tables (bench_tables), or another process (bench_tables --serve).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "stac3dl/core/view.hpp"

namespace bench {

/// One timed run.  Owns its data; everything that is not to be timed happened before it was made.
using Run = std::function<void()>;

struct Case {
  std::string task, shape, engine;
  std::function<Run()> make;  ///< allocates and fills; throws where the engine cannot do this shape
  double flops = 0;           ///< of one run, by the direct algorithm; 0: not told
  double bytes = 0;           ///< that one run must read and write at least; 0: not told
  std::string note{};         ///< for example the number of parameters

  std::string name() const { return task + "/" + shape + "/" + engine; }
};

/// Every case of the program, in the order in which files were linked.
inline std::vector<Case>& cases() {
  static std::vector<Case> all;
  return all;
}

/// At namespace scope of a file of cases: `const Register here(conv3d_cases);`
struct Register {
  explicit Register(std::vector<Case> (*make)()) {
    for (Case& one : make()) cases().push_back(std::move(one));
  }
};

/// The cases of one task and shape.
inline std::vector<const Case*> find_cases(const std::string& task, const std::string& shape) {
  std::vector<const Case*> found;
  for (const Case& one : cases())
    if (one.task == task && one.shape == shape) found.push_back(&one);
  return found;
}
/// The shapes of one task, in order, each once.
inline std::vector<std::string> shapes_of(const std::string& task) {
  std::vector<std::string> shapes;
  for (const Case& one : cases())
    if (one.task == task && std::find(shapes.begin(), shapes.end(), one.shape) == shapes.end())
      shapes.push_back(one.shape);
  return shapes;
}

/// Uniform numbers in [low, high) that are quick to draw: the data of a timing need not be good, only ordinary.
template <class Real>
void fill(Real* data, std::size_t count, double low = -1, double high = 1, std::uint64_t seed = 1) {
  std::uint64_t state = seed * 0x9E3779B97F4A7C15u;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    data[i] = static_cast<Real>(low + (high - low) * static_cast<double>(state >> 40) * 0x1p-24);
  }
}
template <class Tensor>
void fill(Tensor&& x, double low = -1, double high = 1, std::uint64_t seed = 1) {
  fill(x.data(), static_cast<std::size_t>(x.size()), low, high, seed);
}

}  // namespace bench
