#include <doctest/doctest.h>

#include "picture_files.hpp"
#include "stac3dl/core/random.hpp"
#include "stac3dl/io/video.hpp"
#include "temp_folder.hpp"
#include "video_files.hpp"

#if STAC3DL_FFMPEG
extern "C" {
#include <libavutil/log.h>
}
#endif

using namespace stac3dl;
using namespace stac3dl_test;

#if STAC3DL_FFMPEG

namespace {
[[maybe_unused]] const bool quiet = (av_log_set_level(AV_LOG_QUIET), true);

std::vector<Picture> all(const std::string& bytes, const VideoOptions& options = {}) {
  VideoReader video = VideoReader::from_bytes(bytes, "x.avi", options);
  std::vector<Picture> pictures;
  for (Picture picture; video.next(picture);) pictures.push_back(picture);
  Picture after;
  CHECK_FALSE(video.next(after));
  return pictures;
}
}  // namespace

TEST_CASE("video: pictures, times and what the file says") {
  VideoReader video = VideoReader::from_bytes(avi_bytes(4, 6, 10, 3, {0xFF0000, 0x00FF00, 0x102030}), "a.avi");
  CHECK(video.info().height == 4);
  CHECK(video.info().width == 6);
  CHECK(video.info().rate == 10);
  CHECK(video.info().declared_frames == 3);
  CHECK(video.info().duration == doctest::Approx(0.3));
  CHECK(video.info().format == "avi");
  Picture picture;
  for (int k = 0; k < 3; ++k) {
    REQUIRE(video.next(picture));
    CHECK(picture.time == doctest::Approx(0.1 * k));
    CHECK(picture.rgb.shape() == Shape<3>{4, 6, 3});
    CHECK(picture.rgb(3, 5, 0) == (k == 0 ? 255 : k == 1 ? 0 : 0x10));
    CHECK(picture.rgb(0, 0, 1) == (k == 1 ? 255 : k == 0 ? 0 : 0x20));
  }
  CHECK_FALSE(video.next(picture));
  CHECK(video.repaired_times() == 0);
}

TEST_CASE("video: studio range grey, odd sizes") {
  for (int height : {1, 2, 7, 16, 33})
    for (int width : {2, 3, 17, 64, 101}) {
      const auto pictures = all(y4m_bytes(height, width, "30000:1001", {16, 126, 235}));
      REQUIRE(pictures.size() == 3);
      CHECK(pictures[2].time == doctest::Approx(2 * 1001 / 30000.0));
      const int want[] = {0, 128, 255};
      for (std::size_t k = 0; k < 3; ++k) {
        CHECK(pictures[k].rgb.shape() == Shape<3>{height, width, 3});
        for (std::uint8_t value : pictures[k].rgb) CHECK(std::abs(value - want[k]) <= 1);
      }
    }
}

TEST_CASE("read_video: a stream, the same however many pictures are decoded ahead") {
  TempFolder folder;
  std::vector<int> levels;
  for (int k = 0; k < 40; ++k) levels.push_back(16 + 5 * k);
  write_text(folder / "a.y4m", y4m_bytes(32, 48, "25:1", levels));
  const Stream plain = read_video(folder / "a.y4m", {.height = 8, .width = 8}, 0);
  CHECK(plain.frames.shape() == Shape<4>{40, 3, 8, 8});
  check_stream(plain);
  for (std::size_t ahead : {1, 3, 64}) {
    const Stream stream = read_video(folder / "a.y4m", {.height = 8, .width = 8}, ahead);
    CHECK(stream.times == plain.times);
    CHECK((stream.frames.array() == plain.frames.array()).all());
  }
  const Stream part = read_video(folder / "a.y4m", {.begin = 0.5, .end = 1});
  CHECK(part.size() == 12);
  CHECK(part.times.front() == doctest::Approx(0.52));
  CHECK_ERROR(read_video(folder / "a.y4m", {.budget = 100000}), "are more than the budget of 100000 bytes");
}

TEST_CASE("video: hostile files") {
  TempFolder folder;
  CHECK_ERROR(VideoReader(folder / "none.avi"), "none.avi: no such file");
  CHECK_ERROR(VideoReader(folder.path()), ": no such file");
  CHECK_ERROR(all(""), "x.avi: not a video that FFmpeg reads");
  CHECK_ERROR(all("hello"), "x.avi: not a video that FFmpeg reads");
  const std::string avi = avi_bytes(4, 6, 10, 30, std::vector<unsigned>(30, 0x123456));
  CHECK(all(avi).size() == 30);
  CHECK_ERROR(all(avi, {.max_pixels = 23}), "pictures of 6 x 4 pixels, want at most 23");
  CHECK_ERROR(all(avi.substr(0, avi.size() / 2)), "x.avi: ");
  const auto half = all(avi.substr(0, avi.size() / 2), {.allow_damage = true});
  CHECK(half.size() >= 10);
  CHECK(half.size() <= 16);
  CHECK_ERROR(all(avi_bytes(4, 6, 10, 30, std::vector<unsigned>(20, 1))),
              "declares 30 pictures, but only 20 are there: the file is cut off");
  CHECK(all(avi_bytes(4, 6, 10, 30, std::vector<unsigned>(20, 1)), {.allow_damage = true}).size() == 20);
  CHECK(all(avi_bytes(4, 6, 10, 30, std::vector<unsigned>(28, 1))).size() == 28);  // writers miscount
  // a size whose product wraps around in 32 bits
  CHECK_ERROR(all("YUV4MPEG2 W65536 H65536 F25:1 C420jpeg\nFRAME\n"), "x.avi: ");
}

TEST_CASE("video: a short file cannot make FFmpeg take gigabytes") {
  const auto box = [](const std::string& kind, const std::string& content) {
    return big_endian(content.size() + 8) + kind + content;
  };
  // an MP4 of 100 bytes whose list of key frames is said to have 470 million entries: 1.9 GB
  std::string movie = box("stss", std::string(4, '\0') + big_endian(470000000) + std::string(8, '\0'));
  for (const char* kind : {"stbl", "minf", "mdia", "trak", "moov"}) movie = box(kind, movie);
  CHECK_ERROR(all(box("ftyp", "isom" + std::string(4, '\0') + "isom") + movie), "(Cannot allocate memory)");
}

TEST_CASE("video: a file can make FFmpeg open no other file") {
  TempFolder folder;
  write_text(folder / "secret.y4m", y4m_bytes(4, 4, "25:1", {16, 235}));
  const std::string secret = (folder / "secret.y4m").generic_string();
  CHECK_ERROR(all("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" + secret + "\n#EXT-X-ENDLIST\n"), "x.avi: ");
  CHECK_ERROR(all("ffconcat version 1.0\nfile '" + secret + "'\n"), "x.avi: ");
}

TEST_CASE("video: changed bytes give an error or pictures of one size") {
  Random random(3);
  const std::string good = avi_bytes(4, 6, 10, 4, {1, 2, 3, 4});
  for (int i = 0; i < 200; ++i) {
    std::string changed = good;
    for (int k = 0; k < 3; ++k) changed[random.below(300)] = static_cast<char>(random.below(256));
    const std::string message = error_of([&] {
      VideoReader video = VideoReader::from_bytes(changed, "m.avi", {.max_pixels = 10000});
      int shown = 0;
      for (Picture picture; shown < 100 && video.next(picture); ++shown) CHECK(picture.rgb.size() <= 30000);
    });
    CHECK((message == "no error" || contains(message, "m.avi: ")));
  }
}

TEST_CASE("video: pictures are turned clockwise") {
  Tensor<std::uint8_t, 3> x({2, 3, 3});
  for (Index i = 0; i < 6; ++i) x[3 * i] = static_cast<std::uint8_t>(i);  // 0 1 2 / 3 4 5
  const auto reds = [](const Tensor<std::uint8_t, 3>& y) {
    std::vector<int> values;
    for (Index i = 0; i < y.size(); i += 3) values.push_back(y[i]);
    return values;
  };
  CHECK(detail::turn_picture(x, 1).shape() == Shape<3>{3, 2, 3});
  CHECK(reds(detail::turn_picture(x, 1)) == std::vector<int>{3, 0, 4, 1, 5, 2});
  CHECK(reds(detail::turn_picture(x, 2)) == std::vector<int>{5, 4, 3, 2, 1, 0});
  CHECK(reds(detail::turn_picture(x, 3)) == std::vector<int>{2, 5, 1, 4, 0, 3});
}

#else

TEST_CASE("video: without FFmpeg an error says how to get it") {
  CHECK_FALSE(has_video);
  CHECK_ERROR(read_video("a.avi"), "a.avi: videos need FFmpeg's libraries");
  CHECK_ERROR(read_video("a.avi"), "libavformat-dev libavcodec-dev libswscale-dev libavutil-dev");
  CHECK_ERROR(VideoReader::from_bytes("x", "b.avi"), "link stac3dl::video");
}

#endif
