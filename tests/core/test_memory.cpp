#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <utility>

#include "stac3dl/core/memory.hpp"

using namespace stac3dl;

namespace {

bool aligned(const Memory& memory, std::uintptr_t to) {
  return reinterpret_cast<std::uintptr_t>(memory.data()) % to == 0;
}

}  // namespace

TEST_CASE("memory: of any size, aligned to cache lines, and to large pages from 2 MB on") {
  constexpr std::size_t large = std::size_t{2} << 20;
  for (std::size_t bytes : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{65}, std::size_t{4097},
                            large - 1, large, large + 1, 3 * large + 5}) {
    Memory memory(bytes);
    CAPTURE(bytes);
    REQUIRE(memory.data() != nullptr);
    CHECK(memory.size() == bytes);
    CHECK(aligned(memory, bytes >= large ? large : 64));
    std::memset(memory.data(), 0xA5, bytes);  // every byte can be written and read
    CHECK(memory.data()[0] == std::byte{0xA5});
    CHECK(memory.data()[bytes - 1] == std::byte{0xA5});
  }
}

TEST_CASE("memory: none is asked for where there is nothing to hold") {
  const Memory none, zero(0);
  CHECK(none.data() == nullptr);
  CHECK(none.size() == 0);
  CHECK(zero.data() == nullptr);
  CHECK(zero.size() == 0);
}

TEST_CASE("memory: moves hand over the bytes themselves") {
  Memory a(100), b(5 << 20);
  std::byte *const of_a = a.data(), *const of_b = b.data();
  a.data()[99] = std::byte{7};

  Memory c(std::move(a));
  CHECK(c.data() == of_a);
  CHECK(c.size() == 100);
  CHECK(c.data()[99] == std::byte{7});
  CHECK(a.data() == nullptr);  // NOLINT(bugprone-use-after-move): a moved-from memory is empty
  CHECK(a.size() == 0);

  c = std::move(b);
  CHECK(c.data() == of_b);
  CHECK(c.size() == std::size_t{5 << 20});
  a = std::move(c);  // an empty one can be assigned to
  CHECK(a.data() == of_b);
  CHECK(c.data() == nullptr);  // NOLINT(bugprone-use-after-move)

  a = Memory();  // and gives back what it has
  CHECK(a.data() == nullptr);
  CHECK(a.size() == 0);

  Memory& self = a = Memory(64);
  std::byte* const own = a.data();
  a = std::move(self);
  CHECK(a.data() == own);
  CHECK(a.size() == 64);
}
