#include <doctest/doctest.h>

#include "ntu_text.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/io/ntu_tracks.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// The text with the k-th occurrence (from 0) of `from` replaced.
std::string with(std::string text, const std::string& from, const std::string& to, int k = 0) {
  std::size_t at = text.find(from);
  while (k-- > 0) at = text.find(from, at + 1);
  return text.replace(at, from.size(), to);
}
const std::string big_id = "72057594037931101";  // as a double it would be ...1100 or ...1104
const std::string one = "1\r\n" + ntu_frame({ntu_body(big_id, 0.5)});
}  // namespace

TEST_CASE("ntu skeleton: every field") {
  const NtuSkeleton s = parse_ntu_skeleton(one, "s");
  REQUIRE(s.frames.size() == 1);
  REQUIRE(s.frames[0].size() == 1);
  const NtuBody& body = s.frames[0][0];
  CHECK(body.id == 72057594037931101u);
  CHECK(body.states == std::array<int, 6>{0, 1, 1, 1, 1, 0});
  CHECK(body.lean[1] == -0.02f);
  CHECK(body.tracking == 2);
  CHECK(body.joints[7].place == std::array<float, 3>{0.5f, 7, 2});
  CHECK(body.joints[7].depth == std::array<float, 2>{200.5f, 150.5f});
  CHECK(body.joints[7].colour == std::array<float, 2>{900.5f, 500.5f});
  CHECK(body.joints[7].turn == std::array<float, 4>{0.1f, 0.2f, 0.3f, 0.4f});
  CHECK(body.joints[24].tracking == 2);
  CHECK(parse_ntu_skeleton(with(one, big_id, "18446744073709551615"), "s").frames[0][0].id == ~std::uint64_t{0});
}

TEST_CASE("ntu skeleton: odd variants") {
  CHECK(parse_ntu_skeleton("0", "s").frames.empty());
  CHECK(parse_ntu_skeleton("2\n0\n0\n\n", "s").frames.size() == 2);
  CHECK(parse_ntu_skeleton("\n 1 \n\n\t0\t\n", "s").frames.size() == 1);
  for (const char* odd : {"nan", "NaN", "-nan(ind)", "-1.#IND", "1.#QNAN", "inf", "-inf", "nan(snan)", "1.#INF"}) {
    const NtuSkeleton s = parse_ntu_skeleton(with(one, "0.500000", odd, 3), "s");
    CHECK(std::isnan(s.frames[0][0].joints[3].place[0]));
    CHECK_FALSE(s.frames[0][0].joints[3].known());
    CHECK(s.frames[0][0].joints[2].known());
  }
  const NtuSkeleton six =
      parse_ntu_skeleton("1\n" + ntu_frame({ntu_body("1", 0), ntu_body("2", 0), ntu_body("3", 0)}), "s");
  CHECK(six.frames[0].size() == 3);
}

TEST_CASE("ntu skeleton: hostile files") {
  const auto parse = [](const std::string& text) { parse_ntu_skeleton(text, "x.skeleton"); };
  CHECK_ERROR(parse(""), "x.skeleton: ends behind line 0, want the number of frames");
  CHECK_ERROR(parse("many\n"),
              "x.skeleton: line 1, number 1 (the number of frames): want a whole number, got \"many\"");
  CHECK_ERROR(parse("-1\n"), "want 0 or more, got \"-1\"");
  CHECK_ERROR(parse("1.5\n"), "want a whole number, got \"1.5\"");
  CHECK_ERROR(parse("99999999999999999999\n"), "want a whole number");
  CHECK_ERROR(parse("9000000000000000000\n0\n0\n"), "ends behind line 3, want the number of bodies in a frame");
  CHECK_ERROR(parse("1\n9000000000000000000\n"), "ends behind line 2, want a body");
  CHECK_ERROR(parse("1\n-3\n"), "line 2, number 1 (the number of bodies in a frame): want 0 or more");
  CHECK_ERROR(parse(one + "0\r\n"), "text behind the last frame, after line 29");
  CHECK_ERROR(parse(with(one, "\r\n25\r\n", "\r\n24\r\n")),
              "line 4, number 1 (the number of joints): want 25, got \"24\"");
  CHECK_ERROR(parse(with(one, big_id, "-5")), "want a whole number, got \"-5\"");
  CHECK_ERROR(parse(with(one, big_id, "18446744073709551616")), "want a whole number");
  CHECK_ERROR(parse(with(one, " 0.01 -0.02 2", " 0.01 2")), "line 3: want 10 numbers (a body");
  CHECK_ERROR(parse(with(one, " 0.4 2", " 0.4 2 2", 4)), "line 9: want 12 numbers (a joint");
  CHECK_ERROR(
      parse(with(one, " 0.4 2", " 0.4 3", 4)),
      "line 9, number 12 (a joint: x y z, depth x y, colour x y, quaternion, tracking): want 0, 1 or 2, got \"3\"");
  CHECK_ERROR(parse(with(one, " 150.5", " 15O.5", 4)), "line 9, number 5 (a joint");
  CHECK_ERROR(parse(one.substr(0, one.size() / 2)), "x.skeleton: ");
}

TEST_CASE("ntu skeleton: changed bytes give an error or a whole skeleton") {
  Random random(8);
  const std::string text = "2\n" + ntu_frame({ntu_body("5", 1)}) + ntu_frame({ntu_body("5", 1), ntu_body("6", 2)});
  for (int i = 0; i < 1000; ++i) {
    std::string changed = text;
    for (int k = 0; k < 3; ++k) changed[random.below(text.size())] = "0123456789 .-\n\rn#"[random.below(17)];
    const std::string message = error_of([&] {
      for (const Stream& stream : ntu_streams(parse_ntu_skeleton(changed, "m")))
        if (!stream.absent()) {
          check_stream(stream);
          CHECK(stream.frames.array().isFinite().all());
        }
    });
    CHECK((message == "no error" || contains(message, "m: ")));
  }
}
