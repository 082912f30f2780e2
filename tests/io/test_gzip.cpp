#include <doctest/doctest.h>

#include "gzip_bytes.hpp"
#include "stac3dl/io/gzip.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
std::string some_text() {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(i * i % 977) + (i % 7 ? "," : "\n");
  return text;
}
}  // namespace

TEST_CASE("read_file: plain, packed and empty files") {
  TempFolder folder;
  const std::string text = some_text();
  write_text(folder / "plain", text);
  write_text(folder / "packed", gzip(text));
  write_text(folder / "nothing", "");
  write_text(folder / "packed nothing", gzip(""));
  CHECK(read_file(folder / "plain") == text);
  CHECK(read_file(folder / "packed") == text);
  CHECK(read_file(folder / "nothing").empty());
  CHECK(read_file(folder / "packed nothing").empty());
}

TEST_CASE("gunzip: several members behind one another are one text") {
  const std::string text = some_text();
  CHECK(gunzip(gzip(text) + gzip("") + gzip("end"), "x") == text + "end");
  CHECK_ERROR(gunzip(gzip(text) + "rest", "x.gz"), "x.gz: 4 bytes behind the end of the gzip data");
}

TEST_CASE("gunzip: cut off anywhere is an error that names the file and the offset") {
  const std::string packed = gzip(some_text());
  for (std::size_t size = 0; size < packed.size(); ++size)
    CHECK_ERROR(gunzip(std::string_view(packed).substr(0, size), "walk.csv.gz"),
                "walk.csv.gz: gzip data is cut off at offset " + std::to_string(size));
}

TEST_CASE("gunzip: a byte changed anywhere is found, or does no harm") {
  const std::string text = some_text(), packed = gzip(text);
  int refused = 0;
  for (std::size_t i = 0; i < packed.size(); ++i)
    for (int flip : {0x01, 0x80, 0xFF}) {
      std::string damaged = packed;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      std::string unpacked;
      const std::string message = error_of([&] { unpacked = gunzip(damaged, "walk.gz"); });
      if (message == "no error") {
        CHECK(unpacked == text);
        continue;
      }
      ++refused;
      CHECK(contains(message, "walk.gz: "));
      CHECK(contains(message, "offset "));
    }
  CHECK(refused > 3 * static_cast<int>(packed.size()) - 60);  // only bytes of the header may not matter
}

TEST_CASE("read_file: the budget holds for files and for what they unpack to") {
  TempFolder folder;
  const std::string text = some_text();
  write_text(folder / "plain", text);
  write_text(folder / "packed", gzip(text));
  CHECK(read_file(folder / "plain", text.size()) == text);
  CHECK(read_file(folder / "packed", text.size()) == text);
  CHECK_ERROR(read_file(folder / "plain", text.size() - 1), "larger than the budget of");
  CHECK_ERROR(read_file(folder / "packed", text.size() - 1), "unpacks to more than the budget of");
  write_text(folder / "bomb", gzip(std::string(30'000'000, '0')));
  CHECK_ERROR(read_file(folder / "bomb", 1'000'000), "unpacks to more than the budget of 1000000 bytes");
}

TEST_CASE("read_file: what is no file") {
  TempFolder folder;
  CHECK_ERROR(read_file(folder / "absent"), "absent: no such file");
  CHECK_ERROR(read_file(folder.path()), ": not a file");
}
