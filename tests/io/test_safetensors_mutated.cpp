// Thousands of damaged files: each is read whole or refused with an Error, and nothing else happens.
#include <doctest/doctest.h>

#include "stac3dl/core/random.hpp"
#include "stac3dl/io/safetensors.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

/// Header and every number of a file.  True if it was accepted.
bool read_all(const std::string& bytes) {
  try {
    SafetensorsFile file = SafetensorsFile::from_bytes(bytes, "mutated");
    std::uint64_t data = 0;
    for (const auto& [name, entry] : file.tensors()) {
      data += entry.end - entry.begin;
      if (entry.shape.size() != 2 || entry.dtype[0] == 'I' || entry.dtype[0] == 'U') continue;
      const Tensor<double, 2> x = file.read<double, 2>(name);
      CHECK(static_cast<std::uint64_t>(x.size() * safetensors_dtype_size(entry.dtype)) == entry.end - entry.begin);
    }
    CHECK(data <= bytes.size());
    return true;
  } catch (const Error& error) {
    CHECK(std::string(error.what()).rfind("mutated: ", 0) == 0);
    CHECK(std::string(error.what()).size() < 700);
    return false;
  }
}

/// One random change, or up to four; half of them to the header's structure rather than to any byte.
std::string mutate(std::string bytes, Random& random) {
  static const std::string tokens[] = {"{",          "}",
                                       "[",          "]",
                                       ",",          ":",
                                       "\"",         "0",
                                       "-1",         "18446744073709551615",
                                       "4294967296", "\\u0000",
                                       "1e9",        "null",
                                       "\"a\":",     "F16",
                                       "BF16",       std::string(1, '\0'),
                                       "\xff"};
  for (std::uint64_t change = random.chance(0.5) ? 1 : random.below(4) + 1; change > 0 && !bytes.empty(); --change) {
    const std::size_t at = random.below(bytes.size()), other = random.below(bytes.size());
    switch (random.below(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(random.below(256));
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.insert(at, tokens[random.below(std::size(tokens))]);
        break;
      case 4:
        bytes.erase(at, random.below(8) + 1);
        break;
      default:
        bytes.insert(at, bytes.substr(other, random.below(32)));
        break;
    }
  }
  return bytes;
}

/// The length field agrees with the header's true end, so that changes get past the first check.
std::string mend_length(std::string bytes) {
  const std::size_t end = bytes.rfind("}}");
  if (bytes.size() < 8 || end == std::string::npos || end < 8) return bytes;
  unsigned char head[8];
  detail::store_little<std::uint64_t>(end + 2 - 8, head);
  std::copy(head, head + 8, bytes.begin());
  return bytes;
}

}  // namespace

TEST_CASE("damaged safetensors files are refused or read whole") {
  TempFolder folder;
  const Tensor<float, 2> a({2, 3}, {1, 2, 3, 4, 5, 6}), none({0, 3});
  const Tensor<double, 2> b({3, 1}, {7, 8, 9});
  write_safetensors(folder / "a", {{"a", a}, {"b", b}, {"none", none}}, {{"k", "v"}, {"l", "w"}}, Replace::no);
  const std::string good = read_text(folder / "a");
  REQUIRE(read_all(good));
  Random random({1, 2});
  int accepted = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string bad = mutate(good, random);
    accepted += read_all(i % 2 == 0 ? bad : mend_length(bad));
  }
  MESSAGE("accepted: " << accepted << " of 6000");  // data bytes and names may change freely
  CHECK(accepted > 100);
  CHECK(accepted < 3000);
}

TEST_CASE("a file cut anywhere is refused") {
  TempFolder folder;
  const Tensor<float, 2> a({2, 3}, {1, 2, 3, 4, 5, 6});
  write_safetensors(folder / "a", {{"a", a}}, {{"k", "v"}}, Replace::no);
  const std::string good = read_text(folder / "a");
  for (std::size_t size = 0; size < good.size(); ++size) CHECK_FALSE(read_all(good.substr(0, size)));
  CHECK_FALSE(read_all(good + '\0'));
}
