#include <doctest/doctest.h>

#include "stac3dl/core/random.hpp"
#include "stac3dl/io/manifest.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
Manifest parse(const std::string& text) { return parse_manifest(text, "m.csv", "folder"); }
}  // namespace

TEST_CASE("manifest: CSV") {
  const Manifest m = parse(
      "id,subject,group,label,split,camera,camera_rate,thigh,thigh_times\r\n"
      "a,ann,g1,squat,train,ann/1.mp4,,ann/1.npy,ann/1.csv\r\n"
      "b,ben,,lunge,test,,,\"ben,1.npy\",ben.csv\n"
      "c,cat,,squat,,frames,12.5,,\n");
  CHECK(m.sensors == std::vector<std::string>{"camera", "thigh"});
  CHECK(m.classes == std::vector<std::string>{"lunge", "squat"});
  CHECK(m.labels == std::vector<Index>{1, 0, 1});
  REQUIRE(m.rows.size() == 3);
  CHECK(m.rows[0].subject == "ann");
  CHECK(m.rows[0].group == "g1");
  CHECK(m.rows[0].split == "train");
  CHECK(m.rows[0].sources.size() == 2);
  CHECK(m.rows[0].sources[1].times == "ann/1.csv");
  REQUIRE(m.rows[1].sources.size() == 1);
  CHECK(m.rows[1].sources[0].path == "ben,1.npy");
  CHECK(m.rows[2].sources[0].rate == 12.5);
  CHECK(m.where(m.rows[2]) == "m.csv: line 4");
}

TEST_CASE("manifest: JSON Lines") {
  const Manifest m = parse(
      "\n{\"id\": \"a\", \"label\": 3, \"camera\": \"a.mp4\", \"split\": null}\n\n"
      "{\"id\":\"b\",\"label\":\"0\",\"thigh\":{\"path\":\"b.npy\",\"rate\":100},\"camera\":\"\"}\r\n");
  CHECK(m.rows[1].line == 4);
  CHECK(m.sensors == std::vector<std::string>{"camera", "thigh"});
  CHECK(m.classes == std::vector<std::string>{"0", "1", "2", "3"});
  CHECK(m.labels == std::vector<Index>{3, 0});
  CHECK(m.rows[1].sources.size() == 1);
  CHECK(m.rows[1].sources[0].rate == 100);
}

TEST_CASE("manifest: a column that only looks like a rate is a sensor; no labels at all") {
  const Manifest m = parse("id,heart_rate\na,h.csv\n");
  CHECK(m.sensors == std::vector<std::string>{"heart_rate"});
  CHECK(m.classes.empty());
  CHECK(m.labels == std::vector<Index>{0});
  const Manifest both = parse("id,heart_rate,heart_rate_rate\na,h.csv,4\n");
  CHECK(both.rows[0].sources[0].rate == 4);
  CHECK(parse("id,label,x\na,00,x\nb,0,y\n").classes == std::vector<std::string>{"0", "00"});  // texts: 0 twice
}

TEST_CASE("manifest: hostile ones") {
  CHECK_ERROR(parse(""), "m.csv: empty; want a row of column names first");
  CHECK_ERROR(parse("id,x\n"), "m.csv: no recordings");
  CHECK_ERROR(parse("id,x,x\na,b,c\n"), "m.csv: line 1: two columns are called \"x\"");
  CHECK_ERROR(parse("id,,x\na,b,c\n"), "m.csv: line 1: a column has no name");
  CHECK_ERROR(parse("id,x\na\n"), "m.csv: line 2: want 2 cells, got 1");
  CHECK_ERROR(parse("id,x\na,b,c\n"), "m.csv: line 2: want 2 cells, got 3");
  CHECK_ERROR(parse("id,x\n,b\n"), "m.csv: line 2: want an id");
  CHECK_ERROR(parse("id,x\na,b\na,c\n"), "m.csv: line 3: id \"a\" occurs twice");
  CHECK_ERROR(parse("id,split,x\na,dev,b\n"), "split \"dev\", want train, test, validation or nothing");
  CHECK_ERROR(parse("id,x\na,\n"), "no recording has a sensor");
  CHECK_ERROR(parse("id,label,x\na,1,b\nb,,c\n"), "m.csv: line 3: no label, but 1 recordings have one");
  for (const char* rate : {"0", "-3", "nan", "inf", "fast", "1e999"})
    CHECK_ERROR(parse(std::string("id,x,x_rate\na,b,") + rate + "\n"),
                "m.csv: line 2: x_rate: want a number of frames a second above 0");
  CHECK_ERROR(parse("id,x,x_rate,x_times\na,b,3,t.csv\n"), "\"x\" has a rate and times; want one of them");
  std::string wide = "id";
  for (int c = 0; c < 1000; ++c) wide += ",x" + std::to_string(c);
  CHECK_ERROR(parse(wide + "\n"), "1001 columns, want at most 1000");

  CHECK_ERROR(parse("{\"id\": \"a\", \"x\": \"y\"}\nid,x\n"), "m.csv: line 2: not JSON");
  CHECK_ERROR(parse("{\"id\": \"a\", \"id\": \"b\"}"), "m.csv: line 1: key \"id\" occurs twice");
  CHECK_ERROR(parse("{\"id\": \"a\", \"x\": 3}"), "\"x\": want a text, or an object with path, rate and times");
  CHECK_ERROR(parse("{\"id\": {\"path\": \"a\"}}"), "\"id\": want a text");
  CHECK_ERROR(parse("{\"id\": \"a\", \"label\": 1.5, \"x\": \"y\"}"), "\"label\": want a text");
  CHECK_ERROR(parse("{\"id\": \"a\", \"x\": {\"path\": \"b\", \"speed\": 3}}"),
              "\"x\": want path, rate (a number) and times, got \"speed\"");
  CHECK_ERROR(parse("{\"id\": \"a\", \"x\": {\"path\": 3}}"), "\"x\": want a text");
  CHECK_ERROR(parse("{\"id\": \"a\", \"x\": {\"rate\": 3}}"), "\"x\": there is no path");
  CHECK_ERROR(parse("{\"id\": \"a\", \"x\": {\"path\": \"b\", \"rate\": -3}}"),
              "want a number of frames a second above 0");
}

TEST_CASE("manifest: changed bytes give an error or whole rows") {
  Random random(12);
  for (const std::string& text :
       {std::string("id,subject,label,x,x_rate,y,y_times\na,s,l,\"p,q\",3,y,t\nb,s,k,p,,y,\n"),
        std::string(
            "{\"id\":\"a\",\"label\":3,\"x\":\"y\"}\n{\"id\":\"b\",\"label\":4,\"x\":{\"path\":\"b\",\"rate\":3}}\n")})
    for (int i = 0; i < 2000; ++i) {
      std::string changed = text;
      for (int k = 0; k < 3; ++k) changed[random.below(text.size())] = "{}[]\",:\n\r idxy0123\\."[random.below(22)];
      const std::string message = error_of([&] {
        const Manifest m = parse(changed);
        CHECK(m.labels.size() == m.rows.size());
      });
      CHECK((message == "no error" || contains(message, "m.csv: ")));
    }
}
