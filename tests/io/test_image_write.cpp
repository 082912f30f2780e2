#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "stac3dl/io/image_write.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("a picture becomes a PNG of its size; an existing file stays unless told otherwise") {
  const TempFolder folder;
  Tensor<std::uint8_t, 3> picture({5, 7, 3}, 100);
  write_png(folder / "a.png", picture, Replace::no);
  std::ifstream in(folder / "a.png", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  REQUIRE(bytes.size() > 33);
  CHECK(bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(bytes.substr(12, 4) == "IHDR");
  CHECK(bytes[19] == 7);  // width and height, big-endian
  CHECK(bytes[23] == 5);
  CHECK(bytes[25] == 2);  // RGB
  CHECK_THROWS_AS(write_png(folder / "a.png", picture, Replace::no), Error);
  write_png(folder / "a.png", picture, Replace::yes);
  CHECK_THROWS_AS(write_png(folder / "none" / "a.png", picture, Replace::yes), Error);
  CHECK_THROWS_AS(write_png(folder / "b.png", Tensor<std::uint8_t, 3>({5, 7, 4}), Replace::no), Error);
  CHECK_THROWS_AS(write_png(folder / "b.png", Tensor<std::uint8_t, 3>(), Replace::no), Error);
}
