#include <doctest/doctest.h>

#include "stac3dl/data/exercise_stages.hpp"

using namespace stac3dl;

TEST_CASE("the four stages of a squat: upright, on the way, lowest, on the way, in this order") {
  ExerciseOptions o;
  int found = 0;
  for (Index subject = 0; subject < 20; ++subject)
    for (Index label : {0, 1}) {
      const ExerciseRecording r(o, 1, subject, 0, label);
      const MovementStages s = movement_stages(r);
      CHECK(0 <= s.rest);
      CHECK(s.rest < s.there);
      CHECK(s.there < s.end);
      CHECK(s.end < s.back);
      CHECK(s.back < o.frames);
      const auto height = [&](Index t) { return r.motion().figure(r.frame_time(t)).joint[exercises::pelvis].y(); };
      CHECK(height(s.rest) > height(s.there));
      CHECK(height(s.there) > height(s.end));
      CHECK(height(s.back) > height(s.end));
      found += r.progress(s.rest) < 0.3 && r.progress(s.end) > 0.75;
    }
  CHECK(found >= 34);
}

TEST_CASE("a movement that never comes back has no four stages") {
  ExerciseOptions o;
  CHECK_THROWS_AS(movement_stages(ExerciseRecording(o, 1, 0, 0, 2)), Error);
  o.frames = 3, o.fps = 2;
  CHECK_THROWS_WITH_AS(movement_stages(ExerciseRecording(o, 1, 0, 0, 0)),
                       "movement_stages: want 4 frames or more, got 3", Error);
}
