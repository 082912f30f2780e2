#include <doctest/doctest.h>

#include "../model/model_cases.hpp"
#include "stac3dl/io/model_file.hpp"
#include "stac3dl/model/prepared.hpp"
#include "temp_folder.hpp"

using namespace stac3dl;
using namespace stac3dl::testing;
using namespace stac3dl_test;

namespace {

const ModelInfo four{{"squat", "lunge", "sit \"down\"", "aufwärts"}, R"({"mean":[0.1,0.2],"text":"x"})"};

/// A model whose running statistics and biases are no longer at their start.
template <class Real>
StaC3d<Real> worn(const ModelConfig& config, std::uint64_t seed = 3) {
  StaC3d<Real> model(config, seed);
  std::uint64_t stream = 0;
  model.visit_params([&](const std::string&, auto& p) {
    const Random random({seed, ++stream});
    for (Index i = 0; i < p.size(); ++i)
      p.value[i] += static_cast<Real>(0.1 * random.normal_at(static_cast<std::uint64_t>(i)));
  });
  model.visit_buffers([&](const std::string&, auto& buffer) {
    const Random random({seed, ++stream});
    for (Index i = 0; i < buffer.size(); ++i)
      buffer[i] = static_cast<Real>(0.5 + random.uniform_at(static_cast<std::uint64_t>(i)));
  });
  return model;
}

template <class Real>
Tensor<Real, 2> probabilities(const StaC3d<Real>& model) {
  auto ready = prepare(model);
  return ready(random_batch<Real>(model.config(), 3, true, 9)).probabilities;
}
template <class Real>
bool same_bits(const Tensor<Real, 2>& a, const Tensor<Real, 2>& b) {
  return a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(Real)) == 0;
}

/// The smallest model with batch norm: its file can be damaged byte by byte.
ModelConfig small() {
  ModelConfig c;
  c.modalities = {{"m", 1, 4, 2, 1, {{"a", 2, {3, 1, 1}, {2, 1, 1}, {1, 0, 0}, true, {1, 1, 1}}}}};
  c.classes = 2;
  c.width = 2, c.lstm_units = 2;
  c.fc6 = c.fc7 = 0;
  return c;
}

/// A model file's tensors and metadata written again after `change`, with a right checksum.
template <class Change>
void rewrite(const std::filesystem::path& from, const std::filesystem::path& to, Change&& change) {
  SafetensorsFile file(from);
  std::map<std::string, Tensor<float, 1>> values;
  std::vector<SafetensorsSource> sources;
  for (const std::string& name : file.names()) {
    const auto& entry = file.entry(name);
    Index count = 1;
    for (const Index size : entry.shape) count *= size;
    values[name] = Tensor<float, 1>(Shape<1>{count});
  }
  // Every tensor of these models has one to five axes: read it with its own shape.
  for (auto& item : values) {
    const std::string& name = item.first;
    Tensor<float, 1>& value = item.second;
    const auto& shape = file.shape(name);
    const auto read = [&]<int R>(std::integral_constant<int, R>) {
      Shape<R> want;
      std::copy(shape.begin(), shape.end(), want.begin());
      file.read(name, value.view().reshape(want));
      sources.emplace_back(name, value.view().reshape(want));
    };
    switch (shape.size()) {
      case 1:
        read(std::integral_constant<int, 1>{});
        break;
      case 2:
        read(std::integral_constant<int, 2>{});
        break;
      default:
        read(std::integral_constant<int, 5>{});
        break;
    }
  }
  std::map<std::string, std::string> metadata(file.metadata().begin(), file.metadata().end());
  change(sources, metadata);
  sort_by_name(sources);
  Crc32 crc;
  for_each_data_block(sources, [&](const unsigned char* bytes, std::size_t size) { crc.update(bytes, size); });
  metadata["crc32"] = detail::checksum_text(crc, metadata);
  write_safetensors(to, sources, metadata, Replace::yes);
}

}  // namespace

TEST_CASE_TEMPLATE("what is loaded gives the same probabilities to the bit", Real, float, double) {
  for (const auto& item : model_cases()) {
    INFO(item.first);
    const ModelConfig& config = item.second;
    TempFolder folder;
    const StaC3d<Real> model = worn<Real>(config);
    save_model(folder / "m.safetensors", model, four, Replace::no);
    const auto loaded = load_model<Real>(folder / "m.safetensors");
    CHECK(loaded.model.config() == config);
    CHECK(loaded.info.classes == four.classes);
    CHECK(loaded.info.preparation == four.preparation);
    CHECK(same_bits(probabilities(model), probabilities(loaded.model)));
    save_model(folder / "again.safetensors", loaded.model, loaded.info, Replace::no);
    CHECK(read_text(folder / "m.safetensors") == read_text(folder / "again.safetensors"));
    CHECK(folder.entries() == 2);
  }
}

TEST_CASE("a file of one precision is loaded in the other") {
  TempFolder folder;
  const StaC3d<double> model = worn<double>(fused_model(Variant::sta_c3dl));
  save_model(folder / "m", model, four, Replace::no);
  const auto loaded = load_model<float>(folder / "m");
  const auto want = probabilities(model);
  const auto got = probabilities(loaded.model);
  for (Index i = 0; i < want.size(); ++i) CHECK(static_cast<double>(got[i]) == doctest::Approx(want[i]).epsilon(1e-4));
}

TEST_CASE("what cannot be a model file is refused before anything is written") {
  TempFolder folder;
  StaC3d<float> model(small(), 1);
  CHECK_ERROR(save_model(folder / "m", model, {{"one"}, "{}"}, Replace::no), "the model has 2 outputs, got 1 names");
  CHECK_ERROR(save_model(folder / "m", model, {{"a", "a"}, "{}"}, Replace::no), "a name occurs twice");
  CHECK_ERROR(save_model(folder / "m", model, {{}, "[]"}, Replace::no), "preparation: want a JSON object");
  CHECK_ERROR(save_model(folder / "m", model, {{}, "{"}, Replace::no), "preparation: not JSON");
  CHECK_ERROR(save_model(folder / "m", model, {{"a", "\xff"}, "{}"}, Replace::no), "UTF-8");
  CHECK(folder.entries() == 0);
  save_model(folder / "m", model, {}, Replace::no);
  CHECK_ERROR(save_model(folder / "m", model, {}, Replace::no), "m: the file exists; it is only replaced when told to");
  CHECK_NOTHROW(save_model(folder / "m", model, {}, Replace::yes));
  model.visit_params([](const std::string& name, auto& p) {
    if (name.find("lstm") == 0) p.value[1] = std::nanf("");
  });
  CHECK_ERROR(save_model(folder / "n", model, {}, Replace::no), "lstm.");
  CHECK_ERROR(save_model(folder / "n", model, {}, Replace::no), "want finite numbers");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a byte changed anywhere, or a file cut anywhere, is refused") {
  TempFolder folder;
  save_model(folder / "m", worn<float>(small()), {{"a", "b"}, "{\"mean\":[1,2]}"}, Replace::no);
  const std::string good = read_text(folder / "m");
  LoadOptions options;
  options.run_test_vector = false;  // the checks before it must suffice
  const auto load = [&](const std::string& bytes) {
    return error_of([&] { (void)load_model<float>(SafetensorsFile::from_bytes(bytes, "bad"), options); });
  };
  CHECK(load(good) == "no error");
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int change : {0x01, 0x20, 0x80, 0xff, good[at] ^ ' ', good[at] ^ '0'}) {
      if ((change & 0xff) == 0) continue;
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ change);
      INFO("byte " << at << " of " << good.size() << " changed by " << change);
      CHECK(load(bad).rfind("bad: ", 0) == 0);
    }
    CHECK(load(good.substr(0, at)).rfind("bad: ", 0) == 0);
  }
  CHECK(contains(load(good + '\0'), "something follows them"));
}

TEST_CASE("foreign files are refused with what they are") {
  TempFolder folder;
  CHECK_ERROR((load_model<float>(folder / "none")), "none: there is no such file");
  write_safetensors(folder / "w", {{"w", Tensor<float, 1>(Shape<1>{3})}}, {{"format", "pt"}}, Replace::no);
  CHECK_ERROR((load_model<float>(folder / "w")), "w: want format \"stac3dl.model\" in its metadata, got \"pt\"");
  write_safetensors(folder / "v", {{"w", Tensor<float, 1>(Shape<1>{3})}}, {}, Replace::no);
  CHECK_ERROR((load_model<float>(folder / "v")), "got none; it was written by another program");
  write_text(folder / "picture.jpg", "\xff\xd8\xff\xe0 JFIF and so on and on");
  CHECK_ERROR((load_model<float>(folder / "picture.jpg")), "picture.jpg: not a safetensors file");
}

TEST_CASE("one error lists all tensors that are missing, unused or misshapen") {
  TempFolder folder;
  save_model(folder / "m", worn<float>(small()), {{"a", "b"}, "{}"}, Replace::no);
  const Tensor<float, 2> extra({1, 2}, {1, 2}), wrong({1, 5});
  std::string lost[2];
  rewrite(folder / "m", folder / "bad", [&](auto& sources, auto&) {
    lost[0] = sources[0].name, lost[1] = sources[1].name;
    sources.erase(sources.begin(), sources.begin() + 2);
    sources[0] = SafetensorsSource(sources[0].name, wrong);
    sources.emplace_back("extra", extra);
    sources.emplace_back("more", extra);
  });
  const std::string message = error_of([&] { (void)load_model<float>(folder / "bad"); });
  INFO(message);
  CHECK(contains(message, "2 missing: \""));
  for (const std::string& name : lost) CHECK(contains(message, "\"" + name + "\" ("));
  CHECK(contains(message, "2 unused: \"extra\" (1, 2), \"more\" (1, 2)"));
  CHECK(contains(message, "1 misshapen: \""));
  CHECK(contains(message, "got (1, 5) of F32"));
}

TEST_CASE("the test vector notices weights that are not the saved ones, and can be switched off") {
  TempFolder folder;
  save_model(folder / "m", worn<float>(small()), {{"a", "b"}, "{}"}, Replace::no);
  Tensor<float, 1> changed;
  const auto swap_weight = [&](auto& sources, auto&) {
    for (SafetensorsSource& s : sources)
      if (s.name.find("lstm") == 0 && s.shape.size() == 1) {
        changed = Tensor<float, 1>(Shape<1>{s.shape[0]}, 2.0f);
        s = SafetensorsSource(s.name, changed);
      }
  };
  rewrite(folder / "m", folder / "bad", swap_weight);
  REQUIRE(changed.size() > 0);
  CHECK_ERROR((load_model<float>(folder / "bad")), "bad: logits: the answer to the stored test input differs by");
  LoadOptions options;
  options.run_test_vector = false;
  CHECK_NOTHROW((load_model<float>(folder / "bad", options)));
}

TEST_CASE("metadata with a right checksum and wrong content") {
  TempFolder folder;
  save_model(folder / "m", worn<float>(small()), {{"a", "b"}, "{}"}, Replace::no);
  const auto with = [&](const std::string& key, const std::string& value) {
    rewrite(folder / "m", folder / "bad", [&](auto&, auto& metadata) {
      if (value.empty())
        metadata.erase(key);
      else
        metadata[key] = value;
    });
    return error_of([&] { (void)load_model<float>(folder / "bad"); });
  };
  CHECK(with("format_version", "1") == "no error");
  CHECK(contains(with("format_version", "2"), "want version 1 of the format, got \"2\""));
  CHECK(contains(with("config", ""), "its metadata has no \"config\""));
  CHECK(contains(with("config", "{"), "bad: config: not JSON"));
  CHECK(contains(with("config", "{\"clases\": 2}"), "bad: config: unknown key \"clases\""));
  CHECK(contains(with("config", "{\"classes\": 2}"), "modalities is empty"));
  CHECK(contains(with("classes", "[\"a\"]"), "the model has 2 outputs, got 1 names"));
  CHECK(contains(with("classes", "[\"a\", 2]"), "bad: classes[1]: want a text, got 2"));
  CHECK(contains(with("preparation", "7"), "want a JSON object"));
  CHECK(contains(with("test_vector", "{}"), "logits: want 0 numbers, got 2"));
  ModelConfig large = small();
  large.fc6 = large.fc7 = 1 << 20;  // would need 4 TB
  CHECK(contains(with("config", config_to_json(large).dump()), "its configuration wants 109951"));
  // pictures of 2^34 pixels need no more parameters than those of 2, but terabytes to be asked about
  ModelConfig wide = small();
  wide.modalities[0].height = 1 << 20, wide.modalities[0].width = 1 << 14;
  CHECK(contains(with("config", config_to_json(wide).dump()), "bad: a test of its model takes "));
  CHECK(test_size(small(), plan_model(small())) == 4 * 2 + 2 * 2 * 2 * 2);  // input, two streams of 2 channels
}
