// Writes the report that browser.report opens: browser_page FILE.
#include <cstdio>

#include "../io/report_content.hpp"
#include "stac3dl/io/report.hpp"

int main(int argc, char** argv) try {
  stac3dl::check(argc == 2, "usage: browser_page FILE");
  stac3dl::write_report(argv[1], stac3dl_test::report(), stac3dl::Replace::yes);
} catch (const std::exception& e) {
  std::fprintf(stderr, "error: %s\n", e.what());
  return 1;
}
