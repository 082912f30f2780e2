#include <doctest/doctest.h>

#include <cstring>
#include <set>

#include "stac3dl/data/generated_exercises.hpp"

using namespace stac3dl;

namespace {
ExerciseOptions everything(ExerciseOptions::Level level = ExerciseOptions::Level::easy) {
  ExerciseOptions o;
  o.level = level;
  o.frames = 16, o.height = 40, o.width = 48, o.fps = 4;
  o.depth = o.skeleton = o.heart_rate = o.respiration = true;
  return o;
}

bool same_bytes(const Sample& a, const Sample& b) {
  if (a.label != b.label || a.inputs.size() != b.inputs.size()) return false;
  for (std::size_t m = 0; m < a.inputs.size(); ++m) {
    const auto &x = a.inputs[m].x, &y = b.inputs[m].x;
    const std::size_t bytes = sizeof(float) * static_cast<std::size_t>(x.size());
    if (x.shape() != y.shape() || std::memcmp(x.data(), y.data(), bytes) != 0) return false;
  }
  return std::equal(a.keypoints.begin(), a.keypoints.end(), b.keypoints.begin(), b.keypoints.end()) &&
         std::equal(a.visible.begin(), a.visible.end(), b.visible.begin(), b.visible.end());
}
}  // namespace

TEST_CASE("inputs come in order, with the shapes and ranges that are promised") {
  for (auto level : {ExerciseOptions::Level::easy, ExerciseOptions::Level::hard}) {
    const GeneratedExercises clips(everything(level), 3, 0, 2, 12);
    for (Index i : {0, 2, 8, 17}) {
      const Sample s = clips.sample(i);
      REQUIRE(s.inputs.size() == 5);
      CHECK(s.inputs[0].x.shape() == Shape<4>{3, 16, 40, 48});
      CHECK(s.inputs[1].x.shape() == Shape<4>{1, 16, 40, 48});
      CHECK(s.inputs[2].x.shape() == Shape<4>{3, 16, 16, 1});
      CHECK(s.inputs[3].x.shape() == Shape<4>{1, 64, 1, 1});
      CHECK(s.inputs[4].x.shape() == Shape<4>{1, 64, 1, 1});
      CHECK(s.keypoints.shape() == Shape<3>{16, 16, 2});
      CHECK(s.visible.shape() == Shape<2>{16, 16});
      CHECK(s.inputs[0].x.array().minCoeff() >= 0);
      CHECK(s.inputs[0].x.array().maxCoeff() <= 1);
      CHECK(s.inputs[0].x.array().maxCoeff() - s.inputs[0].x.array().minCoeff() > 0.3f);
      CHECK(s.inputs[1].x.array().minCoeff() * 4 > 0.8f);
      CHECK(s.inputs[1].x.array().maxCoeff() * 4 <= 12);
      CHECK(s.label == clips.label(i));
      for (const Window& w : s.inputs) check_finite("input", CView<float, 4>(w.x));
    }
  }
}

TEST_CASE("switched off inputs are left out; depth may have its own size") {
  ExerciseOptions o = everything();
  o.rgb = o.skeleton = o.heart_rate = o.keypoints = false;
  o.depth_height = 12, o.depth_width = 16;
  const Sample s = GeneratedExercises(o, 3, 0, 1, 12).sample(4);
  REQUIRE(s.inputs.size() == 2);
  CHECK(s.inputs[0].x.shape() == Shape<4>{1, 16, 12, 16});
  CHECK(s.inputs[1].x.shape() == Shape<4>{1, 64, 1, 1});
  CHECK(s.keypoints.empty());
  // What is drawn does not depend on what else is switched on.
  ExerciseOptions all = everything();
  all.depth_height = 12, all.depth_width = 16;
  const Sample t = GeneratedExercises(all, 3, 0, 1, 12).sample(4);
  CHECK(std::equal(s.inputs[0].x.begin(), s.inputs[0].x.end(), t.inputs[1].x.begin()));
}

TEST_CASE("classes are balanced, subjects are numbered and their ranges disjoint") {
  const ExerciseOptions o = everything();
  for (Index recordings : {12, 24, 5, 7}) {
    const GeneratedExercises clips(o, 1, 30, 12, recordings);
    std::vector<Index> count(static_cast<std::size_t>(GeneratedExercises::classes()));
    for (Index i = 0; i < clips.size(); ++i) ++count[static_cast<std::size_t>(clips.label(i))];
    CHECK(*std::max_element(count.begin(), count.end()) - *std::min_element(count.begin(), count.end()) <= 1);
  }
  const GeneratedExercises train(o, 1, 0, 8, 12), test(o, 1, 8, 4, 12);
  std::set<Index> people;
  for (Index i = 0; i < train.size(); ++i) people.insert(train.subject(i));
  CHECK(people.size() == 8);
  std::set<double> heights;
  for (Index i = 0; i < test.size(); ++i) {
    CHECK(people.count(test.subject(i)) == 0);
    heights.insert(test.open(i).motion().body().height);
  }
  CHECK(heights.size() == 4);
  for (Index i = 0; i < train.size(); i += 5) CHECK(heights.count(train.open(i).motion().body().height) == 0);
  const auto& names = GeneratedExercises::class_names();
  CHECK(names.size() == 12);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 12);
}

TEST_CASE("the same seed gives the same bytes on 1, 2, 3 and 8 threads; another seed or round gives others") {
  const GeneratedExercises clips(everything(ExerciseOptions::Level::hard), 9, 0, 1, 12);
  const std::vector<Index> chosen{0, 1, 2, 3, 8, 9, 11};
  set_num_threads(1);
  const std::vector<Sample> first = clips.samples(chosen);
  for (int threads : {2, 3, 8}) {
    set_num_threads(threads);
    const std::vector<Sample> again = clips.samples(chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i) CHECK(same_bytes(first[i], again[i]));
  }
  set_num_threads(0);
  CHECK(same_bytes(first[2], clips.sample(2)));
  CHECK(same_bytes(first[2], clips.sample(2, 0)));
  CHECK_FALSE(same_bytes(first[2], clips.sample(2, 1)));
  CHECK(clips.sample(2, 1).label == first[2].label);
  CHECK_FALSE(same_bytes(first[2], GeneratedExercises(clips.options(), 10, 0, 1, 12).sample(2)));
}

TEST_CASE("easy: the pictures of a pair are the same frames in opposite order") {
  ExerciseOptions o = everything();
  o.noise = 0;
  for (const auto& [a, b] : exercises::direction_pairs) {
    const Sample s = ExerciseRecording(o, 1, 4, 2, a).sample(), r = ExerciseRecording(o, 1, 4, 2, b).sample();
    for (Index t = 0; t < o.frames; ++t) {
      for (Index c = 0; c < 3; ++c) {
        const auto f = s.inputs[0].x.slice(c).slice(t).flat();
        const auto g = r.inputs[0].x.slice(c).slice(o.frames - 1 - t).flat();
        REQUIRE((f.array() - g.array()).abs().maxCoeff() < 1e-6f);
      }
      const auto k = s.keypoints.slice(t).flat(), l = r.keypoints.slice(o.frames - 1 - t).flat();
      REQUIRE((k.array() - l.array()).abs().maxCoeff() < 1e-6f);
    }
  }
}

TEST_CASE("key points lie in the figure: its pixels, at its depth; the skeleton falls on them") {
  using namespace exercises;
  for (Level level : {Level::easy, Level::hard}) {
    ExerciseOptions o = everything(level);
    o.height = o.width = 96;
    int joints = 0, seen = 0, own = 0, near = 0;
    for (Index label = 0; label < 12; ++label) {
      const ExerciseRecording recording(o, 2, 50 + label, 0, label);
      const Sample s = recording.sample();
      const Backdrop backdrop = recording.scene().backdrop(96, 96);
      const Lens lens(recording.scene().camera(), 96, 96);
      Canvas canvas(96, 96);
      for (Index t = 0; t < o.frames; t += 3) {
        recording.scene().render(recording.frame_time(t), backdrop, canvas);
        for (Index j = 0; j < ExerciseRecording::joints; ++j) {
          ++joints;
          const auto& skeleton = s.inputs[2].x;
          const Point p(skeleton(0, t, j, 0), skeleton(1, t, j, 0), skeleton(2, t, j, 0));
          REQUIRE(s.keypoints(t, j, 0) == doctest::Approx(lens.x(p) / 96).epsilon(1e-4));
          REQUIRE(s.keypoints(t, j, 1) == doctest::Approx(lens.y(p) / 96).epsilon(1e-4));
          if (s.visible(t, j) == 0) continue;
          ++seen;
          const auto x = static_cast<std::size_t>(s.keypoints(t, j, 0) * 96);
          const auto y = static_cast<std::size_t>(s.keypoints(t, j, 1) * 96);
          own += canvas.owner[y * 96 + x] == subject_pixels;
          const double behind = p.z() - static_cast<double>(canvas.depth[y * 96 + x]);
          near += behind > -0.02 && behind < 0.25;
          CHECK(static_cast<float>(s.inputs[1].x(0, t, static_cast<Index>(y), static_cast<Index>(x))) ==
                canvas.depth[y * 96 + x] / 4);
        }
      }
    }
    CHECK(seen > 0.9 * joints);
    CHECK(own > 0.97 * seen);
    CHECK(near > 0.85 * seen);
  }
}

TEST_CASE("the camera keeps within 20 degrees of the front (easy) and 60 (hard), and uses them") {
  using namespace exercises;
  for (const auto& [level, limit] : {std::pair(Level::easy, 20.0), std::pair(Level::hard, 60.0)}) {
    double widest = 0;
    ExerciseOptions o = everything(level);
    for (Index i = 0; i < 60; ++i) {
      const ExerciseRecording r(o, 1, i, 0, 1);
      const Point& at = r.scene().camera().position;
      widest = std::max(widest, std::abs(std::atan2(at.x(), at.z()) - r.motion().heading()) / degree);
    }
    CHECK(widest <= limit + 1e-9);
    CHECK(widest > 0.8 * limit);
  }
}

TEST_CASE("easy rooms are still, hard ones move") {
  for (auto level : {ExerciseOptions::Level::easy, ExerciseOptions::Level::hard}) {
    ExerciseOptions o = everything(level);
    o.noise = 0;
    double corner = 0;
    for (Index i = 0; i < 5; ++i) {
      const Sample s = ExerciseRecording(o, 1, i, 0, 1).sample();
      for (Index x = 0; x < 6; ++x)
        for (Index t = 1; t < o.frames; ++t)
          corner += std::abs(static_cast<double>(s.inputs[0].x(0, t, 1, x) - s.inputs[0].x(0, t - 1, 1, x)));
    }
    if (level == ExerciseOptions::Level::easy) CHECK(corner == 0);
    else CHECK(corner > 1);
  }
}

TEST_CASE("wrong options and indices are named") {
  const auto message = [](auto&& change) -> std::string {
    ExerciseOptions o;
    change(o);
    try {
      GeneratedExercises(o, 1, 0, 1, 1);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  CHECK(message([](ExerciseOptions&) {}) == "");
  CHECK(message([](auto& o) { o.frames = 0; }) == "ExerciseOptions: frames must be at least 1, got 0");
  CHECK(message([](auto& o) { o.width = 4; }) == "ExerciseOptions: height and width must be at least 8, got 64 x 4");
  CHECK(message([](auto& o) { o.depth_height = 12; }).find("depth_height") != std::string::npos);
  CHECK(message([](auto& o) { o.fps = 0; }).find("fps") != std::string::npos);
  CHECK(message([](auto& o) { o.fps = std::nan(""); }).find("fps") != std::string::npos);
  CHECK(message([](auto& o) { o.frames = 2; }).find("0.5 s") != std::string::npos);
  CHECK(message([](auto& o) { o.signal_steps_per_frame = 0; }).find("signal_steps_per_frame") != std::string::npos);
  CHECK(message([](auto& o) { o.noise = 2; }).find("noise") != std::string::npos);
  CHECK(message([](auto& o) { o.rgb = false; }).find("at least one modality") != std::string::npos);
  const ExerciseOptions o;
  CHECK_THROWS_WITH_AS(GeneratedExercises(o, 1, -1, 1, 1),
                       "GeneratedExercises: first_subject must not be negative, got -1", Error);
  CHECK_THROWS_AS(GeneratedExercises(o, 1, 0, 0, 1), Error);
  CHECK_THROWS_AS(GeneratedExercises(o, 1, 0, 1, 0), Error);
  const GeneratedExercises clips(o, 1, 0, 2, 3);
  CHECK_THROWS_WITH_AS(clips.sample(6), "GeneratedExercises: sample 6 of 6", Error);
  CHECK_THROWS_WITH_AS(clips.label(-1), "GeneratedExercises: sample -1 of 6", Error);
  CHECK_THROWS_WITH_AS(ExerciseRecording(o, 1, 0, 0, 12), "ExerciseRecording: label must be in [0, 12), got 12", Error);
  CHECK_THROWS_AS(ExerciseRecording(o, 1, 0, -2, 0), Error);
}
