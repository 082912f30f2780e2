#include <doctest/doctest.h>

#include "ntu_text.hpp"
#include "stac3dl/data/fill_gaps.hpp"
#include "stac3dl/data/windows.hpp"
#include "stac3dl/io/ntu_tracks.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {
std::vector<Stream> streams(const std::string& text, NtuReport& report, const NtuOptions& options = {}) {
  return ntu_streams(parse_ntu_skeleton(text, "s"), options, &report);
}
}  // namespace

TEST_CASE("ntu tracks: frames without a body are masked, other bodies absent") {
  NtuReport report;
  const auto s = streams("3\n" + ntu_frame({ntu_body("7", 1)}) + "0\n" + ntu_frame({ntu_body("7", 2)}), report);
  REQUIRE(s.size() == 2);
  CHECK(s[0].name == "skeleton");
  CHECK(s[0].frames.shape() == Shape<4>{3, 3, 25, 1});
  CHECK(s[0].times == std::vector<double>{0, 1.0 / 30, 2.0 / 30});
  CHECK(s[0].frames(2, 0, 4, 0) == 2);
  CHECK(s[0].frames(2, 1, 4, 0) == 4);
  CHECK(s[0].frames(1, 2, 4, 0) == 0);
  CHECK(std::vector<int>(s[0].valid.begin(), s[0].valid.end()) == std::vector<int>{1, 0, 1});
  CHECK(s[1].name == "skeleton2");
  CHECK(s[1].absent());
  CHECK(s[1].grid() == Shape<3>{3, 25, 1});
  CHECK(report.frames == 3);
  CHECK(report.empty_frames == 1);
  CHECK(report.ids == 1);
}

TEST_CASE("ntu tracks: no body at all") {
  NtuReport report;
  for (const Stream& s : streams("2\n0\n0\n", report)) CHECK(s.absent());
  CHECK(report.empty_frames == 2);
  CHECK(streams("0\n", report)[0].absent());
}

TEST_CASE("ntu tracks: an id that changes is one body if it is near, another if it is far") {
  NtuReport report;
  const auto text = [](double x) {
    return "4\n" + ntu_frame({ntu_body("7", 1)}) + ntu_frame({ntu_body("7", 1.1)}) + "0\n" +
           ntu_frame({ntu_body("8", x)});
  };
  const auto near = streams(text(1.4), report);
  CHECK(report.ids == 2);
  CHECK(report.joined == 1);
  CHECK(near[0].frames(3, 0, 0, 0) == doctest::Approx(1.4));
  CHECK(near[1].absent());
  const auto far = streams(text(2.0), report);
  CHECK(report.joined == 0);
  CHECK_FALSE(far[1].absent());
  streams(text(1.4), report, {.join_gap = 1});
  CHECK(report.joined == 0);
  // at the same time as another it is another
  streams("1\n" + ntu_frame({ntu_body("7", 1), ntu_body("8", 1)}), report);
  CHECK(report.joined == 0);
}

TEST_CASE("ntu tracks: who moves most comes first, a third body is dropped and counted") {
  NtuReport report;
  std::string text = "4\n";
  for (int t = 0; t < 4; ++t)
    text += t == 3 ? ntu_frame({ntu_body("1", 5), ntu_body("2", -1 + 0.1 * t)})
                   : ntu_frame({ntu_body("1", 5), ntu_body("2", -1 + 0.1 * t), ntu_body("3", 9 + t % 2 * 0.02)});
  const auto s = streams(text, report);
  CHECK(s[0].frames(0, 0, 0, 0) == -1);
  CHECK(s[1].frames(0, 0, 0, 0) == 9);
  CHECK(report.ids == 3);
  CHECK(report.dropped == 1);
  CHECK(streams(text, report, {.bodies = 3})[2].frames(0, 0, 0, 0) == 5);
  CHECK_ERROR(streams(text, report, {.bodies = 0}), "NtuOptions.bodies: want 1 to 16, got 0");
}

TEST_CASE("ntu tracks: one id twice in a frame counts once") {
  NtuReport report;
  const auto s = streams("1\n" + ntu_frame({ntu_body("1", 5), ntu_body("1", 6)}), report);
  CHECK(s[0].frames(0, 0, 0, 0) == 5);
  CHECK(s[1].absent());
}

TEST_CASE("ntu tracks: joints that are no numbers are masked one by one and leave no NaN; confidence is a channel") {
  NtuReport report;
  std::string text = "2\n" + ntu_frame({ntu_body("1", 5)}) + ntu_frame({ntu_body("1", 5)});
  text.replace(text.find("5.000000 3 2"), 8, "nan");
  const auto s = streams(text, report, {.confidence = true});
  CHECK(s[0].frames.shape() == Shape<4>{2, 4, 25, 1});
  CHECK(report.unknown_joints == 1);
  CHECK(s[0].valid.empty());
  CHECK(s[0].places.shape() == Shape<2>{2, 25});
  CHECK(std::count(s[0].places.begin(), s[0].places.end(), 0) == 1);
  CHECK(s[0].places(0, 3) == 0);
  CHECK(s[0].frames(0, 0, 3, 0) == 0);
  CHECK(s[0].frames(0, 3, 3, 0) == 0);
  CHECK(s[0].frames(0, 0, 4, 0) == 5);
  CHECK(s[0].frames(0, 3, 4, 0) == 1);
}

TEST_CASE("ntu tracks: a body without a single number is a frame that is masked") {
  NtuReport report;
  std::string text = "2\n" + ntu_frame({ntu_body("1", 5)}) + ntu_frame({ntu_body("1", 5)});
  for (std::size_t j = 0, at = 0; j < 25; ++j) {
    at = text.find("5.000000 ", at);
    text.replace(at, 8, "-1.#IND0");
  }
  const auto s = streams(text, report);
  CHECK(report.unknown_joints == 25);
  CHECK(s[0].places.empty());
  CHECK(s[0].valid[0] == 0);
  CHECK(s[0].valid[1] == 1);
}

TEST_CASE("ntu tracks: a joint that is lost for a moment is bridged, for long it is masked, and no other with it") {
  // joint 3 is lost in frame 2, joint 4 from frame 4 to 11; x is 1/10 of the frame's number
  std::string text = "12\n";
  for (int t = 0; t < 12; ++t) {
    std::string frame = ntu_frame({ntu_body("1", 0.1 * t)});
    const std::string x = std::to_string(0.1 * t);
    const auto lose = [&](int joint) {
      const std::string place = "\n" + x + " " + std::to_string(joint) + " 2 200.5";
      frame.replace(frame.find(place) + 1, x.size(), "nan");
    };
    if (t == 2) lose(3);
    if (t >= 4) lose(4);
    text += frame;
  }
  NtuReport report;
  Stream s = streams(text, report)[0];
  CHECK(report.unknown_joints == 9);
  const Recording whole{"r", "", "", "", 0, {s}};
  CHECK(FillGaps{0.2}.apply(s) == StepCount{1, 0, 0});
  tidy_masks(s);
  CHECK(s.valid.empty());
  CHECK(s.frames(2, 0, 3, 0) == doctest::Approx(0.2));
  CHECK(s.frames(2, 1, 3, 0) == doctest::Approx(3));
  CHECK(s.frames(11, 0, 3, 0) == doctest::Approx(1.1));
  // a window of 12 bins, one a frame: what is bridged counts, what is lost is 0 and masked, for that joint alone
  const Recording recording{"r", "", "", "", 0, {s}};
  WindowOptions options{.length = 0.4, .stride = 0.4, .max_gap = 0.2, .modalities = {{"skeleton", 12}}};
  const auto window = [&](const Recording& of) {
    return make_sample(of, options, {{{0, 0, 0}, {1, 1, 1}}}, -1.0 / 60).inputs[0];
  };
  const Window w = window(recording);
  REQUIRE(w.positions.shape() == Shape<2>{12, 25});
  CHECK(w.positions(2, 3) == 1);
  CHECK(w.x(0, 2, 3, 0) == doctest::Approx(0.2));
  for (Index t : {5, 10}) {
    CHECK(w.positions(t, 4) == 0);
    CHECK(w.x(1, t, 4, 0) == 0);
    CHECK(w.positions(t, 5) == 1);
    CHECK(w.x(0, t, 5, 0) == doctest::Approx(0.1 * static_cast<double>(t)));
  }
  // without the step the window itself bridges it, up to max_gap, and still no other joint is touched
  CHECK(window(whole).x(0, 2, 3, 0) == doctest::Approx(0.2));
  CHECK(window(whole).x(0, 5, 5, 0) == doctest::Approx(0.5));
}
