#include <doctest/doctest.h>

#include "gzip_bytes.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/io/csv.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("parse_csv: times and numbers") {
  const CsvTable table = parse_csv("2018-11-08 11:34:51.474000,-0.546875,+1e2,3\r\n"
                                   "2018-11-08 11:34:52,.5, 7 ,-0\r\n", "a.csv");
  CHECK(table.values.shape() == Shape<2>{2, 3});
  CHECK(table.times[0] == 1541676891.474);
  CHECK(table.times[1] == 1541676892.0);
  CHECK(table.times_without_fraction == 1);
  CHECK(table.values(0, 0) == -0.546875f);
  CHECK(table.values(0, 1) == 100);
  CHECK(table.values(1, 0) == 0.5f);
  CHECK(table.values(1, 1) == 7);
  CHECK(table.lines == std::vector<Index>{1, 2});
}

TEST_CASE("parse_csv: fractions of 0 to 6 digits, and what dates are") {
  const auto time = [](const std::string& text) { return parse_csv(text + ",1", "t").times[0]; };
  CHECK(time("1970-01-01 00:00:00") == 0);
  CHECK(time("1970-01-01 00:00:00.5") == 0.5);
  CHECK(time("1970-01-01 00:00:00.25") == 0.25);
  CHECK(time("1970-01-01 00:00:00.125") == 0.125);
  CHECK(time("1970-01-01 00:00:00.0625") == 0.0625);
  CHECK(time("1970-01-01 00:00:00.03125") == 0.03125);
  CHECK(time("1970-01-01 00:00:00.015625") == 0.015625);
  CHECK(time("1969-12-31 23:59:59.5") == -0.5);
  CHECK(time("2000-02-29T12:00:00") == 951825600);
  CHECK(time("2024-03-01 00:00:00") - time("2024-02-28 00:00:00") == 2 * 86400);
  CHECK(time("2100-03-01 00:00:00") - time("2100-02-28 00:00:00") == 86400);
  CHECK(time("12.75") == 12.75);
  CHECK(time("-3") == -3);
  CHECK(parse_csv("1970-01-01 00:00:00.,1\n1970-01-01 00:00:01,1", "t").times_without_fraction == 2);
  for (const char* bad : {"2018-02-29 00:00:00", "2018-13-01 00:00:00", "2018-00-01 00:00:00", "2018-04-31 00:00:00",
                          "2018-04-01 24:00:00", "2018-04-01 00:60:00", "2018-04-01 00:00:60", "2018-04-01",
                          "2018-04-01 00:00:00.1234567", "2018-04-01 00:00:00.12a",
                          "2018/04/01 00:00:00", "yesterday", "", "nan", "inf"})
    CHECK_ERROR(time(bad), "t: line 1, column 1: want a time");
}

TEST_CASE("parse_csv: without times, with blank lines, without a last line break") {
  const CsvTable table = parse_csv("1,2\n\n  \n3,4", "b.txt", {.time_column = false});
  CHECK(table.times.empty());
  CHECK(table.values(1, 0) == 3);
  CHECK(table.blank_lines == 2);
  CHECK(table.lines == std::vector<Index>{1, 4});
}

TEST_CASE("parse_csv: errors name file, line, column, what was found and what was wanted") {
  const auto parse = [](const char* text, Index columns = 0) { parse_csv(text, "x.csv", {.columns = columns}); };
  CHECK_ERROR(parse(""), "x.csv: no rows");
  CHECK_ERROR(parse("\n\n"), "x.csv: no rows");
  CHECK_ERROR(parse("0,1,2\n1,1,oops\n"), "x.csv: line 2, column 3: want a finite number, got \"oops\"");
  CHECK_ERROR(parse("0,1,2\n1,1,\n"), "x.csv: line 2, column 3: want a finite number, got nothing");
  CHECK_ERROR(parse("0,1,2\n\n1,nan,1\n"), "x.csv: line 3, column 2: want a finite number, got \"nan\"");
  CHECK_ERROR(parse("0,1,2\n1,1,-inf\n"), "x.csv: line 2, column 3: want a finite number, got \"-inf\"");
  CHECK_ERROR(parse("0,1e99\n"), "x.csv: line 1, column 2: want a finite number, got \"1e99\"");
  CHECK_ERROR(parse("0,1 2\n"), "got \"1 2\"");
  CHECK_ERROR(parse("0,+-2\n"), "got \"+-2\"");
  CHECK_ERROR(parse("0,0x10\n"), "got \"0x10\"");
  CHECK_ERROR(parse("0,1,2\n1,1\n"), "x.csv: line 2: want 2 numbers behind the time, got 1");
  CHECK_ERROR(parse("0,1,2\n1,1,2,3\n"), "x.csv: line 2: want 2 numbers behind the time, got 3");
  CHECK_ERROR(parse("0,1,2\n", 3), "x.csv: line 1: want 3 numbers behind the time, got 2");
  CHECK_ERROR(parse("0\n"), "x.csv: line 1: want 1 number behind the time, got 0");
  CHECK_ERROR(parse("time,x,y\n0,1,2\n"), "x.csv: line 1, column 1: want a time");
  CHECK_ERROR(parse("0,\x1b[31mred\n"), "got \"?[31mred\"");
}

TEST_CASE("read_csv: packed and plain give the same table") {
  TempFolder folder;
  const std::string text = "0,1.5,2\n0.5,3,4\n";
  write_text(folder / "a.csv", text);
  write_text(folder / "a.csv.gz", gzip(text));
  const CsvTable plain = read_csv(folder / "a.csv"), packed = read_csv(folder / "a.csv.gz");
  CHECK(plain.times == packed.times);
  CHECK((plain.values.array() == packed.values.array()).all());
  const std::string cut = gzip(text).substr(0, 20);
  write_text(folder / "cut.csv.gz", cut);
  CHECK_ERROR(read_csv(folder / "cut.csv.gz"), "cut.csv.gz: gzip data is cut off at offset 20");
}

TEST_CASE("parse_csv: changed bytes give an error or a whole table of finite numbers") {
  const std::string text = "2018-11-08 11:34:51.474000,-0.5,2,3\n2018-11-08 11:34:51.574000,4,5e-1,6\n";
  Random random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string changed = text;
    for (int k = 0; k < 3; ++k)
      changed[random.below(text.size())] = random.chance(0.5) ? "0123456789,.-+eE\n\r :nT"[random.below(22)]
                                                              : static_cast<char>(random.below(256));
    CsvTable table;
    const std::string message = error_of([&] { table = parse_csv(changed, "m.csv"); });
    if (message != "no error") {
      CHECK(contains(message, "m.csv: "));
      continue;
    }
    CHECK(table.values.size(0) == static_cast<Index>(table.times.size()));
    CHECK(table.values.array().isFinite().all());
  }
}
