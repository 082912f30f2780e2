#include <doctest/doctest.h>

#include "stac3dl/io/json.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;

TEST_CASE("parse_json keeps order and values") {
  const Json json = parse_json(R"({"b":1,"a":[0.1,-2,true,null,"é"]})", "text");
  CHECK(dump_json(json, "text") == R"({"b":1,"a":[0.1,-2,true,null,"é"]})");
}

TEST_CASE("parse_json refuses what is ambiguous or malformed") {
  CHECK_ERROR(parse_json(R"({"a":1,"a":2})", "c.json"), "c.json: key \"a\" occurs twice in one object");
  CHECK_ERROR(parse_json(R"({"x":[{"a":1},{"b":{"c":0,"c":0}}]})", "c.json"), "key \"c\" occurs twice");
  CHECK_NOTHROW(parse_json(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})", "c.json"));
  CHECK_ERROR(parse_json(std::string("{}\0{", 4), "c.json"), "c.json: not JSON: NUL byte at offset 2");
  CHECK_ERROR(parse_json("", "c.json"), "c.json: not JSON");
  CHECK_ERROR(parse_json("{\"a\":}", "c.json"), "line 1, column 6");
  CHECK_ERROR(parse_json("{} x", "c.json"), "c.json: not JSON");
  CHECK_ERROR(parse_json("\"\xff\"", "c.json"), "c.json: not JSON");
  CHECK_ERROR(parse_json("NaN", "c.json"), "c.json: not JSON");
  CHECK_ERROR(parse_json("1e999", "c.json"), "c.json: not JSON");
}

TEST_CASE("parse_json limits depth and keys") {
  CHECK_ERROR(parse_json(std::string(1000000, '['), "c.json"), "more than 32 levels");
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += "{\"a\":";
  CHECK_ERROR(parse_json(nested, "c.json"), "more than 32 levels");
  std::string wide = "{\"k\":0";
  for (int i = 0; i < 5000; ++i) wide += ",\"k" + std::to_string(i) + "\":0";
  CHECK_ERROR(parse_json(wide + "}", "c.json"), "more than 4096 keys");
}

TEST_CASE("text from a file is made harmless in messages") {
  CHECK(in_quotes("a\x1b[31m\n\x7f") == "\"a?[31m??\"");
  CHECK(in_quotes(std::string(1000, 'x')).size() < 100);
}

TEST_CASE("dump_json refuses text that is not UTF-8") { CHECK_ERROR(dump_json(Json("\xff"), "save"), "save: "); }
