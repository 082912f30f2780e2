#include <doctest/doctest.h>

#include "stac3dl/io/config_json.hpp"
#include "stac3dl/model/presets.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl_test;

namespace {

/// Every field differs from its default.
ModelConfig all_changed() {
  ModelConfig c;
  c.variant = Variant::am;
  c.modalities = {presets::depth_12x16(32), presets::skeleton(13, 64, 4), presets::signal("pulse \"1\"\n", 2)};
  c.modalities[0].blocks[0].kernel = {1, 2, 3};
  c.modalities[0].blocks[0].stride = {4, 5, 6};
  c.modalities[0].blocks[0].padding = {7, 8, 9};
  c.modalities[0].blocks[0].pool = {10, 11, 12};
  c.classes = 8;
  c.bilinear = Bilinear::outer;
  c.streams = 1;
  c.attention_channels = 5;
  c.share_through = "conv1";
  c.width = 96;
  c.position_embedding = true;
  c.lstm_units = 48;
  c.lstm_layers = 2;
  c.bidirectional = true;
  c.fc6 = 0;
  c.fc7 = 7;
  c.dropout = 0.1;
  c.token_dropout = 1.0 / 3;
  c.padded_pool5 = true;
  c.keypoints = {"depth", 13, {"a", "b", "c"}};
  return c;
}

ModelConfig parse(const std::string& text) { return config_from_json(parse_json(text, "c.json"), "c.json"); }

}  // namespace

TEST_CASE("a configuration survives JSON whole") {
  for (const ModelConfig& c :
       {ModelConfig{}, presets::paper(60), presets::tiny(8), presets::original_c3d(101), all_changed()}) {
    const std::string text = dump_json(config_to_json(c), "config");
    CHECK(parse(text) == c);
    CHECK(dump_json(config_to_json(parse(text)), "config") == text);
  }
  // All fields of all structs really were changed: no key of the default document has the same value.
  const Json changed = config_to_json(all_changed()), plain = config_to_json(ModelConfig{});
  for (const auto& item : plain.items()) {
    INFO(item.key());
    CHECK(changed.at(item.key()) != item.value());
  }
}

TEST_CASE("a configuration file") {
  TempFolder folder;
  save_config(folder / "c.json", all_changed(), Replace::no);
  CHECK(load_config(folder / "c.json") == all_changed());
  CHECK_ERROR(save_config(folder / "c.json", all_changed(), Replace::no), "only replaced when told to");
  CHECK_ERROR(load_config(folder / "none.json"), "none.json: there is no such file");
  write_text(folder / "bad.json", "{\"classes\": 8,}");
  CHECK_ERROR(load_config(folder / "bad.json"), "bad.json: not JSON");
  write_text(folder / "twice.json", "{\"classes\": 8, \"classes\": 9}");
  CHECK_ERROR(load_config(folder / "twice.json"), "key \"classes\" occurs twice");
  write_text(folder / "large.json", std::string(2000000, ' ') + "{}");
  CHECK_ERROR(load_config(folder / "large.json"), "want at most 1048576 bytes");
}

TEST_CASE("what is left out keeps its default") {
  const ModelConfig c = parse(R"({"classes": 5, "modalities": [{"name": "m", "blocks": [{"channels": 4}]}]})");
  ModelConfig want;
  want.classes = 5;
  want.modalities.resize(1);
  want.modalities[0].name = "m";
  want.modalities[0].blocks.resize(1);
  want.modalities[0].blocks[0].channels = 4;
  CHECK(c == want);
}

TEST_CASE("an unknown key is an error with its place and the nearest known one") {
  CHECK_ERROR(parse(R"({"clases": 5})"), "c.json: unknown key \"clases\"; the nearest known one is \"classes\"");
  CHECK_ERROR(parse(R"({"modalities": [{"blocks": [{}, {"kernal": [3,3,3]}]}]})"),
              "c.json: modalities[0].blocks[1]: unknown key \"kernal\"; the nearest known one is \"kernel\"");
  CHECK_ERROR(parse(R"({"keypoints": {"joint": 3}})"),
              "keypoints: unknown key \"joint\"; the nearest known one is \"joints\"");
  CHECK_ERROR(parse("{\"" + std::string(100000, 'x') + "\": 5}"), "unknown key \"xxx");
}

TEST_CASE("a wrong type is an error with its place") {
  CHECK_ERROR(parse("[]"), "c.json: the document: want an object, got an array");
  CHECK_ERROR(parse(R"({"classes": "5"})"), "c.json: classes: want a whole number, got \"5\"");
  CHECK_ERROR(parse(R"({"classes": 5.0})"), "c.json: classes: want a whole number, got 5.0");
  CHECK_ERROR(parse(R"({"classes": true})"), "c.json: classes: want a whole number, got true");
  CHECK_ERROR(parse(R"({"classes": 18446744073709551615})"), "c.json: classes: the number is too large");
  CHECK_ERROR(parse(R"({"classes": null})"), "c.json: classes: want a whole number, got null");
  CHECK_ERROR(parse(R"({"dropout": "0.5"})"), "c.json: dropout: want a number, got \"0.5\"");
  CHECK(parse(R"({"dropout": 0})").dropout == 0);
  CHECK_ERROR(parse(R"({"bidirectional": 1})"), "c.json: bidirectional: want true or false, got 1");
  CHECK_ERROR(parse(R"({"share_through": []})"), "c.json: share_through: want a text, got an array");
  CHECK_ERROR(parse(R"({"modalities": {}})"), "c.json: modalities: want an array, got an object");
  CHECK_ERROR(parse(R"({"modalities": [3]})"), "c.json: modalities[0]: want an object, got 3");
  CHECK_ERROR(parse(R"({"modalities": [{"blocks": [{}, {}, {"kernel": "3"}]}]})"),
              "c.json: modalities[0].blocks[2].kernel: want 3 whole numbers, got \"3\"");
  CHECK_ERROR(parse(R"({"modalities": [{"blocks": [{"kernel": [3, 3]}]}]})"),
              "kernel: want 3 whole numbers, got an array of 2");
  CHECK_ERROR(parse(R"({"modalities": [{"blocks": [{"kernel": [3, 3, 0.5]}]}]})"),
              "kernel[2]: want a whole number, got 0.5");
  CHECK_ERROR(parse(R"({"variant": "stac3dl"})"),
              "c.json: variant: want one of sta_c3dl, lstm_stam, c3d_stam, c3d_lstm, am, c3d, got \"stac3dl\"");
  CHECK_ERROR(parse(R"({"bilinear": 0})"), "c.json: bilinear: want one of gate, outer, got 0");
  CHECK_ERROR(parse(R"({"keypoints": {"taps": ["a", "b"]}})"), "keypoints.taps: want 3 texts, got an array of 2");
}

TEST_CASE("numbers that JSON cannot hold are not written") {
  ModelConfig c;
  c.dropout = std::nan("");
  CHECK_ERROR(config_to_json(c), "dropout: want a finite number");
}

TEST_CASE("numbers that would overflow are refused, and those of all presets are not") {
  CHECK_NOTHROW(parse(dump_json(config_to_json(presets::paper(1000)), "paper")));
  CHECK_ERROR(parse(R"({"fc6": 4611686018427387904})"), "c.json: a size of 4611686018427387904: want at most 1048576");
  CHECK_ERROR(parse(R"({"lstm_layers": 1025})"), "c.json: lstm_layers: want at most 1024, got 1025");
  CHECK_ERROR(
      parse(R"({"modalities": [{"name": "m", "blocks": [{"name": "b", "kernel": [4294967296, 4294967296, 1]}]}]})"),
      "c.json: modality \"m\", block \"b\": its sizes are too large");
  CHECK_ERROR(parse(R"({"modalities": [{"blocks": [{"padding": [1, 1, -4611686018427387904]}]}]})"), "too large");
  CHECK_ERROR(parse(R"({"modalities": [{"blocks": [{"stride": [-4294967296, 1, 1], "pool": [4294967296, 1, 1]}]}]})"),
              "too large");
  CHECK_ERROR(parse(R"({"modalities": [{"height": 4294967296, "blocks": [{}]}]})"), "too large");
}
