#include <doctest/doctest.h>

#include <cstdint>

#include "stac3dl/core/workspace.hpp"

using namespace stac3dl;

TEST_CASE("workspace: views do not overlap, are aligned, and are given back at the scope's end") {
  Workspace ws;
  float* first = nullptr;
  {
    Workspace::Scope scope(ws);
    const auto a = ws.take<float>(Shape<2>{3, 5});
    const auto b = ws.take<double>(7);
    first = a.data();
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(b.data()) % 64 == 0);
    CHECK(reinterpret_cast<std::byte*>(b.data()) >= reinterpret_cast<std::byte*>(a.end()));
  }
  Workspace::Scope scope(ws);
  CHECK(ws.take<float>(15).data() == first);
}

TEST_CASE("workspace: the second pass at a shape asks for no memory") {
  Workspace ws;
  const auto pass = [&] {
    Workspace::Scope outer(ws);
    ws.take<float>(40000);
    for (int i = 0; i < 3; ++i) {
      Workspace::Scope inner(ws);
      const auto big = ws.take<double>(100000);
      big(99999) = 1;
    }
    ws.take<float>(500000)(499999) = 2;
  };
  pass();
  const std::size_t held = ws.capacity();
  CHECK(held >= 500000 * sizeof(float) + 100000 * sizeof(double));
  pass();
  CHECK(ws.capacity() == held);
}

TEST_CASE("workspace: growing within a scope leaves earlier views alone") {
  Workspace ws;
  Workspace::Scope scope(ws);
  const auto a = ws.take<int>(100);
  a.array().setConstant(7);
  const auto b = ws.take<int>(10000000);
  b.array().setConstant(9);
  CHECK(a.array().minCoeff() == 7);
  CHECK(a.array().maxCoeff() == 7);
}
