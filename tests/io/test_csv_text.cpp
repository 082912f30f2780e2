#include <doctest/doctest.h>

#include "stac3dl/io/csv_text.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
using Cells = std::vector<std::string>;
std::vector<Cells> cells(const std::string& text) {
  std::vector<Cells> out;
  for (const CsvRow& row : parse_csv_text(text, "t.csv")) out.push_back(row.cells);
  return out;
}
}  // namespace

TEST_CASE("parse_csv_text: plain cells") {
  CHECK(cells("a,b\n1, 2 \r\n") == std::vector<Cells>{{"a", "b"}, {"1", "2"}});
  CHECK(cells("a,,\n\n,\nx") == std::vector<Cells>{{"a", "", ""}, {"", ""}, {"x"}});
  CHECK(cells("").empty());
  CHECK(cells("\n \n\r\n").empty());
  CHECK(cells("\xEF\xBB\xBFid,x\n") == std::vector<Cells>{{"id", "x"}});
}

TEST_CASE("parse_csv_text: cells in quotes") {
  CHECK(cells("\"a,b\",\"say \"\"hi\"\"\"\n") == std::vector<Cells>{{"a,b", "say \"hi\""}});
  CHECK(cells("\"two\nlines\" ,x\r\n\"\"\n") == std::vector<Cells>{{"two\nlines", "x"}, {""}});
  CHECK(cells("\"\"\"\"") == std::vector<Cells>{{"\""}});
  CHECK(cells("\"a\"") == std::vector<Cells>{{"a"}});
  const auto rows = parse_csv_text("\"1\n2\"\n\nx\n", "t");
  CHECK(rows[0].line == 1);
  CHECK(rows[1].line == 4);
}

TEST_CASE("parse_csv_text: errors") {
  CHECK_ERROR(cells("a\n\"b\nc"), "t.csv: line 2: a cell in quotes is not closed");
  CHECK_ERROR(cells("\"a\"\"b"), "a cell in quotes is not closed");
  CHECK_ERROR(cells("\"a\" b"), "t.csv: line 1: text behind a cell in quotes");
  CHECK_ERROR(cells("a\"b"), "a quote inside the cell \"a\"b\"");
}
