#include <doctest/doctest.h>

#include "stac3dl/io/sha256.hpp"

using namespace stac3dl;

TEST_CASE("SHA-256: the standard's own examples") {  // FIPS 180-2, appendix B, and NIST's list of short messages
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("SHA-256: the same in any pieces, around the ends of blocks") {
  for (std::size_t length = 0; length < 200; ++length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += static_cast<char>(i * 7 + length);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{63}, std::size_t{64}}) {
      Sha256 hash;
      for (std::size_t at = 0; at < length; at += piece) hash.update(std::string_view(text).substr(at, piece));
      CHECK(hash.hex() == sha256(text));
      CHECK(hash.hex() == sha256(text));  // asking changes nothing
    }
  }
}
