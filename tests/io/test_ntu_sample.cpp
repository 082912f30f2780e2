#include <doctest/doctest.h>

#include "ntu_text.hpp"
#include "picture_files.hpp"
#include "stac3dl/io/ntu_sample.hpp"
#include "temp_folder.hpp"
#include "video_files.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

TEST_CASE("load_ntu_sample: skeletons, video and depth of one sample") {
  TempFolder root;
  const std::string name = "S001C002P003R001A004";
  for (const char* folder : {"nturgb+d_skeletons", "nturgb+d_rgb"}) std::filesystem::create_directory(root / folder);
  const auto depth = root / "nturgb+d_depth_masked" / name;
  std::filesystem::create_directories(depth);
  write_text(root / "nturgb+d_skeletons" / (name + ".skeleton"), "1\n" + ntu_frame({ntu_body("7", 1)}));
  write_text(root / "nturgb+d_rgb" / (name + "_rgb.avi"), avi_bytes(4, 6, 30, 2, {0xFF0000, 0}));
  for (int n : {1, 2})
    write_text(depth / ("MDepth-0000000" + std::to_string(n) + ".png"),
               png_bytes(1, 1, 16, {std::string("\0\x03\xE8", 3)}));

  const Recording some = load_ntu_sample(root.path(), name, {.rgb = false});
  CHECK(some.id == name);
  CHECK(some.subject == "P003");
  CHECK(some.group == "S001P003R001A004");
  CHECK(some.label == 3);
  REQUIRE(some.streams.size() == 3);
  CHECK(some.stream("skeleton").size() == 1);
  CHECK(some.stream("skeleton2").absent());
  CHECK(some.stream("depth").frames(1, 0, 0, 0) == 1);
  CHECK(some.stream("depth").times[1] == doctest::Approx(1 / 30.0));
  if (has_video) {
    const Recording all = load_ntu_sample(root.path(), name, {.frames = {.height = 2, .width = 2}});
    CHECK(all.stream("rgb").frames.shape() == Shape<4>{2, 3, 2, 2});
    CHECK(all.stream("rgb").frames(0, 0, 1, 1) == 1);
  }
  CHECK_ERROR(load_ntu_sample(root.path(), name + "_rgb"), "want a name like S001C002P003R002A013, got");
  CHECK_ERROR(load_ntu_sample(root.path(), "S001C002P003R001A005"), "S001C002P003R001A005.skeleton: no such file");
}
