#include <doctest/doctest.h>

#include "stac3dl/io/picture.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
/// Pictures of one size; the first pixel is (10 k, 1, 2), others 0.
struct Source {
  std::vector<double> times;
  Index height = 4, width = 6;
  std::size_t k = 0;
  bool next(Picture& picture) {
    if (k == times.size()) return false;
    picture.time = times[k];
    picture.rgb = Tensor<std::uint8_t, 3>({height, width, 3});
    picture.rgb[0] = static_cast<std::uint8_t>(10 * k), picture.rgb[1] = 1, picture.rgb[2] = 2;
    ++k;
    return true;
  }
};
}  // namespace

TEST_CASE("collect_frames: channels first, values in [0, 1]") {
  const Stream stream = collect_frames(Source{{0, 0.5, 2}}, {}, "s");
  CHECK(stream.name == "rgb");
  CHECK(stream.frames.shape() == Shape<4>{3, 3, 4, 6});
  CHECK(stream.times == std::vector<double>{0, 0.5, 2});
  CHECK(stream.frames(2, 0, 0, 0) == 20 / 255.0f);
  CHECK(stream.frames(2, 1, 0, 0) == 1 / 255.0f);
  CHECK(stream.frames(2, 2, 0, 0) == 2 / 255.0f);
  CHECK(stream.frames(2, 0, 0, 1) == 0);
}

TEST_CASE("collect_frames: a stretch of time, a size, a name; an empty source") {
  const Stream stream =
      collect_frames(Source{{0, 1, 2, 3}}, {.height = 2, .width = 3, .begin = 1, .end = 3, .name = "camera"}, "s");
  CHECK(stream.name == "camera");
  CHECK(stream.times == std::vector<double>{1, 2});
  CHECK(stream.frames.shape() == Shape<4>{2, 3, 2, 3});
  CHECK(stream.frames(1, 0, 0, 0) == 5 / 255.0f);  // a quarter of 20
  CHECK(collect_frames(Source{}, {.height = 2, .width = 3}, "s").grid() == Shape<3>{3, 2, 3});
  CHECK(collect_frames(Source{}, {}, "s").absent());
}

TEST_CASE("collect_frames: refuses what does not fit") {
  CHECK_ERROR(collect_frames(Source{{0, 1, 1}}, {}, "s.avi"), "s.avi: a picture at 1 s behind one at 1 s");
  CHECK_ERROR(collect_frames(Source{{0, 1, 2}}, {.budget = 600}, "s.avi"),
              "s.avi: 3 pictures of 6 x 4 pixels are more than the budget of 600 bytes");
  CHECK_ERROR(collect_frames(Source{{0}}, {.height = 4}, "s"), "want height and width, or neither");
  struct Growing : Source {
    bool next(Picture& picture) { return ++height, Source::next(picture); }
  };
  Growing growing;
  growing.times = {0, 1};
  CHECK_ERROR(collect_frames(growing, {}, "s"),
              "the picture at 1 s is of 6 x 6 pixels, those before of 6 x 5; ask for a size");
  growing.k = 0;
  CHECK(collect_frames(growing, {.height = 4, .width = 4}, "s").size() == 2);
}

TEST_CASE("fit_picture: means over what a pixel covers") {
  Tensor<std::uint8_t, 3> x({2, 4, 3});
  for (Index i = 0; i < 8; ++i) x[3 * i] = static_cast<std::uint8_t>(10 * i), x[3 * i + 1] = 255;
  const auto half = fit_picture(x, 1, 2);
  CHECK(half(0, 0, 0) == 25);  // 0 10 40 50
  CHECK(half(0, 1, 0) == 45);
  CHECK(half(0, 1, 1) == 255);
  CHECK(half(0, 1, 2) == 0);
  const auto third = fit_picture(x, 1, 3);  // 4 columns to 3: 1, 1/3 | 2/3, 2/3 | 1/3, 1
  CHECK(third(0, 0, 0) == 23);              // 20 + (10 * 1/3) / (4/3) = 22.5
  CHECK(third(0, 1, 0) == 35);
  const auto twice = fit_picture(x, 4, 8);
  for (Index i = 0; i < 4; ++i)
    for (Index j = 0; j < 8; ++j) CHECK(twice(i, j, 0) == x(i / 2, j / 2, 0));
  CHECK(fit_picture(x, 2, 4)(1, 3, 0) == 70);
  for (Index h : {1, 3, 7, 100})
    for (Index w : {1, 2, 5, 99}) {
      const auto even = fit_picture(Tensor<std::uint8_t, 3>({13, 17, 3}, 255), h, w);
      CHECK(*std::min_element(even.begin(), even.end()) == 255);
    }
  CHECK_ERROR(fit_picture(x, 0, 3), "fit_picture: want a picture (H, W, 3) and a size");
}
