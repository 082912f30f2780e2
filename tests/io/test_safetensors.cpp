#include <doctest/doctest.h>

#include <limits>

#include "stac3dl/core/random.hpp"
#include "stac3dl/io/safetensors.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

/// A file as bytes, with any header and length field.
std::string raw(const std::string& header, const std::string& data) {
  unsigned char head[8];
  detail::store_little<std::uint64_t>(header.size(), head);
  return std::string(reinterpret_cast<const char*>(head), 8) + header + data;
}
std::string raw(std::uint64_t declared, const std::string& rest) {
  unsigned char head[8];
  detail::store_little<std::uint64_t>(declared, head);
  return std::string(reinterpret_cast<const char*>(head), 8) + rest;
}
SafetensorsFile open(const std::string& bytes) { return SafetensorsFile::from_bytes(bytes, "f"); }
std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}
const std::string f8(8, '\0'), f24(24, '\0');

}  // namespace

TEST_CASE("what is written is read back to the bit") {
  TempFolder folder;
  const double tiny = std::numeric_limits<double>::denorm_min(), huge = std::numeric_limits<double>::max();
  Tensor<double, 2> a({2, 3}, {0.1, -0.0, tiny, huge, -std::numeric_limits<double>::infinity(), 1.0 / 3});
  Tensor<float, 5> b({1, 2, 1, 2, 1}, {1.5f, -2.5f, 3e-45f, 3.4e38f});
  Tensor<float, 1> none(Shape<1>{0});
  write_safetensors(folder / "a.safetensors", {{"weights.é", a}, {"b", b}, {"none", none}},
                    {{"key", "value \"quoted\"\n"}, {"", ""}}, Replace::no);
  SafetensorsFile file(folder / "a.safetensors");
  CHECK(file.names() == std::vector<std::string>{"b", "none", "weights.é"});
  CHECK(file.shape("b") == std::vector<Index>{1, 2, 1, 2, 1});
  CHECK(file.metadata().at("key") == "value \"quoted\"\n");
  CHECK(file.metadata().size() == 2);
  const auto a2 = file.read<double, 2>("weights.é");
  const auto b2 = file.read<float, 5>("b");
  CHECK(std::memcmp(a.data(), a2.data(), 6 * sizeof(double)) == 0);
  CHECK(std::memcmp(b.data(), b2.data(), 4 * sizeof(float)) == 0);
  CHECK(file.read<float, 1>("none").size() == 0);
  CHECK(file.read<double, 5>("b")(0, 1, 0, 0, 0) == static_cast<double>(3e-45f));
  CHECK(file.read<float, 2>("weights.é")(0, 0) == 0.1f);
}

TEST_CASE("a tensor larger than a block is read and written whole") {
  TempFolder folder;
  Tensor<float, 1> x(Shape<1>{100003});
  for (Index i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  write_safetensors(folder / "x.safetensors", {{"a", Tensor<float, 1>(Shape<1>{1})}, {"x", x}}, {}, Replace::no);
  SafetensorsFile file(folder / "x.safetensors");
  const auto y = file.read<double, 1>("x");
  bool same = true;
  for (Index i = 0; i < x.size(); ++i) same = same && y[i] == static_cast<double>(i);
  CHECK(same);
}

TEST_CASE("the bytes depend on the content alone") {
  TempFolder folder;
  Tensor<float, 1> a({2}, {1, 2});
  Tensor<double, 1> b({1}, {3});
  write_safetensors(folder / "1", {{"a", a}, {"b", b}}, {{"k", "v"}}, Replace::no);
  write_safetensors(folder / "2", {{"b", b}, {"a", a}}, {{"k", "v"}}, Replace::no);
  const std::string bytes = read_text(folder / "1");
  CHECK(bytes == read_text(folder / "2"));
  const std::string header =
      "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2],"
      "\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}}";
  std::string padded = header;
  padded.resize((header.size() + 7) / 8 * 8, ' ');
  const std::string data("\0\0\x80\x3f\0\0\0\x40\0\0\0\0\0\0\x08\x40", 16);
  CHECK(bytes == raw(padded, data));
}

TEST_CASE("half and bfloat16 are converted exactly") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float want = static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(half));
    const float got = detail::half_to_float(half);
    REQUIRE((want == got || (std::isnan(want) && std::isnan(got))));
    REQUIRE(std::signbit(want) == std::signbit(got));
  }
  // 1, -2, 65504 (largest half), 2^-24 (smallest); bfloat16 1, -2
  const std::string data("\x00\x3c\x00\xc0\xff\x7b\x01\x00\x80\x3f\x00\xc0", 12);
  auto file =
      open(raw("{" + tensor("h", "F16", "[4]", "[0,8]") + "," + tensor("b", "BF16", "[2]", "[8,12]") + "}", data));
  const auto h = file.read<double, 1>("h");
  CHECK(h[0] == 1);
  CHECK(h[1] == -2);
  CHECK(h[2] == 65504);
  CHECK(h[3] == 0x1p-24);
  const auto b = file.read<float, 1>("b");
  CHECK(b[0] == 1);
  CHECK(b[1] == -2);
}

TEST_CASE("order of tensors, white space and padding are free, as in files of others") {
  auto file = open(raw("{ \"z\" : {\"shape\":[],\n\"data_offsets\":[0,4], \"dtype\":\"F32\"}, " +
                           tensor("a", "I64", "[2]", "[4,20]") + "}       ",
                       std::string("\0\0\x80\x3f", 4) + std::string(16, '\0')));
  CHECK(file.read<float, 1>("z")[0] == 1);
  CHECK_ERROR((file.read<float, 1>("a")), "f: tensor \"a\": want F64, F32, F16 or BF16, got I64");
  CHECK(open(raw("{}", "")).names().empty());
}

TEST_CASE("reading what is not there or has another shape") {
  auto file = open(raw("{" + tensor("a", "F32", "[2,3]", "[0,24]") + "}", f24));
  CHECK_ERROR((file.read<float, 2>("b")), "f: there is no tensor \"b\"");
  CHECK_ERROR((file.read<float, 3>("a")), "f: tensor \"a\": want 3 axes, got (2, 3)");
  Tensor<float, 2> wrong({3, 2});
  CHECK_ERROR(file.read("a", wrong.view()), "f: tensor \"a\": want (3, 2), got (2, 3)");
}

TEST_CASE("lengths that lie") {
  CHECK_ERROR(open(""), "not a safetensors file: want at least 8 bytes, got 0");
  CHECK_ERROR(open("1234567"), "want at least 8 bytes, got 7");
  CHECK_ERROR(open(raw(0, "")), "want JSON that begins with {");
  CHECK_ERROR(open(raw(100, "{}")), "its header wants 100 bytes, the file has 2");
  CHECK_ERROR(open(raw(~std::uint64_t{0}, "{}")), "its header wants 18446744073709551615 bytes");
  CHECK_ERROR(open(raw(~std::uint64_t{0} - 7, "{}")), "its header wants");  // 8 + N is 0
  CHECK_ERROR(open(raw(safetensors_max_header + 1, std::string(safetensors_max_header + 1, ' '))),
              "a header of 16777217 bytes");
  const std::string large = "{" + std::string(safetensors_max_header - 2, ' ') + "}";
  CHECK(open(raw(large, "")).names().empty());
}

TEST_CASE("files that cannot be opened") {
  TempFolder folder;
  CHECK_ERROR(SafetensorsFile(folder / "none"), "none: there is no such file");
  CHECK_ERROR(SafetensorsFile(folder.path()), "there is no such file");
  write_text(folder / "text.txt", "this is a text of some length, no tensors");
  CHECK_ERROR(SafetensorsFile(folder / "text.txt"), "text.txt: not a safetensors file");
  Tensor<float, 1> x(Shape<1>{1000});
  write_safetensors(folder / "x", {{"x", x}}, {}, Replace::no);
  SafetensorsFile file(folder / "x");
  std::filesystem::resize_file(folder / "x", 500);
  CHECK_ERROR((file.read<float, 1>("x")), "has the file changed?");
}

TEST_CASE("shapes that lie") {
  const auto one = [](const std::string& shape, const std::string& offsets, const std::string& data) {
    return open(raw("{" + tensor("a", "F32", shape, offsets) + "}", data));
  };
  CHECK_NOTHROW(one("[1,1,1,1,1,1,1,1]", "[0,4]", f8.substr(4)));
  CHECK_ERROR(one("[1,1,1,1,1,1,1,1,1]", "[0,4]", f8.substr(4)), "more than 8 axes");
  CHECK_ERROR(one("[4294967296,4294967296]", "[0,0]", ""), "has too many elements");  // the product wraps to 0
  CHECK_ERROR(one("[4294967296,4294967296]", "[0,8]", f8), "has too many elements");
  CHECK_ERROR(one("[4611686018427387904]", "[0,0]", ""), "has too many elements");  // wraps with the element size
  CHECK_ERROR(one("[9223372036854775808]", "[0,0]", ""), "is too large");
  CHECK_NOTHROW(one("[4294967296,4294967296,0]", "[0,0]", ""));
  CHECK_ERROR(one("[1000000000]", "[0,8]", f8), "F32 (1000000000) wants 4000000000 bytes, data_offsets [0, 8] hold 8");
  CHECK_ERROR(one("[-2]", "[0,8]", f8), "got the number -2");
  CHECK_ERROR(one("[-0]", "[0,8]", f8), "got the number");
  CHECK_ERROR(one("[2.0]", "[0,8]", f8), "got the number \"2.0\"");
  CHECK_ERROR(one("[2e0]", "[0,8]", f8), "got the number");
  CHECK_ERROR(one("[\"2\"]", "[0,8]", f8), "want shape of unsigned numbers, got a text");
  CHECK_ERROR(one("[99999999999999999999]", "[0,8]", f8), "got the number");
  CHECK_ERROR(one("[02]", "[0,8]", f8), "not JSON at offset");
  CHECK_ERROR(one("2", "[0,8]", f8), "got a number");
}

TEST_CASE("offsets that lie") {
  const auto one = [](const std::string& offsets) {
    return open(raw("{" + tensor("a", "F32", "[2]", offsets) + "}", f8));
  };
  CHECK_NOTHROW(one("[0,8]"));
  CHECK_ERROR(one("[8,0]"), "data_offsets [8, 0] run backwards");
  CHECK_ERROR(one("[0,12]"), "hold 12");
  CHECK_ERROR(one("[4,12]"), "begins at 4 after a hole; want 0");
  CHECK_ERROR(one("[18446744073709551608,18446744073709551615]"), "hold 7");
  CHECK_ERROR(one("[18446744073709551612,4]"), "run backwards");
  CHECK_ERROR(one("[0]"), "data_offsets: want [begin, end]");
  CHECK_ERROR(one("[0,8,8]"), "data_offsets: want [begin, end]");
  CHECK_ERROR(one("[-1,7]"), "got the number -1");
  CHECK_ERROR(one("[0,8.0]"), "got the number \"8.0\"");
  CHECK_ERROR(one("[[0,8]]"), "got an array");
  const auto two = [](const std::string& first, const std::string& second, std::size_t bytes) {
    return open(raw("{" + tensor("a", "F32", "[2]", first) + "," + tensor("b", "F32", "[2]", second) + "}",
                    std::string(bytes, '\0')));
  };
  CHECK_NOTHROW(two("[8,16]", "[0,8]", 16));
  CHECK_ERROR(two("[0,8]", "[4,12]", 12), "tensor \"b\": begins at 4 inside another one; want 8");
  CHECK_ERROR(two("[0,8]", "[0,8]", 8), "begins at 0 inside another one; want 8");
  CHECK_ERROR(two("[0,8]", "[12,20]", 20), "tensor \"b\": begins at 12 after a hole; want 8");
  CHECK_ERROR(two("[0,8]", "[8,16]", 20), "have 16 bytes, the file holds 20: something follows them");
  CHECK_ERROR(two("[0,8]", "[8,16]", 15), "have 16 bytes, the file holds 15: it is cut short");
}

TEST_CASE("keys that lie") {
  const std::string good = tensor("a", "F32", "[2]", "[0,8]");
  const auto with = [](const std::string& header) { return open(raw("{" + header + "}", f8)); };
  CHECK_NOTHROW(with(good));
  CHECK_ERROR(with(good + "," + good), "tensor \"a\": the name occurs twice");
  CHECK_ERROR(with("\"__metadata__\":{},\"__metadata__\":{}," + good), "__metadata__: it occurs twice");
  CHECK_ERROR(with("\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}," + good), "__metadata__: key \"k\" occurs twice");
  CHECK_ERROR(with("\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"),
              "tensor \"a\": key \"dtype\" occurs twice");
  CHECK_ERROR(with("\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":0}"),
              "tensor \"a\": key \"x\"");
  CHECK_ERROR(with("\"a\":{\"dtype\":\"F32\",\"shape\":[2]}"), "tensor \"a\": want dtype, shape and data_offsets");
  CHECK_ERROR(with("\"a\":{}"), "want dtype, shape and data_offsets");
  CHECK_ERROR(with("\"a\":[]"), "\"a\": want an object, got an array");
  CHECK_ERROR(with("\"__metadata__\":{\"k\":1}," + good), "\"__metadata__\": want a text, got a number");
  CHECK_ERROR(with("\"__metadata__\":{\"k\":null}," + good), "got null");
  CHECK_ERROR(with("\"__metadata__\":{\"k\":{}}," + good), "got an object");
  CHECK_ERROR(with("\"__metadata__\":[]," + good), "got an array");
  CHECK_ERROR(with("\"__metadata__\":true"), "got true or false");
  CHECK_ERROR(with(tensor("a", "F33", "[2]", "[0,8]")), "unknown dtype \"F33\"");
  CHECK_ERROR(with(tensor("a", "f32", "[2]", "[0,8]")), "unknown dtype \"f32\"");
  CHECK_ERROR(with("\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}"), "got a number");
  CHECK_ERROR(with("\"a\":{\"dtype\":[],\"shape\":[2],\"data_offsets\":[0,8]}"), "got an array");
}

TEST_CASE("headers that are not one JSON object and spaces") {
  const auto header = [](const std::string& text) { return open(raw(text, "")); };
  CHECK_NOTHROW(header("{}   "));
  CHECK_ERROR(header(" {}"), "want JSON that begins with {");
  CHECK_ERROR(header("[]"), "want JSON that begins with {");
  CHECK_ERROR(header("{}x"), "want } and then only spaces at its end");
  CHECK_ERROR(header("{}\n"), "want } and then only spaces");
  CHECK_ERROR(header("{}{}"), "not JSON at offset");
  CHECK_ERROR(header("{} , {}"), "not JSON at offset");
  CHECK_ERROR(header("{"), "want } and then only spaces");
  CHECK_ERROR(header(std::string("{}\0{}", 5)), "NUL byte at offset 10");
  CHECK_ERROR(header("{\"\xff\xfe\":{}}"), "not JSON at offset");
  CHECK_ERROR(header("{\"\xc0\xaf\":{}}"), "not JSON at offset");      // overlong
  CHECK_ERROR(header("{\"\xed\xa0\x80\":{}}"), "not JSON at offset");  // a surrogate
  CHECK_ERROR(header("{\"\\ud800\":{}}"), "not JSON at offset");
  CHECK_ERROR(header("{/* a comment */}"), "not JSON at offset");
  std::string bomb = "{\"a\":";
  for (int i = 0; i < 1000000; ++i) bomb += '[';
  CHECK_ERROR(header(bomb + "}"), "got an array");
  bomb.clear();
  for (int i = 0; i < 1000000; ++i) bomb += "{\"a\":";
  CHECK_ERROR(header(bomb + "}"), "want dtype, shape, data_offsets");
}

TEST_CASE("at most 65,536 tensors and metadata entries") {
  const auto many = [](int count) {
    std::string header = "{" + tensor("t0", "U8", "[0]", "[0,0]");
    for (int i = 1; i < count; ++i) header += "," + tensor("t" + std::to_string(i), "U8", "[0]", "[0,0]");
    return raw(header + "}", "");
  };
  CHECK(open(many(65536)).tensors().size() == 65536);
  CHECK_ERROR(open(many(65537)), "more than 65536 tensors");
  std::string metadata = "{\"__metadata__\":{\"\":\"\"";
  for (int i = 0; i < 65536; ++i) metadata += ",\"" + std::to_string(i) + "\":\"\"";
  CHECK_ERROR(open(raw(metadata + "}}", "")), "more than 65536 entries");
}

TEST_CASE("what cannot be read back is not written") {
  TempFolder folder;
  Tensor<float, 1> x({1}, {1});
  CHECK_ERROR(write_safetensors(folder / "x", {{"a", x}, {"a", x}}, {}, Replace::no), "\"a\" occurs twice");
  CHECK_ERROR(write_safetensors(folder / "x", {{"__metadata__", x}}, {}, Replace::no), "is reserved");
  CHECK_ERROR(write_safetensors(folder / "x", {{"\xff", x}}, {}, Replace::no), "UTF-8");
  CHECK_ERROR(write_safetensors(folder / "x", {}, {{"k", "\xff"}}, Replace::no), "UTF-8");
  CHECK_ERROR(write_safetensors(folder / "x", {}, {{"k", std::string(17 << 20, 'x')}}, Replace::no),
              "can be read back");
  CHECK(folder.entries() == 0);
  write_safetensors(folder / "x", {{"a", x}}, {}, Replace::no);
  CHECK_ERROR(write_safetensors(folder / "x", {{"a", x}}, {}, Replace::no), "only replaced when told to");
  CHECK(folder.entries() == 1);
}
