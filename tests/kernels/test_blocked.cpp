#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "winograd_cases.hpp"

using namespace stac3dl;
using namespace stac3dl::kernels;
using namespace stac3dl::testing;

namespace {

/// Channel counts around a block, places around a stretch of 256.
const Shape<5> shapes[] = {{1, 1, 1, 1, 1},  {2, 3, 2, 3, 5},   {1, 15, 1, 1, 7},  {3, 16, 2, 2, 2},  {2, 17, 3, 1, 4},
                           {1, 31, 1, 5, 51}, {1, 32, 4, 8, 8}, {2, 33, 1, 257, 1}, {1, 48, 3, 9, 19},
                            {1, 65, 2, 16, 16}};

}  // namespace

TEST_CASE("blocked: numbers go where the layout says, and lanes beyond the channels become 0") {
  for (Isa isa : supported_isas())
    for (const Shape<5>& shape : shapes) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      CAPTURE(to_string(shape));
      const auto [N, C, T, H, W] = shape;
      const Tensor<float, 5> x = random_tensor<float>(shape, 1);
      PoisonedVolume b(shape);
      to_blocked(x, b.view());
      const Index blocks = (C + 15) / 16, places = T * H * W;
      CHECK(channel_blocks(C) == blocks);
      CHECK(blocked_size(shape) == N * blocks * places * 16);
      CHECK(b.view().size() == N * blocks * places * 16);
      CHECK(b.view().blocks() == blocks);
      CHECK(b.view().places() == places);
      Index wrong = 0;
      for (Index i = 0; i < b.view().size(); ++i) {
        const Index c = i / (places * 16) % blocks * 16 + i % 16, n = i / (blocks * places * 16);
        const float want = c < C ? x[(n * C + c) * places + i / 16 % places] : 0.f;
        wrong += !(b.view().data[i] == want);
      }
      CHECK(wrong == 0);
    }
}

TEST_CASE("blocked: there and back again, whatever the other lanes hold, on any number of threads") {
  for (Isa isa : supported_isas())
    for (const Shape<5>& shape : shapes) {
      const ScopedIsa scoped(isa);
      CAPTURE(std::string(isa_name(isa)));
      CAPTURE(to_string(shape));
      const Tensor<float, 5> x = random_tensor<float>(shape, 2);
      CHECK(same_bits(PoisonedVolume(x).plain(), x));
      const auto there_and_back = [&] {
        PoisonedVolume b(shape);
        to_blocked(x, b.view());
        return b.plain();
      };
      CHECK(same_bits(there_and_back(), x));
      CHECK(same_on_all_threads(there_and_back));
    }
}

TEST_CASE("blocked: an empty batch, and shapes that do not fit") {
  const Tensor<float, 5> none({0, 5, 2, 3, 4}), x({1, 5, 2, 3, 4});
  BlockedTensor<float> b;
  CHECK(b.empty());
  CHECK_FALSE(b.view());
  b.resize(none.shape());
  to_blocked(none, b.view());
  b.resize({1, 6, 2, 3, 4});
  CHECK_THROWS_WITH_AS(to_blocked(x, b.view()), "to_blocked: want (1, 5, 2, 3, 4), got (1, 6, 2, 3, 4)", Error);
  Tensor<float, 5> y({1, 5, 2, 3, 4});
  CHECK_THROWS_AS(from_blocked(b.view(), y), Error);
}

TEST_CASE("blocked: a tensor keeps its memory until it has to grow") {
  BlockedTensor<float> b;
  b.resize({2, 17, 3, 4, 5});
  float* const data = b.view().data;
  CHECK(reinterpret_cast<std::uintptr_t>(data) % 64 == 0);
  CHECK_FALSE(b.empty());
  CHECK(b.shape() == Shape<5>{2, 17, 3, 4, 5});
  CHECK(b.view().volume(1, 1) == data + 3 * 3 * 4 * 5 * 16);
  b.resize({1, 32, 3, 4, 5});
  CHECK(b.view().data == data);
  CHECK(b.view().shape == Shape<5>{1, 32, 3, 4, 5});
  b.view().data[7] = 3;
  BlockedTensor<float> moved = std::move(b);
  CHECK(moved.view().data == data);
  CHECK(moved.view().data[7] == 3);
  CHECK(moved.shape() == Shape<5>{1, 32, 3, 4, 5});
  const auto& constant = moved;
  const BlockedView<const float> read = constant.view(), converted = moved.view();
  CHECK(read.data == data);
  CHECK(converted.data == data);
  BlockedTensor<std::uint8_t> bytes;
  bytes.resize({1, 17, 1, 2, 3});
  CHECK(bytes.view().size() == 32 * 6);
}
