// The tools of the walk over docs/math: finding blocks, links and numbers in pages, and seeing numbers that differ.
#include <doctest/doctest.h>

#include "pages.hpp"
#include "worked.hpp"

TEST_CASE("blocks are found and replaced") {
  const std::string page = "a\n<!-- begin worked x -->\nold\n<!-- end worked x -->\nb\n";
  CHECK(pages::worked_names(page) == std::vector<std::string>{"x"});
  CHECK(pages::with_block(page, "x", "new\n") == "a\n<!-- begin worked x -->\nnew\n<!-- end worked x -->\nb\n");
  CHECK_THROWS_AS(pages::with_block(page, "y", ""), stac3dl::Error);
  CHECK(pages::anchors("# (1) Two words\ntext\n## A, b\n") == std::vector<std::string>{"1-two-words", "a-b"});
  const auto links = pages::links("see [`f`](a.hpp#x) and\n```\n[no](b)\n```\n");
  REQUIRE(links.size() == 1);
  CHECK(links[0].target == "a.hpp#x");
  CHECK(pages::without_blocks(page) == "a\n<!-- begin worked x -->\n<!-- end worked x -->\nb\n");
  CHECK(pages::named_code("[`f`, `tests/a.cpp`] and `g_2`") == std::vector<std::string>{"f", "g_2"});
  CHECK(pages::numbers("1.25 and 3.1415, 1,000.5", 3) == std::set<std::string>{"3.1415"});
}

TEST_CASE("numbers are written so that they do not drift") {
  CHECK(worked::number(0.25) == "0.25");
  CHECK(worked::number(-0.00001) == "0");
  CHECK(worked::number(120) == "120");
  CHECK(worked::grouped(1234567) == "1,234,567");
  CHECK(worked::grouped(12) == "12");
  CHECK(worked::scaled(999600) == "1.00 M");
  CHECK(worked::scaled(98) == "98");
}

TEST_CASE("numbers that differ are seen") {
  worked::Worked w;
  stac3dl::Tensor<double, 1> a({2}, {1, 2}), b({2}, {1, 2.001}), slope({2}, {1, 1});
  CHECK_THROWS_AS(w.same("a", a, b), stac3dl::Error);
  CHECK_THROWS_AS(w.slope("a", a, slope, [&] { return 2 * a[0] + a[1]; }), stac3dl::Error);
  CHECK_NOTHROW(w.slope("a", a, slope, [&] { return a[0] + a[1]; }));
}
