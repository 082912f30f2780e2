/// Genuine clips, where STAC3DL_CLIPS_DIR names their folder: counts, sizes and times as ffprobe 5.1 states them;
/// pixels beside what the program `ffmpeg` gives, where there is one.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "stac3dl/io/atomic_file.hpp"
#include "stac3dl/io/frames.hpp"
#include "stac3dl/io/video.hpp"

using namespace stac3dl;

#if STAC3DL_FFMPEG && STAC3DL_POSIX_FILES

namespace {

/// `start`: the file's time of the first picture.  AVI knows no times of display; FFmpeg takes those of decoding, which
/// run behind where pictures are reordered, and has none for as many `unknown` last ones.
struct Clip {
  const char* path;
  Index frames, width, height;
  double rate, duration, start;
  Index unknown;
};
constexpr Clip clips[] = {{"clean_and_jerk.mp4", 300, 340, 256, 30000.0 / 1001, 10.01, 0, 0},
                          {"ta_chi.mp4", 300, 340, 256, 30000.0 / 1001, 10.01, 0, 0},
                          {"exercise.avi", 393, 384, 288, 10, 39.3, 0, 0},
                          {"v_biking_01_01.mpg", 151, 320, 240, 30000.0 / 1001, 5.038367, 0.5, 0},
                          {"ntu/S001C001P001R001A001_rgb.avi", 103, 1920, 1080, 30, 3.433333, 2 / 30.0, 2},
                          {"ucf101/v_ApplyEyeMakeup_g01_c01.avi", 164, 320, 240, 25, 6.56, 1 / 25.0, 1},
                          {"ucf101/v_BaseballPitch_g01_c01.avi", 107, 320, 240, 30000.0 / 1001, 3.570233, 0, 0}};

const char* folder() {
  const char* folder = std::getenv("STAC3DL_CLIPS_DIR");
  if (!folder) MESSAGE("skipped: STAC3DL_CLIPS_DIR does not name a folder of video clips");
  return folder;
}

/// What a program writes to its output.
struct Output {
  std::FILE* pipe;
  explicit Output(const std::string& command) : pipe(popen(command.c_str(), "r")) {}
  ~Output() { pclose(pipe); }
  bool read(std::uint8_t* to, Index size) {
    return std::fread(to, 1, static_cast<std::size_t>(size), pipe) == static_cast<std::size_t>(size);
  }
};
std::string in_shell_quotes(const std::string& path) { return "'" + path + "'"; }

}  // namespace

TEST_CASE("clips: counts, sizes and times") {
  if (!folder()) return;
  for (const Clip& clip : clips) {
    INFO(std::string(clip.path));
    VideoReader video(std::filesystem::path(folder()) / clip.path);
    CHECK(video.info().width == clip.width);
    CHECK(video.info().height == clip.height);
    CHECK(video.info().rate == doctest::Approx(clip.rate));
    CHECK(video.info().duration == doctest::Approx(clip.duration).epsilon(1e-6));
    Index frames = 0;
    for (Picture picture; video.next(picture); ++frames) {
      CHECK(std::abs(picture.time - static_cast<double>(frames) / clip.rate) < 1e-4);  // all of them are even
      CHECK(picture.rgb.shape() == Shape<3>{clip.height, clip.width, 3});
    }
    CHECK(frames == clip.frames);
    CHECK(video.start() == doctest::Approx(clip.start).epsilon(1e-5));
    CHECK(video.repaired_times() == clip.unknown);
  }
}

TEST_CASE("clips: pixels beside those of the program ffmpeg") {
  if (!folder()) return;
  if (std::system("ffmpeg -version > /dev/null 2>&1") != 0) {
    MESSAGE("skipped: there is no program ffmpeg");
    return;
  }
  for (const Clip& clip : clips) {
    INFO(std::string(clip.path));
    const auto path = std::filesystem::path(folder()) / clip.path;
    VideoReader video(path);
    Output theirs("ffmpeg -v quiet -i " + in_shell_quotes(path.string()) +
                  " -vsync passthrough -threads 1 -frames:v 60 -f rawvideo -pix_fmt rgb24 -");
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(clip.width * clip.height * 3));
    Picture picture;
    Index frames = 0;
    double worst = 0;
    while (frames < 60 && theirs.read(pixels.data(), clip.width * clip.height * 3)) {
      REQUIRE(video.next(picture));
      double difference = 0;
      for (std::size_t i = 0; i < pixels.size(); ++i)
        difference += std::abs(int{pixels[i]} - int{picture.rgb[static_cast<Index>(i)]});
      worst = std::max(worst, difference / static_cast<double>(pixels.size()));
      ++frames;
    }
    CHECK(frames == 60);
    CHECK(worst < 2);
    MESSAGE(std::string(clip.path), ": mean difference of the worst picture ", worst);
  }
}

TEST_CASE("clips: a folder of JPEG frames beside ffmpeg") {
  if (!folder()) return;
  const auto frames = std::filesystem::path(folder()) / "ucf101" / "v_ApplyEyeMakeup_g01_c01_jpg";
  FolderReader reader(frames, 25);
  CHECK(reader.size() == 165);
  CHECK(reader.list().ignored == 0);
  const Stream stream = read_frames(frames, 25, {.height = 60, .width = 80});
  CHECK(stream.frames.shape() == Shape<4>{165, 3, 60, 80});
  CHECK(stream.times.back() == doctest::Approx(164 / 25.0));
  if (std::system("ffmpeg -version > /dev/null 2>&1") != 0) return;
  Output theirs("ffmpeg -v quiet -i " + in_shell_quotes((frames / "%06d.jpg").string()) +
                " -f rawvideo -pix_fmt rgb24 -");
  Picture picture;
  double worst = 0;
  Index count = 0;
  for (std::vector<std::uint8_t> pixels(320 * 240 * 3); reader.next(picture); ++count) {
    REQUIRE(theirs.read(pixels.data(), picture.rgb.size()));
    double difference = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i)
      difference += std::abs(int{pixels[i]} - int{picture.rgb[static_cast<Index>(i)]});
    worst = std::max(worst, difference / static_cast<double>(pixels.size()));
  }
  CHECK(count == 165);
  CHECK(worst < 2);
  MESSAGE("JPEG folder: mean difference of the worst picture ", worst);
}

#endif
