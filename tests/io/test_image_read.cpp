#include <doctest/doctest.h>

#include "picture_files.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/io/crc32.hpp"
#include "stac3dl/io/image_read.hpp"
#include "stac3dl/io/image_write.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("read_image: PNG comes back to the bit") {
  TempFolder folder;
  Tensor<std::uint8_t, 3> picture({3, 5, 3});
  for (Index i = 0; i < picture.size(); ++i) picture[i] = static_cast<std::uint8_t>(5 * i);
  write_png(folder / "a.png", picture, Replace::no);
  const auto back = read_image(folder / "a.png");
  CHECK(back.shape() == picture.shape());
  CHECK(std::equal(back.begin(), back.end(), picture.begin()));
  const ImageSize size = parse_image_size(read_text(folder / "a.png"), "a");
  CHECK(size.height == 3);
  CHECK(size.width == 5);
  CHECK(size.channels == 3);
  CHECK_FALSE(size.deep);
}

TEST_CASE("read_image: JPEG, BMP, grey, 16 bits") {
  const auto jpeg = parse_image(jpeg_bytes(8, 16, 200, 40, 40), "a.jpg");
  CHECK(jpeg.shape() == Shape<3>{8, 16, 3});
  CHECK(std::abs(int{jpeg(4, 4, 0)} - 200) <= 3);
  CHECK(std::abs(int{jpeg(4, 4, 1)} - 40) <= 3);
  const auto bmp = parse_image(bmp_bytes(2, 3, 10, 20, 30), "a.bmp");
  CHECK(bmp.shape() == Shape<3>{2, 3, 3});
  CHECK(bmp(1, 2, 0) == 10);
  CHECK(bmp(1, 2, 2) == 30);
  const auto grey = parse_image(png_bytes(2, 2, 8, {std::string("\0\1\2", 3), std::string("\0\3\4", 3)}), "g.png");
  CHECK(grey(1, 0, 0) == 3);
  CHECK(grey(1, 0, 2) == 3);
  const std::string deep = png_bytes(1, 2, 16, {std::string("\0\x12\x34\xFF\xFF", 5)});
  const auto depth = parse_depth(deep, "d.png");
  CHECK(depth.shape() == Shape<2>{1, 2});
  CHECK(depth(0, 0) == 0x1234);
  CHECK(depth(0, 1) == 0xFFFF);
  CHECK(parse_image(deep, "d.png")(0, 0, 0) == 0x12);
  CHECK_ERROR(parse_depth(png_bytes(1, 1, 8, {std::string("\0\1", 2)}), "g.png"),
              "g.png: want a grey picture of 16 bits, got 1 channel of 8 bits");
  CHECK_ERROR(parse_depth(jpeg_bytes(8, 8, 1, 1, 1), "j.jpg"), "got 3 channels of 8 bits");
}

TEST_CASE("read_image: hostile files") {
  TempFolder folder;
  CHECK_ERROR(read_image(folder / "none.png"), "none.png: no such file");
  CHECK_ERROR(parse_image("", "x.png"), "x.png: not a JPEG, PNG or BMP picture");
  CHECK_ERROR(parse_image("GIF89a\1\0\1\0\0\0\0", "x.gif"), "x.gif: not a JPEG, PNG or BMP picture");
  const std::string row("\0\1\2", 3);
  const std::string good = png_bytes(2, 2, 8, {row, row});
  CHECK_ERROR(parse_image(good.substr(0, good.size() / 2), "x.png"), "x.png: ");
  CHECK_ERROR(parse_image(good, "x.png", {.pixels = 3}), "x.png: a picture of 2 x 2 pixels, want at most 3");
  CHECK_ERROR(parse_image(good, "x.png", {.file_budget = 10}), "more than the budget of 10");
  // the header claims 30,000 x 30,000 pixels; nothing is decoded
  CHECK_ERROR(parse_image(png_bytes(30000, 30000, 8, {row}), "x.png"), "want at most 67108864");
  CHECK_ERROR(parse_image(png_bytes(2, 2, 8, {row}), "x.png"), "x.png: the picture is damaged");
  std::string jpeg = jpeg_bytes(8, 16, 200, 40, 40);
  CHECK_ERROR(parse_image(jpeg.substr(0, 300), "x.jpg"), "x.jpg: ");
  // a 1 x 1 picture whose data unpacks to 64 MB: refused when it passes what 1 x 1 may need
  const std::string bomb = png_bytes(1, 1, 8, {std::string(std::size_t{1} << 26, '\0')});
  CHECK(bomb.size() < 100000);
  CHECK_ERROR(parse_image(bomb, "bomb.png"), "bomb.png: the picture is damaged (outofmem)");
}

TEST_CASE("read_image: Huffman tables that are too large, or that are not there") {
  const std::string good = jpeg_bytes(8, 16, 200, 40, 40);
  CHECK(parse_image(good, "x.jpg").size(0) == 8);
  const std::size_t first = good.find("\xff\xc4"), scan = good.find("\xff\xda");
  REQUIRE(first < scan);
  // two bytes of filling in front of a marker, and a remark that happens to hold FF C4, are no damage
  const std::string remark = std::string("\xff\xfe\0\x16\xff\xc4\0\x14\0", 9) + std::string(15, '\x7f');
  CHECK(parse_image(good.substr(0, first) + remark + "\xff\xff" + good.substr(first), "x.jpg").size(1) == 16);
  // 16 counts of 255: 4080 values, where stb_image has room for 256
  const std::string large = std::string("\xff\xc4\x10\x03\0", 5) + std::string(16, '\xff') + std::string(4080, '\1');
  const char* const too_many = "x.jpg: the picture is damaged (a Huffman table of 4080 values at offset";
  CHECK_ERROR(parse_image(good.substr(0, first) + large + good.substr(first), "x.jpg"), too_many);
  CHECK_ERROR(parse_image(good.substr(0, first) + '\xff' + large + good.substr(first), "x.jpg"), too_many);
  CHECK_ERROR(parse_image(good.substr(0, scan + 20) + large + good.substr(scan + 20), "x.jpg"), too_many);
  // where the segments lose their order, and behind a first, good table
  CHECK_ERROR(parse_image(good.substr(0, first) + "junk" + large + good.substr(first), "x.jpg"), too_many);
  CHECK_ERROR(parse_image(good.substr(0, scan) + large + good.substr(scan), "x.jpg"), too_many);
  // a scan whose tables nobody gave: stb_image decoded it with whatever its memory held
  std::string bare = good;
  for (std::size_t at; (at = bare.find("\xff\xc4")) != bare.npos;)
    bare.erase(at, 2 + static_cast<std::size_t>(static_cast<unsigned char>(bare[at + 2])) * 256 +
                       static_cast<unsigned char>(bare[at + 3]));
  CHECK_ERROR(parse_image(bare, "x.jpg"), "x.jpg: the picture is damaged (a scan without a Huffman table)");
}

TEST_CASE("read_image: changed bytes give an error or a picture of the header's size") {
  const std::string row("\0\1\2", 3);
  Random random(9);
  for (const std::string& good :
       {png_bytes(2, 2, 8, {row, row}), jpeg_bytes(16, 16, 200, 40, 40), bmp_bytes(3, 3, 1, 2, 3)})
    for (int i = 0; i < 600; ++i) {
      std::string changed = good;
      for (int k = 0; k < 2; ++k) changed[random.below(good.size())] = static_cast<char>(random.below(256));
      const ImageLimits limits{.pixels = 1 << 16};
      const std::string message = error_of([&] {
        const auto picture = parse_image(changed, "m", limits);
        CHECK(picture.size(0) == parse_image_size(changed, "m", limits).height);
      });
      CHECK((message == "no error" || contains(message, "m: ")));
    }
}
