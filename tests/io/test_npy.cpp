#include <doctest/doctest.h>

#include "stac3dl/core/random.hpp"
#include "stac3dl/io/npy.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

/// A file of a version with this dictionary and these numbers, padded to a multiple of `align`.
std::string npy(const std::string& dictionary, const std::string& numbers, int version = 1, std::size_t align = 64) {
  const std::size_t begin = version == 1 ? 10 : 12;
  const std::size_t length = (begin + dictionary.size() + 1 + align - 1) / align * align - begin;
  std::string out = std::string("\x93NUMPY") + static_cast<char>(version) + '\0';
  for (std::size_t b = 0; b < begin - 8; ++b) out += static_cast<char>(length >> (8 * b) & 255);
  return out + dictionary + std::string(length - dictionary.size() - 1, ' ') + "\n" + numbers;
}
std::string dictionary(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}
NpyArray array(const std::string& descr, const std::string& shape, const std::string& numbers) {
  return NpyArray(npy(dictionary(descr, shape), numbers), "x.npy");
}
std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (int v : values) out += static_cast<char>(v);
  return out;
}

}  // namespace

TEST_CASE("npy: all types, both byte orders") {
  const auto first = [](const std::string& descr, std::initializer_list<int> numbers) {
    return array(descr, "(1,)", bytes(numbers)).read<double, 1>()[0];
  };
  CHECK(first("<f8", {0, 0, 0, 0, 0, 0, 0xF8, 0xBF}) == -1.5);
  CHECK(first(">f8", {0xBF, 0xF8, 0, 0, 0, 0, 0, 0}) == -1.5);
  CHECK(first("<f4", {0, 0, 0xC0, 0xBF}) == -1.5);
  CHECK(first(">f4", {0xBF, 0xC0, 0, 0}) == -1.5);
  CHECK(first("<f2", {0, 0xBE}) == -1.5);
  CHECK(first(">f2", {0xBE, 0}) == -1.5);
  CHECK(first("|i1", {0xFE}) == -2);
  CHECK(first("i1", {0xFE}) == -2);
  CHECK(first("|u1", {0xFE}) == 254);
  CHECK(first("<i2", {0xFE, 0xFF}) == -2);
  CHECK(first(">i2", {0xFF, 0xFE}) == -2);
  CHECK(first("<u2", {1, 2}) == 513);
  CHECK(first(">u2", {1, 2}) == 258);
  CHECK(first("<i4", {0xFE, 0xFF, 0xFF, 0xFF}) == -2);
  CHECK(first(">i4", {0xFF, 0xFF, 0xFF, 0xFE}) == -2);
  CHECK(first("<u4", {0, 0, 0, 0x80}) == 2147483648.0);
  CHECK(first(">u4", {0x80, 0, 0, 0}) == 2147483648.0);
  CHECK(first(">i8", {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE}) == -2);
  CHECK(first("<u8", {0, 0, 0, 0, 0, 0, 0, 0x80}) == 9223372036854775808.0);
  CHECK(first("<i8", {0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}) == -2);
  CHECK(first(">u8", {0x80, 0, 0, 0, 0, 0, 0, 0}) == 9223372036854775808.0);
  CHECK(first("|b1", {7}) == 1);
  CHECK(first("|b1", {0}) == 0);
}

TEST_CASE("npy: numbers for a result of whole numbers") {
  CHECK(array("<i8", "(1,)", bytes({5, 0, 0, 0, 0, 0, 0, 0})).read<Index, 1>()[0] == 5);
  CHECK_ERROR((array("<i2", "(2,)", bytes({5, 0, 0, 1})).read<std::uint8_t, 1>()), "x.npy: number 1 is 256, too large");
  CHECK_ERROR((array("|i1", "(1,)", bytes({0xFF})).read<std::uint8_t, 1>()), "number 0 is -1");
  CHECK_ERROR((array("<f4", "(1,)", bytes({0, 0, 0, 0})).read<Index, 1>()), "want whole numbers, got <f4");
}

TEST_CASE("npy: both memory orders, rank 0 to 5, empty arrays") {
  // element (i, j, k) is 100 i + 10 j + k
  std::string c, f;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k) c += static_cast<char>(100 * i + 10 * j + k);
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) f += static_cast<char>(100 * i + 10 * j + k);
  const auto x = array("|u1", "(2, 3, 2)", c).read<float, 3>();
  const auto y = NpyArray(npy(dictionary("|u1", "(2, 3, 2)", "True"), f), "f").read<float, 3>();
  CHECK(x(1, 2, 1) == 121);
  CHECK((x.array() == y.array()).all());
  CHECK(array("|u1", "()", bytes({9})).read<float, 1>()[0] == 9);
  CHECK(array("|u1", "(1,1,1,1,1)", bytes({9})).read<float, 5>()[0] == 9);
  CHECK(array("|u1", "(0, 3)", "").read<float, 2>().shape() == Shape<2>{0, 3});
  CHECK(NpyArray(npy(dictionary("|u1", "(0, 3)", "True"), ""), "f").read<float, 2>().empty());
  CHECK_ERROR((array("|u1", "(2, 3, 2)", c).read<float, 2>()), "x.npy: want 2 axes, got (2, 3, 2)");
}

TEST_CASE("npy: odd headers that are right all the same") {
  const std::string plain = dictionary("|u1", "(2,)");
  for (const std::string& text : {std::string("{'shape': (2,), 'fortran_order': False, 'descr': '|u1'}"),
                                  std::string("{\"descr\":\"|u1\",'fortran_order':False,'shape':(2,)}"),
                                  std::string("{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }"),
                                  std::string("{ 'descr' :\n'|u1' , 'fortran_order' : False , 'shape' : ( 2 , ) , } ")})
    CHECK(NpyArray(npy(text, "\x01\x02"), "x").read<int, 1>()[1] == 2);
  for (int version : {1, 2, 3})
    for (std::size_t align : {1, 16, 64, 4096})
      CHECK(NpyArray(npy(plain, "ab", version, align), "x").shape() == std::vector<Index>{2});
}

TEST_CASE("npy: hostile headers") {
  const auto header = [](const std::string& text) { NpyArray(npy(text, "ab"), "x.npy"); };
  CHECK_ERROR(NpyArray("", "x.npy"), "x.npy: not an npy file");
  CHECK_ERROR(NpyArray("\x93NUMPY", "x.npy"), "npy header is cut off at offset 6");
  CHECK_ERROR(NpyArray(std::string("\x93NUMPY\x02\0\1\1", 10), "x.npy"), "npy header is cut off at offset 10");
  CHECK_ERROR(NpyArray(npy("{}", "", 4), "x.npy"), "npy version 4.0, want 1.0, 2.0 or 3.0");
  CHECK_ERROR(NpyArray(std::string("\x93NUMPY\x01\0\xFF\xFF", 10), "x.npy"),
              "npy header of 65535 bytes, want at most 10000");
  CHECK_ERROR(NpyArray(std::string("\x93NUMPY\x02\0\xFF\xFF\xFF\xFF", 12), "x.npy"), "npy header of 4294967295 bytes");
  CHECK_ERROR(NpyArray(std::string("\x93NUMPY\x01\0\x40\0{", 11), "x.npy"),
              "npy header of 64 bytes, but only 1 follow");
  CHECK_ERROR(header(dictionary("|O", "(2,)")), "Python objects, which are not read");
  CHECK_ERROR(header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}"), "records (a list of fields)");
  for (const char* type : {"<c8", "<f16", "<U4", "S2", "<M8[s]", "|i2", "f", "", "<i3", "b2", "<>f4"})
    CHECK_ERROR(header(dictionary(type, "(2,)")), "want a type f8, f4, f2, i1 to i8, u1 to u8 or b1, got");
  CHECK_ERROR(header("{'descr': '|u1', 'fortran_order': False}"), "the dictionary has no shape");
  CHECK_ERROR(header("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}"),
              "\"descr\" occurs twice");
  CHECK_ERROR(header("{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}"), "want True or False, got");
  CHECK_ERROR(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2), 'x': 1}"), "want a tuple, (3,)");
  CHECK_ERROR(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'x': 1}"), "got \"x\"");
  CHECK_ERROR(header("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}"), "want a size, got \"-2");
  CHECK_ERROR(header("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} + 1"), "nothing but spaces behind");
  CHECK_ERROR(header("{'descr: 2}"), "a text is not closed");
  CHECK_ERROR(header("[1, 2]"), "offset 10: want '{', got \"[1, 2]");
  // 2^32 * 2^32 wraps to 0, and so does a product behind a 0
  CHECK_ERROR(header(dictionary("|u1", "(4294967296, 4294967296)")), "has too many numbers");
  CHECK_ERROR(header(dictionary("|u1", "(0, 4294967296, 4294967296)")), "has too many numbers");
  CHECK_ERROR(header(dictionary("|u1", "(99999999999999999999,)")), "a size is too large");
  CHECK_ERROR(header(dictionary("|u1", "(1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)")),
              "more than 32 axes");
}

TEST_CASE("npy: as many numbers as declared, none missing, none left over") {
  CHECK_ERROR(array("<f4", "(2,)", "1234567"), "x.npy: array (2) of <f4: want 8 bytes of numbers, got 7");
  CHECK_ERROR(array("<f4", "(2,)", "123456789"), "want 8 bytes of numbers, got 9");
  CHECK_ERROR(array("<f8", "(1000000000000,)", ""), "want 8000000000000 bytes of numbers, got 0");
}

TEST_CASE("npy: written files come back, aligned to 64") {
  TempFolder folder;
  const auto back = [&]<class Number, int R>(const Tensor<Number, R>& x) {
    write_npy(folder / "a.npy", x.view(), Replace::yes);
    const std::string text = read_text(folder / "a.npy");
    CHECK((text.size() - static_cast<std::size_t>(x.size()) * sizeof(Number)) % 64 == 0);
    const auto y = read_npy<Number, R>(folder / "a.npy");
    CHECK(y.shape() == x.shape());
    CHECK(std::equal(x.begin(), x.end(), y.begin(), y.end()));
  };
  back(Tensor<float, 1>({3}, {1.5f, -0.0f, 3e38f}));
  back(Tensor<double, 3>({1, 2, 1}, {1e-300, -2}));
  back(Tensor<std::uint8_t, 4>({1, 2, 2, 1}, {0, 1, 254, 255}));
  back(Tensor<std::int16_t, 2>({2, 1}, {-32768, 32767}));
  back(Tensor<std::int64_t, 5>({1, 1, 1, 1, 1}, {std::numeric_limits<std::int64_t>::min()}));
  back(Tensor<float, 2>({0, 7}));
  CHECK_ERROR(write_npy(folder / "a.npy", Tensor<float, 1>({1}).view(), Replace::no), "only replaced when told to");
  const std::string text = npy_bytes(Tensor<float, 2>({3, 4}).view());
  CHECK(text.substr(0, 68) ==
        std::string("\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", 68));
  CHECK_ERROR(read_npy(folder / "a.npy", 100), "budget of 100 bytes");
}

TEST_CASE("npy: changed bytes give an error or an array of the declared size") {
  const std::string text = npy(dictionary("<f4", "(2, 3)"), std::string(24, '?'));
  Random random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string changed = text;
    for (int k = 0; k < 3; ++k)
      changed[random.below(changed.size())] =
          random.chance(0.5) ? "0123456789(),'<>|uifb:LTF "[random.below(26)] : static_cast<char>(random.below(256));
    if (random.chance(0.2)) changed.resize(random.below(changed.size()));
    const std::string message = error_of([&] {
      const NpyArray x(changed, "m.npy");
      std::vector<float> numbers(static_cast<std::size_t>(x.header().count()));
      x.read_numbers(numbers.data());
      CHECK(numbers.size() * static_cast<std::size_t>(x.header().width) + x.header().data == changed.size());
    });
    CHECK((message == "no error" || contains(message, "m.npy: ")));
  }
}
