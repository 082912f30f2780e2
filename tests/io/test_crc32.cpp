#include <doctest/doctest.h>

#include <string>

#include "stac3dl/io/crc32.hpp"

using namespace stac3dl;

TEST_CASE("crc32 of known messages") {
  CHECK(crc32("") == 0);
  CHECK(crc32("a") == 0xe8b7be43);
  CHECK(crc32("abc") == 0x352441c2);
  CHECK(crc32("123456789") == 0xcbf43926);
  CHECK(crc32("The quick brown fox jumps over the lazy dog") == 0x414fa339);
  CHECK(crc32(std::string(32, '\0')) == 0x190a55ad);
  CHECK(crc32(std::string(32, '\xff')) == 0xff6cab0b);
}

TEST_CASE("crc32 does not depend on how the message is cut") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * i * 7 + 3);
  const std::uint32_t whole = crc32(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Crc32 crc;
    crc.update(text.substr(0, cut));
    crc.update(text.substr(cut));
    CHECK(crc.value() == whole);
  }
}
