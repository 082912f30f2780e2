#include <doctest/doctest.h>

#include "stac3dl/core/random.hpp"
#include "stac3dl/io/npz.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
std::string two_arrays(bool deflated) {
  const Tensor<float, 2> zeros({50, 20});
  return zip_bytes({{"zeros.npy", npy_bytes(zeros.view())},
                    {"pair.npy", npy_bytes(Tensor<std::int32_t, 1>({2}, {-7, 9}).view())},
                    {"note.txt", "hello"}},
                   deflated);
}
/// Writes `value` little-endian at every place where `mark` stands, `offset` bytes behind it.
std::string patched(std::string text, const char* mark, std::size_t offset, std::size_t value, std::size_t size) {
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1))
    for (std::size_t b = 0; b < size; ++b) text[at + offset + b] = static_cast<char>(value >> (8 * b));
  return text;
}
constexpr const char* entry = "PK\1\2";
constexpr const char* end_record = "PK\5\6";
std::string all(const std::string& bytes, std::size_t budget = 1 << 20) {
  const NpzFile file(bytes, "x.npz", budget);
  for (const std::string& name : file.names()) {
    const NpyArray array = file.read(name);
    std::vector<double> numbers(static_cast<std::size_t>(array.header().count()));
    array.read_numbers(numbers.data());
  }
  return "read";
}
}  // namespace

TEST_CASE("npz: stored and deflated") {
  for (bool deflated : {false, true}) {
    const NpzFile file(two_arrays(deflated), "x.npz");
    CHECK(file.names() == std::vector<std::string>{"pair", "zeros"});
    CHECK(file.read("pair").read<int, 1>()[0] == -7);
    CHECK(file.read("zeros").shape() == std::vector<Index>{50, 20});
    CHECK_ERROR(file.read("none"), "x.npz: no array \"none\"; it has \"pair\", \"zeros\"");
  }
  CHECK(two_arrays(true).size() < two_arrays(false).size() / 5);
  CHECK(ZipArchive(two_arrays(true), "z").read("note.txt") == "hello");
  CHECK(NpzFile(zip_bytes({}), "empty.npz").names().empty());
}

TEST_CASE("npz: written files come back") {
  TempFolder folder;
  const auto x = npy_bytes(Tensor<float, 1>({2}, {1, 2}).view());
  write_npz(folder / "a.npz", {{"x", x}, {"other name", x}}, Replace::no);
  CHECK(NpzFile(folder / "a.npz").read("other name").read<float, 1>()[1] == 2);
  CHECK_ERROR(write_npz(folder / "a.npz", {{"x", x}}, Replace::no), "only replaced when told to");
  CHECK_ERROR(write_npz(folder / "b.npz", {{"x", x}, {"x", x}}, Replace::no), "two arrays are called x.npy");
  CHECK_ERROR(write_npz(folder / "b.npz", {{"x", "no npy"}}, Replace::no), "write_npz: array x: not an npy file");
  CHECK(folder.entries() == 1);
}

TEST_CASE("npz: a comment behind the archive, bytes in front of it only if the directory counts them") {
  const std::string text = two_arrays(true);
  CHECK(all(patched(text, end_record, 20, 3, 2) + "abc") == "read");
  CHECK_ERROR(all(text + "abc"), "it has no end record (cut off?)");
  CHECK_ERROR(all("abc" + text), "does not end at its end record");
}

TEST_CASE("npz: hostile archives") {
  const std::string text = two_arrays(true);
  CHECK_ERROR(all(""), "x.npz: not a ZIP archive: want at least 22 bytes, got 0");
  CHECK_ERROR(all(text.substr(0, text.size() - 1)), "no end record");
  CHECK_ERROR(all(patched(text, entry, 8, 1, 2)), ": encrypted");
  CHECK_ERROR(all(patched(text, entry, 10, 12, 2)), "packed by method 12, want 0 (stored) or 8 (deflate)");
  CHECK_ERROR(all(patched(text, entry, 16, 1, 4)), "its CRC-32 is not the one stored: the file is damaged");
  CHECK_ERROR(all(patched(text, entry, 20, 0xFFFFFFF0, 4)), "reach into the directory");
  CHECK_ERROR(all(patched(text, entry, 24, 0xFFFFFFFF, 4)), "ZIP64 is not read");
  CHECK_ERROR(all(patched(text, entry, 24, 0xFFFFFF00, 4)), "packed bytes can give");
  CHECK_ERROR(all(patched(text, entry, 24, 4000, 4)), "of ");
  CHECK_ERROR(all(patched(text, entry, 42, 5, 4)), "no member begins at offset 5");
  CHECK_ERROR(all(patched(text, entry, 42, 0xFFFFFFF0, 4)), "no member begins at offset 4294967280");
  CHECK_ERROR(all(patched(text, entry, 42, 0, 4)), "shares its place with another member");
  CHECK_ERROR(all(patched(text, end_record, 10, 0xFFFF, 2)), "ZIP64");
  CHECK_ERROR(all(patched(text, end_record, 4, 1, 2)), "in several parts");
  CHECK_ERROR(all(patched(patched(text, end_record, 8, 4, 2), end_record, 10, 4, 2)),
              "directory entry 3 of 4 is damaged");
  CHECK_ERROR(all(patched(patched(text, end_record, 8, 2, 2), end_record, 10, 2, 2)),
              "behind the directory's 2 entries");
  CHECK_ERROR(all(patched(text, end_record, 16, 0xFFFFFFF0, 4)), "does not end at its end record");
  CHECK_ERROR(all(zip_bytes({{"a.npy", "x"}, {"a.npy", "x"}})), "member \"a.npy\": occurs twice");
  CHECK_ERROR(all(zip_bytes({{"a.npy", "x"}})), "x.npz: a.npy: not an npy file");
}

TEST_CASE("npz: what a member unpacks to is bounded by the budget and by what it declares") {
  const std::string bomb = zip_bytes({{"b.npy", std::string(std::size_t{8} << 20, '\0')}});
  CHECK(bomb.size() < 10000);
  CHECK_ERROR(all(bomb), "member \"b.npy\": unpacks to more than the budget of 1048576 bytes");
  // says 4096 bytes, gives 8 MB
  CHECK_ERROR(all(patched(bomb, entry, 24, 4096, 4)), "unpacks to more than the 4096 bytes that it declares");
  const std::string text = two_arrays(true);
  CHECK_ERROR(all(patched(zip_bytes({{"b.npy", std::string(3000, 'a')}}), entry, 24, 3001, 4)),
              "unpacks to 3000 bytes, declares 3001");
  // the packed data is one byte short
  std::string cut = zip_bytes({{"b.npy", std::string(3000, 'a')}});
  const std::size_t packed = static_cast<unsigned char>(cut[cut.find(entry) + 20]);
  CHECK_ERROR(all(patched(cut, entry, 20, packed - 1, 4)), "deflate data is cut off");
}

TEST_CASE("npz: changed bytes give an error or whole arrays") {
  Random random(6);
  for (bool deflated : {false, true}) {
    const std::string text = two_arrays(deflated);
    for (int i = 0; i < 3000; ++i) {
      std::string changed = text;
      for (int k = 0; k < 2; ++k) changed[random.below(text.size())] = static_cast<char>(random.below(256));
      if (random.chance(0.1)) changed.resize(random.below(text.size()));
      const std::string message = error_of([&] { all(changed); });
      CHECK((message == "no error" || contains(message, "x.npz: ")));
    }
  }
}
