/// model/keypoint_head.hpp - where the joints are (section 7): heat maps from three taps, read by soft-argmax.
///
///   z = K1 * a_fine + up(K2 * a_middle) + up(K3 * a_coarse)     1x1x1 convolutions to J maps, nearest upsampling
///   points = soft_argmax(z)                                     (N, T', J, 2) in [0, 1]^2 as (x, y)
/// The fine tap alone sees 26 pixels and cannot tell left from right; the coarse ones see the person.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "stac3dl/kernels/soft_argmax.hpp"
#include "stac3dl/model/plan.hpp"
#include "stac3dl/model/recorder.hpp"
#include "stac3dl/nn/conv3d.hpp"

STAC3DL_NAMESPACE_BEGIN

template <class Real>
class KeypointHead {
 public:
  using Scalar = Real;
  static constexpr std::size_t taps = 3;          ///< Taps that maps are made of.
  using Taps = std::array<CView<Real, 5>, taps>;  ///< (N, C_i, T_i, H_i, W_i), finest first.

  struct Cache {
    std::array<typename Conv3d<Real>::Cache, taps> conv;  ///< of the three 1x1x1 convolutions
    std::array<Tensor<Real, 5>, taps> coarse;   ///< own maps of the second and third tap
    Tensor<Real, 5> maps;                       ///< softmax of z, (N, J, T', H', W')
    std::array<Tensor<Real, 5>, taps> d_tap;    ///< what backward sends to the taps
    Tensor<Real, 5> d_maps;                     ///< gradient of z from a loss on the maps, if `maps_judged`
    bool maps_judged = false;                   ///< set by that loss after forward, cleared by plan
  };

  /// Error where the modality has no block of a tap's name.
  KeypointHead(const KeypointConfig& config, const ModalityConfig& modality, const Random& init) : config_(config) {
    for (std::size_t i = 0; i < taps; ++i) {
      for (std::size_t b = 0; b < modality.blocks.size(); ++b)
        if (modality.blocks[b].name == config.taps[i]) blocks_[i] = static_cast<Index>(b);
      const Index channels = modality.blocks[static_cast<std::size_t>(blocks_[i])].channels;
      convs_.emplace_back(channels, config.joints, Conv3dSpec{{1, 1, 1}, {1, 1, 1}, {0, 0, 0}}, true, init.split({i}),
                          Init::glorot);
    }
  }

  Index block(std::size_t tap) const { return blocks_[tap]; }  ///< The modality's block that tap `tap` reads.

  /// Sizes the cache for taps of these shapes and returns the shape of the points.
  Shape<4> plan(const std::array<Shape<5>, taps>& shapes, Cache& k) const {
    for (std::size_t i = 0; i < taps; ++i) {
      const Shape<5> maps = convs_[i].plan(shapes[i], k.conv[i]);
      (i == 0 ? k.maps : k.coarse[i]).resize(maps);
      k.d_tap[i].resize(shapes[i]);
    }
    k.maps_judged = false;
    return {shapes[0][0], shapes[0][2], config_.joints, 2};
  }

  void forward(const Taps& a, View<Real, 4> points, Cache& k, Workspace& ws, const Record<Real>& record = {}) const {
    Index macs = 0;
    for (std::size_t i = 0; i < taps; ++i) {
      const View<Real, 5> own = i == 0 ? k.maps : k.coarse[i];
      convs_[i].forward(a[i], own, k.conv[i], ws);
      record.in(config_.taps[i])("Y", own);
      if (i > 0) kernels::upsample_add<Real>(k.coarse[i], k.maps);
      macs += a[i].size() * config_.joints;
    }
    record("z", k.maps.view());
    kernels::soft_argmax_forward<Real>(k.maps, k.maps, points);
    record("maps", k.maps.view()), record("points", points);
    record.done("points", points.shape(), macs);
  }

  /// Fills k.d_tap.
  void backward(const Taps& a, CView<Real, 4> points, CView<Real, 4> d_points, Cache& k, Workspace& ws,
                const Record<Real>& record = {}) {
    Workspace::Scope scope(ws);
    const View<Real, 5> dz = ws.take<Real>(k.maps.shape());
    kernels::soft_argmax_backward<Real>(k.maps, points, d_points, dz);
    if (k.maps_judged) dz.array() += k.d_maps.array();
    record.gradient("z", dz);
    for (std::size_t i = taps; i-- > 0;) {
      const View<Real, 5> d_own = i == 0 ? dz : ws.take<Real>(k.coarse[i].shape());
      if (i > 0) kernels::upsample_add_backward<Real>(dz, d_own);
      record.in(config_.taps[i]).gradient("Y", d_own);
      convs_[i].backward(a[i], d_own, d_own, k.d_tap[i], k.conv[i], ws);
    }
  }

  template <class Visit>
  void visit_params(Visit&& visit) {
    for (std::size_t i = 0; i < taps; ++i) convs_[i].visit_params(scoped(config_.taps[i] + ".", visit));
  }

 private:
  KeypointConfig config_;
  std::array<Index, taps> blocks_{};
  std::vector<Conv3d<Real>> convs_;
};

STAC3DL_NAMESPACE_END
