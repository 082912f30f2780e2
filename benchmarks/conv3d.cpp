// Cases of the 3-D convolution: C3D's eight layers at batch 1 and 8, and every shape that the tests run.
#include "../tests/kernels/c3d_shapes.hpp"
#include "../tests/kernels/conv3d_shapes.hpp"
#include "conv3d_ours.hpp"

#include <memory>

#include "case.hpp"

namespace bench {
namespace {

struct Layer {
  std::string name;
  Shape<5> x;
  Index out_channels;
  Conv3dSpec spec;
};

std::shared_ptr<Conv3dJob> job_of(const Layer& layer, const Conv3dMode& mode) {
  auto job = std::make_shared<Conv3dJob>(layer.x, layer.out_channels, layer.spec, mode);
  const auto& k = layer.spec.kernel;
  Tensor<float, 5> x(layer.x), w({layer.out_channels, layer.x[1], k[0], k[1], k[2]});
  fill(x), fill(w);
  job->set_x(x), job->set_w(w);
  return job;
}
void set_gradient(Conv3dJob& job) {
  Tensor<float, 5> dy(job.y_shape());
  fill(dy);
  job.set_dy(dy);
}

Run forward(const Layer& layer, const Conv3dMode& mode) {
  auto job = job_of(layer, mode);
  job->prepare_weights();
  return [job] { job->forward(); };
}
Run backward_data(const Layer& layer, const Conv3dMode& mode) {
  auto job = job_of(layer, mode);
  job->plan_backward_data();
  set_gradient(*job);
  return [job] { job->backward_data(); };
}
Run backward_weights(const Layer& layer, const Conv3dMode& mode) {
  auto job = job_of(layer, mode);
  job->plan_backward_weights();
  set_gradient(*job);
  return [job] { job->backward_weights(); };
}

std::string text(const std::array<Index, 3>& a) {
  return std::to_string(a[0]) + "x" + std::to_string(a[1]) + "x" + std::to_string(a[2]);
}
Layer layer_of(const Conv3dCase& c) {
  std::string name;
  for (Index size : c.x) name += std::to_string(size) + "x";
  name.back() = '-';
  name += std::to_string(c.out_channels) + ".k" + text(c.spec.kernel) + ".s" + text(c.spec.stride) + ".p" +
          text(c.spec.padding);
  return {name, c.x, c.out_channels, c.spec};
}

std::vector<Case> conv3d_cases_of_layers() {
  std::vector<Layer> layers;
  for (Index batch : {1, 8})
    for (const C3dLayer& one : c3d_layers) {
      const std::string name = one.name + std::string(".b") + std::to_string(batch);
      layers.push_back({name, one.x_shape(batch), one.out_channels, {}});
    }
  for (const Conv3dCase& one : conv3d_cases) layers.push_back(layer_of(one));

  std::vector<Case> cases;
  for (const Layer& layer : layers) {
    const Shape<5> y = kernels::conv3d_output_shape(layer.x, layer.out_channels, layer.spec);
    const auto& k = layer.spec.kernel;
    const double flops = 2.0 * static_cast<double>(element_count(y) * layer.x[1] * k[0] * k[1] * k[2]);
    for (const Conv3dMode& mode : conv3d_modes) {
      const std::string engine = mode.name == std::string("default") ? "stac3dl" : std::string("stac3dl.") + mode.name;
      const auto add = [&](const char* task, Run (*make)(const Layer&, const Conv3dMode&)) {
        cases.push_back({task, layer.name, engine, [=] { return make(layer, mode); }, flops});
      };
      add("conv3d.forward", forward);
      add("conv3d.backward_data", backward_data);
      add("conv3d.backward_weights", backward_weights);
    }
  }
  return cases;
}
const Register here(conv3d_cases_of_layers);

}  // namespace
}  // namespace bench
