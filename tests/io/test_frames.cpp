#include <doctest/doctest.h>

#include "picture_files.hpp"
#include "stac3dl/io/frames.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("list_frames: numeric order, other files left alone") {
  TempFolder folder;
  for (const char* name : {"img_2.jpg", "img_10.JPG", "img_1.png", "img_.jpg", "notes.txt", ".img_3.jpg", "img_4.gif"})
    write_text(folder / name, "x");
  std::filesystem::create_directory(folder / "img_5.jpg");
  const FrameList list = list_frames(folder.path());
  CHECK(list.ignored == 5);
  std::vector<std::string> names;
  for (const auto& [number, path] : list.files) names.push_back(path.filename().string());
  CHECK(names == std::vector<std::string>{"img_1.png", "img_2.jpg", "img_10.JPG"});
  write_text(folder / "img_02.jpg", "x");
  CHECK_ERROR(list_frames(folder.path()), "two frames have number 2: img_02.jpg and img_2.jpg");
  std::filesystem::remove(folder / "img_02.jpg");
  write_text(folder / "flow_7.jpg", "x");
  CHECK_ERROR(list_frames(folder.path()), "two series of frames, \"flow_\" and \"img_\"");
  TempFolder empty;
  CHECK_ERROR(list_frames(empty.path()), "no frames; want pictures such as 000001.jpg");
  CHECK_ERROR(list_frames(empty / "none"), "none: no such folder");
}

TEST_CASE("read_frames: a missing number leaves its gap in time") {
  TempFolder folder;
  for (int n : {1, 2, 4, 12})
    write_text(folder / ("00000" + std::to_string(n) + ".bmp"), bmp_bytes(4, 6, 20 * n, 1, 2));
  for (std::size_t ahead : {0, 1, 8}) {
    const Stream stream = read_frames(folder.path(), 2, {}, ahead);
    CHECK(stream.times == std::vector<double>{0, 0.5, 1.5, 5.5});
    CHECK(stream.frames.shape() == Shape<4>{4, 3, 4, 6});
    CHECK(stream.frames(2, 0, 3, 5) == 80 / 255.0f);
    CHECK(stream.frames(3, 2, 3, 5) == 2 / 255.0f);
  }
  CHECK(read_frames(folder.path(), 2, {.height = 2, .width = 2}).grid() == Shape<3>{3, 2, 2});
  CHECK_ERROR(read_frames(folder.path(), 0), "want a rate above 0, got 0");
  write_text(folder / "000003.bmp", bmp_bytes(4, 4, 0, 0, 0));
  CHECK_ERROR(read_frames(folder.path(), 2), "the picture at 1 s is of 4 x 4 pixels, those before of 6 x 4");
  write_text(folder / "000003.bmp", "BM");
  CHECK_ERROR(read_frames(folder.path(), 2), "000003.bmp: not a JPEG, PNG or BMP picture");
}

TEST_CASE("read_depth_frames: metres") {
  TempFolder folder;
  write_text(folder / "MDepth-00000001.png", png_bytes(1, 2, 16, {std::string("\0\x03\xE8\0\0", 5)}));
  write_text(folder / "MDepth-00000002.png", png_bytes(1, 2, 16, {std::string("\0\x07\xD0\0\1", 5)}));
  const Stream stream = read_depth_frames(folder.path(), 30);
  CHECK(stream.name == "depth");
  CHECK(stream.frames.shape() == Shape<4>{2, 1, 1, 2});
  CHECK(stream.frames(0, 0, 0, 0) == 1);
  CHECK(stream.frames(0, 0, 0, 1) == 0);
  CHECK(stream.frames(1, 0, 0, 0) == 2);
  CHECK_ERROR(read_depth_frames(folder.path(), 30, 8), "2 frames of 2 x 1 pixels are more than the budget of 8 bytes");
  write_text(folder / "MDepth-00000003.png", png_bytes(1, 1, 16, {std::string("\0\0\1", 3)}));
  CHECK_ERROR(read_depth_frames(folder.path(), 30), "is of 1 x 1 pixels, those before of 2 x 1");
}
