/// inspect/grad_cam.hpp - which places of a block speak for a class: Grad-CAM (Selvaraju et al., ICCV 2017) over time,
/// too.
///
///   w[c] = mean over t, y, x of  d logit_k / d A[c,t,y,x]         A (C, T', H', W'): the block's activation
///   map[t,y,x] = relu(sum_c w[c] A[c,t,y,x]) by its largest value, so that 1 is where the most speaks for class k
/// A map of zeros means that nothing in the block speaks for the class.
#pragma once

#include "stac3dl/inspect/recording_view.hpp"
#include "stac3dl/inspect/trace_model.hpp"

STAC3DL_NAMESPACE_BEGIN

/// a, da (C, T', H', W'); the map is (T', H', W').
template <class Real>
Tensor<float, 3> grad_cam(CView<Real, 4> a, CView<Real, 4> da) {
  check_shape("grad_cam: gradient", da.shape(), a.shape());
  const auto [C, T, H, W] = a.shape();
  Tensor<float, 3> map({T, H, W});
  std::vector<double> sums(static_cast<std::size_t>(map.size()), 0);
  for (Index c = 0; c < C; ++c) {
    double weight = 0;
    for (Real d : da.slice(c)) weight += static_cast<double>(d);
    weight /= static_cast<double>(map.size());
    const auto channel = a.slice(c);
    for (Index i = 0; i < map.size(); ++i)
      sums[static_cast<std::size_t>(i)] += weight * static_cast<double>(channel.data()[i]);
  }
  const double most = std::max(0.0, *std::max_element(sums.begin(), sums.end()));
  for (Index i = 0; i < map.size(); ++i)
    map[i] = most > 0 ? static_cast<float>(std::max(0.0, sums[static_cast<std::size_t>(i)]) / most) : 0.0f;
  return map;
}

/// Of all blocks of the feature stream of every modality with a grid, for class `k`, in the order of the configuration.
template <std::floating_point Real>
std::vector<CamView> grad_cams(const StaC3d<Real>& model, const Sample& sample, Index k) {
  const ModelConfig& config = model.config();
  std::vector<CamView> cams;
  if (!has_encoder(config.variant)) return cams;
  Batch<Real> batch;
  collate<Real>({sample}, batch);
  const auto wanted = [](const std::string& name) {
    return name.ends_with(".active") && name.find(".attention.") == std::string::npos;
  };
  const Trace<Real> traced = trace(model, batch, {.loss = class_score<Real>(k), .keep = wanted});
  for (std::size_t m = 0; m < config.modalities.size(); ++m) {
    const ModalityConfig& modality = config.modalities[m];
    if (modality.height * modality.width == 1) continue;
    for (std::size_t b = 0; b < modality.blocks.size(); ++b) {
      const bool shared = static_cast<Index>(b) < model.plan().modalities[m].shared;
      const std::string name =
          modality.name + (shared ? ".shared." : ".feature.") + modality.blocks[b].name + ".active";
      cams.push_back(
          {m, modality.blocks[b].name,
           grad_cam<Real>(traced.template value<5>(name).slice(0), traced.template gradient<5>(name).slice(0))});
    }
  }
  return cams;
}

STAC3DL_NAMESPACE_END
