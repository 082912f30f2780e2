#include <doctest/doctest.h>

#include "stac3dl/io/preparation_json.hpp"

using namespace stac3dl;

namespace {
Recording recording() {
  Recording r;
  r.id = "r";
  for (const char* name : {"depth", "mat"}) {
    Stream s{name, {}, Tensor<float, 4>({8, 1, 1, 2}), {}};
    for (Index t = 0; t < 8; ++t)
      s.times.push_back(0.5 * static_cast<double>(t)), s.frames(t, 0, 0, 0) = static_cast<float>(t * t),
                                                       s.frames(t, 0, 0, 1) = 4;
    r.streams.push_back(std::move(s));
  }
  return r;
}
std::vector<InputPreparation> inputs() {
  return {{"depth", {{0.1f}, {2.0f}}, 4, {FillNoReturn{}}, 2, 4, 3},
          {"mat", {{1.5f}, {3.0f}}, 1, {CheckRange{-1, 5000}, SquareRoot{}}, 2, 2, 3}};
}
}  // namespace

TEST_CASE("preparation_json: what is written is read back") {
  const auto back = preparation_from_json(preparation_to_json(inputs()));
  REQUIRE(back.size() == 2);
  CHECK(back[0].name == "depth");
  CHECK(back[0].statistics.mean == std::vector<float>{0.1f});
  CHECK(back[1].statistics.scale == std::vector<float>{3.0f});
  CHECK(back[0].motion_gain == 4);
  REQUIRE(back[1].steps.size() == 2);
  CHECK(std::get<CheckRange>(back[1].steps[0]).high == 5000);
  CHECK(std::holds_alternative<SquareRoot>(back[1].steps[1]));
  CHECK(back[0].seconds == 2);
  CHECK(back[0].frames == 4);
  CHECK(back[0].max_gap == 3);
}

TEST_CASE("preparation_json: inputs that are made whole say nothing of windows") {
  const std::string text = preparation_to_json({{"rgb", {{0.5f}, {0.25f}}, 4}});
  CHECK(text == R"({"inputs":[{"name":"rgb","mean":[0.5],"scale":[0.25],"motion_gain":4.0}]})");
  CHECK(preparation_from_json(text)[0].frames == 0);
  CHECK_THROWS_WITH(window_options(preparation_from_json(text)), doctest::Contains("length"));
}

TEST_CASE("preparation_json: a new recording becomes the same input as in training") {
  Recording trained = recording(), fresh = recording();
  fill_no_return(trained.streams[0]);
  take_square_root(trained.streams[1]);
  WindowOptions options{2, 1, 3, {{"depth", 4, 4, {}}, {"mat", 2, 1, {}}}};
  const std::vector<ModalityStatistics> statistics{{{0.1f}, {2.0f}}, {{1.5f}, {3.0f}}};
  const Pipeline pipeline{{{"depth", {FillNoReturn{}}}, {"mat", {SquareRoot{}}}}};
  const auto preparation = window_preparation(options, statistics, pipeline);

  const auto loaded = preparation_from_json(preparation_to_json(preparation));
  prepare_recording(loaded, fresh);
  const Sample a = make_sample(trained, options, statistics, 0.5);
  const Sample b = make_sample(fresh, window_options(loaded), window_statistics(loaded), 0.5);
  for (std::size_t m = 0; m < 2; ++m)
    CHECK(std::equal(a.inputs[m].x.begin(), a.inputs[m].x.end(), b.inputs[m].x.begin(), b.inputs[m].x.end()));
}

TEST_CASE("preparation_json: bad text is refused with the place") {
  CHECK_THROWS_WITH(preparation_from_json("{}"), doctest::Contains("inputs"));
  CHECK_THROWS_WITH(preparation_from_json(R"({"inputs": [{"name": 3}]})"), doctest::Contains("preparation"));
  Recording r = recording();
  const auto with = [](const std::string& more) {
    return R"({"inputs": [{"name": "mat", "mean": [0], "scale": [1], "motion_gain": 1, )" + more + "}]}";
  };
  CHECK_THROWS_WITH(preparation_from_json(with(R"("cleaned": ["log"])")),
                    doctest::Contains("input \"mat\": cleaned by \"log\""));
  CHECK_THROWS_WITH(preparation_from_json(with(R"("steps": [{"step": "hampell", "version": 1}])")),
                    doctest::Contains("input \"mat\": steps[0]: unknown step \"hampell\""));
  CHECK_THROWS_WITH(window_preparation(WindowOptions{2, 1, 3, {{"mat", 2}}}, {{{0}, {1}}}, {{{"thigh", {}}}}),
                    doctest::Contains("the pipeline names stream thigh, which is no modality"));
  auto lost = inputs();
  lost[0].name = "camera";
  CHECK_THROWS_WITH(prepare_recording(lost, r), doctest::Contains("no stream \"camera\""));
  auto uneven = inputs();
  uneven[1].seconds = 3;
  CHECK_THROWS_WITH(window_options(uneven), doctest::Contains("all must be the same"));
}

TEST_CASE("preparation_json: files from before there were steps are read") {
  const auto old = preparation_from_json(
      R"({"inputs": [{"name": "mat", "mean": [0], "scale": [1], "motion_gain": 1,
                      "cleaned": ["fill_no_return", "square_root"], "seconds": 2, "frames": 2, "max_gap": 3}]})");
  REQUIRE(old[0].steps.size() == 2);
  CHECK(std::holds_alternative<FillNoReturn>(old[0].steps[0]));
  CHECK(std::holds_alternative<SquareRoot>(old[0].steps[1]));
}

TEST_CASE("preparation_json: the part of larger frames that the model sees") {
  const WindowOptions options{2, 1, 3, {{"rgb", 4, 1, {}, 112, 100}}};
  const std::string text = preparation_to_json(window_preparation(options, {{{0}, {1}}}));
  CHECK(text.find(R"("crop":[112,100])") != text.npos);
  const WindowOptions back = window_options(preparation_from_json(text));
  CHECK(back.modalities[0].height == 112);
  CHECK(back.modalities[0].width == 100);
  std::string odd = text;
  odd.replace(odd.find("[112,100]"), 9, "[1]");
  CHECK_THROWS_WITH(preparation_from_json(odd), doctest::Contains("input \"rgb\": crop: want 2 whole numbers"));
}
