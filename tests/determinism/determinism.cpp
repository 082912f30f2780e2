// Prints checksums of a few models' outputs, gradients and weights after 20 training steps.  The argument is the number
// of threads, which must not change a bit of what is printed; nor must leaving OpenMP out.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "stac3dl/stac3dl.hpp"

using namespace stac3dl;

namespace {

/// FNV-1a over the bytes of all numbers added.
struct Checksum {
  std::uint64_t hash = 0xCBF29CE484222325;

  template <class T>
  void add(const T* data, Index count) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count) * sizeof(T); ++i) hash = (hash ^ bytes[i]) * 0x100000001B3;
  }
  template <class T, int R>
  Checksum& operator<<(const Tensor<T, R>& x) {
    add(x.data(), x.size());
    return *this;
  }
};

ModelConfig fused(Variant variant, Bilinear bilinear) {
  ModelConfig c;
  c.variant = variant, c.bilinear = bilinear;
  c.classes = 5;
  c.modalities = {presets::rgb(16, 32, 8), presets::skeleton(9, 16), presets::signal("pulse", 2, 64)};
  c.modalities[0].blocks.resize(6);  // through conv4b: L = 2
  c.width = c.lstm_units = 24;
  c.fc6 = 32, c.fc7 = 0;
  c.dropout = 0.3, c.token_dropout = 0.1;
  return c;
}

Batch<float> make_batch(const ModelConfig& config, std::uint64_t seed) {
  std::vector<Sample> samples(5);
  for (std::size_t n = 0; n < samples.size(); ++n) {
    samples[n].label = static_cast<Index>(n % 5);
    for (std::size_t m = 0; m < config.modalities.size(); ++m) {
      const ModalityConfig& modality = config.modalities[m];
      Random random({seed, n, m});
      Window window;
      window.x.resize({modality.channels, modality.frames, modality.height, modality.width});
      for (float& value : window.x) value = static_cast<float>(random.normal());
      window.frames = Tensor<std::uint8_t, 1>({modality.frames}, 1);
      for (std::uint8_t& valid : window.frames) valid = random.chance(0.9);
      samples[n].inputs.push_back(std::move(window));
    }
    if (config.keypoints.joints == 0) continue;
    Random random({seed, n, 99});
    samples[n].keypoints.resize({config.modalities[0].frames, config.keypoints.joints, 2});
    for (float& value : samples[n].keypoints) value = static_cast<float>(random.uniform());
  }
  Batch<float> batch;
  collate<float>(samples, batch);
  return batch;
}

void run(const char* name, const ModelConfig& config) {
  StaC3d<float> model(config, 1);
  StaC3d<float>::Pass pass;
  ClassifierLoss<float> loss;
  Optimiser<float> optimiser;
  for (std::uint64_t step = 0; step < 20; ++step) {
    const Batch<float> batch = make_batch(config, step);
    zero_grad(model);
    model.forward(batch, pass, Mode::training, Random({7, step}));
    loss(batch, pass);
    model.backward(batch, pass);
    if (step == 0) {
      Checksum gradients;
      model.visit_params([&](const std::string&, auto& p) { gradients << p.grad; });
      std::printf("%-8s outputs %016llx  gradients %016llx", name,
                  static_cast<unsigned long long>((Checksum{} << pass.logits << pass.alpha << pass.beta).hash),
                  static_cast<unsigned long long>(gradients.hash));
    }
    model.update_running(pass);
    optimiser.step(model, 1e-3);
  }
  Checksum weights;
  model.visit_params([&](const std::string&, auto& p) { weights << p.value; });
  model.visit_buffers([&](const std::string&, auto& x) { weights << x; });
  PreparedModel<float> prepared = prepare(model);
  const auto& out = prepared(make_batch(config, 100));
  std::printf("  weights after 20 steps %016llx  inference %016llx\n", static_cast<unsigned long long>(weights.hash),
              static_cast<unsigned long long>((Checksum{} << out.logits << out.keypoints).hash));
}

}  // namespace

int main(int argc, char** argv) {
  set_num_threads(argc > 1 ? std::atoi(argv[1]) : 0);
  ModelConfig full = fused(Variant::sta_c3dl, Bilinear::gate);
  full.keypoints = {"rgb", 4, {"conv3b", "conv4a", "conv4b"}};
  run("sta_c3dl", full);
  run("outer", fused(Variant::sta_c3dl, Bilinear::outer));
  ModelConfig plain = fused(Variant::am, Bilinear::gate);
  plain.bidirectional = true, plain.lstm_layers = 2;
  run("am", plain);
  run("c3d", fused(Variant::c3d, Bilinear::gate));
}
