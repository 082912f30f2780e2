#include "stac3dl/model/plan.hpp"

#include <doctest/doctest.h>

#include "stac3dl/model/presets.hpp"

using namespace stac3dl;

TEST_CASE("plan: parameters and multiplications of the published models, to the last digit") {
  const ModelPlan paper = plan_model(presets::paper(60));
  const ModalityPlan& rgb = paper.modalities[0];
  const Index parameters[] = {5248, 221312, 884992, 1769728, 3539456, 7078400, 7078400, 7078400};
  Index stream = 0, macs = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(rgb.blocks[i].parameters == parameters[i]);
    stream += rgb.blocks[i].parameters, macs += rgb.blocks[i].macs;
  }
  CHECK(stream == 27655936);
  CHECK(macs == 38496632832);
  CHECK(rgb.grid == Axes{2, 7, 7});
  CHECK(paper.parameters == 76540478);
  CHECK(paper.conv_macs == 2 * macs);

  const ModelPlan c3d = plan_model(presets::original_c3d(101));
  CHECK(c3d.parameters == 78409573);
  CHECK(c3d.conv_macs + c3d.head_macs == 38547378176);
  CHECK(c3d.features == 8192);

  ModelConfig both = presets::original_c3d(60);
  both.streams = 2;
  CHECK(plan_model(both).parameters == 105897532);
  both.padded_pool5 = true;
  CHECK(plan_model(both).features == 8192);
}

TEST_CASE("plan: sharing through conv4b saves 48 % of the multiplications") {
  ModelConfig c = presets::paper(60);
  const double apart = static_cast<double>(plan_model(c).conv_macs);
  c.share_through = "conv4b";
  CHECK(1 - static_cast<double>(plan_model(c).conv_macs) / apart == doctest::Approx(0.48).epsilon(0.01));
}

TEST_CASE("plan: the small presets") {
  CHECK(plan_model(presets::small(60)).parameters == 3688638);
  CHECK(plan_model(presets::tiny(60)).parameters == 915198);
}

TEST_CASE("plan: default encoders of sensors arrive at a common L") {
  ModelConfig c;
  c.modalities = {presets::depth_12x16(), presets::pressure_32x16(), presets::signal("thigh", 3)};
  c.classes = 7;
  c.width = c.lstm_units = 32;
  c.fc6 = c.fc7 = 0;
  const ModelPlan plan = plan_model(c);
  CHECK(plan.steps == 4);
  CHECK(plan.positions == 3 * 4 + 4 * 4 + 1);
  CHECK(plan.modalities[0].grid == Axes{4, 3, 4});
  CHECK(plan.modalities[1].grid == Axes{4, 4, 4});
  c.modalities.push_back(presets::skeleton(25));
  CHECK_THROWS_WITH_AS(plan_model(c),
                       "modality \"skeleton\" arrives at 8 steps, \"depth\" at 4: all must have the same L; 64 frames "
                       "are divided by 8, give it 32 frames or strides and pools of 16 in all",
                       Error);
}

TEST_CASE("plan: what cannot be built is refused with field and cure") {
  const auto refused = [](auto&& change, const char* message) {
    ModelConfig c = presets::tiny(5);
    change(c);
    CHECK_THROWS_WITH_AS(plan_model(c), message, Error);
  };
  refused([](ModelConfig& c) { c.classes = 1; }, "classes: want at least 2, got 1");
  refused([](ModelConfig& c) { c.modalities.clear(); }, "modalities is empty; a model needs at least one");
  refused([](ModelConfig& c) { c.dropout = 1; }, "dropout: want at least 0 and less than 1, got 1");
  refused([](ModelConfig& c) { c.streams = 3; }, "streams: want 1 or 2, got 3");
  refused([](ModelConfig& c) { c.share_through = "conv9"; },
          "share_through: no modality has a block named \"conv9\"");
  refused([](ModelConfig& c) { c.share_through = "conv5b"; },
          "modality \"rgb\": share_through \"conv5b\" is the last block, so the streams would be one; name an earlier "
          "block or set streams to 1");
  refused([](ModelConfig& c) { c.modalities[0].blocks[2].kernel = {3, 99, 3}; },
          "modality \"rgb\", block \"conv3a\": kernel 99 does not fit 16 rows with padding 1; use a smaller kernel or "
          "more padding");
  refused([](ModelConfig& c) { c.modalities[0].blocks[7].pool = {1, 8, 1}; },
          "modality \"rgb\", block \"conv5b\": pool 8 leaves nothing of 4 rows; use 1 along an axis that has nothing "
          "left to shrink");
  refused([](ModelConfig& c) { c.modalities[0].blocks[2].pool[0] = 0; },  // once a division by zero
          "modality \"rgb\", block \"conv3a\": stride and pool must be at least 1 along time, got 1 and 0");
  refused([](ModelConfig& c) { c.modalities[0].blocks[0].padding[0] = 0; },
          "modality \"rgb\", block \"conv1a\": turns 16 steps into 14; time must be divided by stride 1 exactly: use "
          "padding 1 and a kernel that is not smaller than the stride");
  refused([](ModelConfig& c) { c.bilinear = Bilinear::outer, c.streams = 1; },
          "bilinear outer needs both streams; set streams to 2 or bilinear to gate");
  refused([](ModelConfig& c) { c.variant = Variant::c3d, c.bilinear = Bilinear::outer; },
          "variant c3d pools over places, which bilinear outer has summed away; set bilinear to gate");
  refused([](ModelConfig& c) { c.keypoints = {"depth", 13}; }, "keypoints.modality: no modality is named \"depth\"");
  refused([](ModelConfig& c) { c.keypoints = {"rgb", 13, {"conv3b", "conv4b", "conv6"}}; },
          "keypoints.taps: modality \"rgb\" has no block \"conv6\"");
  refused([](ModelConfig& c) { c.modalities.push_back(c.modalities[0]); },
          "modality names must be unique, not empty and without a dot, got \"rgb\"");
}
