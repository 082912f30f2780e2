/// train/loss.hpp - what training makes small.
///
/// A loss is any type with  LossValue operator()(const Batch<Real>&, Pass&)  that reads the pass's outputs and fills in
/// d_logits (and d_keypoints where there are some) with the gradient of `total`.  It is a mean over the batch.
#pragma once

#include "stac3dl/data/sample.hpp"
#include "stac3dl/kernels/cross_entropy.hpp"
#include "stac3dl/train/heatmap_loss.hpp"

STAC3DL_NAMESPACE_BEGIN

/// A batch's loss, in nats and squared frame lengths.
struct LossValue {
  double total = 0;           ///< what the gradients are of
  double classification = 0;  ///< parts of it, not weighted
  double keypoints = 0;       ///< mean squared distance of the joints that count, in frames
  double heatmaps = 0;        ///< of the key points' maps, if they are judged
};

/// What the loss of a classifier is made of.
struct LossOptions {
  double label_smoothing = 0;   ///< share of the target that is spread evenly over all classes
  double keypoint_weight = 10;  ///< lambda of model.md, section 7; 0: the key points are not trained
  Index frames_per_step = 0;    ///< frames of one key-point step; 0: from the shapes
  double heatmap_weight = 0;    ///< of train/heatmap_loss.hpp beside both; 0: the maps themselves are not judged
  bool operator==(const LossOptions&) const = default;
};

/// Cross-entropy of the class, and, where the pass predicts key points and the batch knows them, their mean squared
/// error beside it:  total = classification + keypoint_weight * keypoints + heatmap_weight * heatmaps.
template <class Real>
class ClassifierLoss {
 public:
  /// Error where an option is out of its range.
  explicit ClassifierLoss(const LossOptions& options = {}) : options_(options) {
    check(options.label_smoothing >= 0 && options.label_smoothing < 1, "ClassifierLoss: label_smoothing is ",
          options.label_smoothing, ", want 0 or more and below 1");
    check(options.keypoint_weight >= 0, "ClassifierLoss: keypoint_weight is ", options.keypoint_weight,
          ", want 0 or more");
    check(options.heatmap_weight >= 0, "ClassifierLoss: heatmap_weight is ", options.heatmap_weight,
          ", want 0 or more");
  }

  /// Loss of the batch; fills in d_logits, and d_keypoints where the pass has key points.
  template <class Pass>
  LossValue operator()(const Batch<Real>& batch, Pass& pass) {
    LossValue value;
    pass.d_logits.resize(pass.logits.shape());
    value.classification = static_cast<double>(kernels::cross_entropy<Real>(
        pass.logits, batch.labels, static_cast<Real>(options_.label_smoothing), pass.d_logits));
    value.total = value.classification;
    if constexpr (requires { pass.keypoints, pass.d_keypoints; }) {
      if (pass.keypoints.empty()) return value;
      pass.d_keypoints.resize(pass.keypoints.shape());
      pass.d_keypoints.fill(0);
      const bool judges_points = options_.keypoint_weight > 0, judges_maps = options_.heatmap_weight > 0;
      if (batch.keypoints.empty() || !(judges_points || judges_maps)) return value;
      step_targets<Real>(batch.keypoints, batch.visible.empty() ? CView<std::uint8_t, 3>() : batch.visible.view(),
                         pass.keypoints.size(1), options_.frames_per_step, targets_);
      value.keypoints = keypoint_loss<Real>(pass.keypoints, targets_, options_.keypoint_weight, pass.d_keypoints);
      value.total += options_.keypoint_weight * value.keypoints;
      if constexpr (requires { pass.keypoint_head; }) {
        if (!judges_maps) return value;
        auto& head = pass.keypoint_head;
        head.d_maps.resize(head.maps.shape()), head.maps_judged = true;
        value.heatmaps = heatmap_loss<Real>(head.maps, targets_, options_.heatmap_weight, head.d_maps);
        value.total += options_.heatmap_weight * value.heatmaps;
      }
    }
    return value;
  }

 private:
  LossOptions options_;
  StepTargets<Real> targets_;
};

STAC3DL_NAMESPACE_END
