#include <doctest/doctest.h>

#include <algorithm>

#include "stac3dl/io/trace_file.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
Trace<float> small_trace() {
  Trace<float> t([](const std::string& name) { return name != "x"; });
  t.take("x", Tensor<float, 1>({3}).view());
  t.take("alpha", Tensor<float, 2>({1, 2}, {0.25f, 0.75f}).view());
  t.take("rgb.V", Tensor<float, 5>({1, 2, 1, 1, 2}, {1, 2, 3, 4}).view());
  t.take("alpha", Tensor<float, 2>({1, 2}, {-1, 1}).view(), true);
  return t;
}
}  // namespace

TEST_CASE("trace file: values and gradients in one npz, without what was not kept") {
  const TempFolder folder;
  write_trace(folder / "pass.npz", small_trace(), Replace::no);
  const NpzFile file(folder / "pass.npz");
  std::vector<std::string> names = file.names();
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"alpha", "alpha.gradient", "rgb.V"});
  CHECK(file.read("alpha").read<float, 2>()(0, 1) == 0.75f);
  CHECK(file.read("alpha.gradient").read<float, 2>()(0, 0) == -1);
  CHECK(file.read("rgb.V").read<float, 5>()(0, 1, 0, 0, 0) == 3);
  CHECK_THROWS_AS(write_trace(folder / "pass.npz", small_trace(), Replace::no), Error);
}

TEST_CASE("trace file: a npy for each tensor") {
  const TempFolder folder;
  write_text(folder / "rgb.V.npy", "mine");
  CHECK_THROWS_AS(write_trace_folder(folder.path(), small_trace(), Replace::no), Error);
  CHECK(folder.entries() == 1);  // nothing has been written before the complaint
  write_trace_folder(folder.path(), small_trace(), Replace::yes);
  CHECK(folder.entries() == 3);
  CHECK(read_npy<float, 5>(folder / "rgb.V.npy")(0, 1, 0, 0, 1) == 4);
  CHECK(read_npy<float, 2>(folder / "alpha.gradient.npy")(0, 1) == 1);
}
