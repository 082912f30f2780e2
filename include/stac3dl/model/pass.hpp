/// model/pass.hpp - what one pass of a model over a batch needs and yields: outputs, gradients given back, internals.
#pragma once

#include <vector>

#include "stac3dl/model/attention_pool.hpp"
#include "stac3dl/model/encoder.hpp"
#include "stac3dl/model/head.hpp"
#include "stac3dl/model/keypoint_head.hpp"
#include "stac3dl/model/pool5.hpp"
#include "stac3dl/model/recorder.hpp"
#include "stac3dl/nn/lstm.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Everything that one pass over a batch needs and yields.  Sized by forward(); a later batch of the same shape
/// allocates nothing.
template <std::floating_point Real>
struct ModelPass {
  // Outputs.
  Tensor<Real, 2> logits, probabilities;  ///< (N, K)
  Tensor<Real, 2> alpha;                  ///< (N, L): weight of each step
  Tensor<Real, 3> beta;                   ///< (N, L, P): weight of each position within its step
  Tensor<Real, 4> keypoints;              ///< (N, T', J, 2) in [0, 1]^2, if the model has the head
  Tensor<std::uint8_t, 3> valid;          ///< (L, N, P): which tokens took part
  // Given before backward().
  Tensor<Real, 2> d_logits;     ///< (N, K), sized by forward()
  Tensor<Real, 4> d_keypoints;  ///< as keypoints, sized by forward(), zero unless a loss fills it in
  // Optional: who is told of tensors and layers, LSTM state to start from, where to leave the last one, and gradients of
  // the inputs.
  const Recorder<Real>* recorder = nullptr;
  const LstmState<Real>* start = nullptr;
  LstmState<Real>* last = nullptr;
  bool want_input_gradients = false;
  bool weights_stay = false;  ///< of inference: the model's weights will not change, what is derived from them may be kept
  std::vector<Tensor<Real, 5>> d_inputs;  ///< (N, C, T, H, W) of each modality, if wanted

  // Internals, for inspection.
  struct Modality {
    typename Encoder<Real>::Cache encoder;
    Tensor<Real, 4> tokens;  ///< r (L, N, P_m, C_r) as the encoder leaves them
    typename Pool5<Real>::Cache pool5;
    View<Real, 4> d_tokens;  ///< within backward only
  };
  std::vector<Modality> modalities;
  Tensor<Real, 4> tokens, h;          ///< (L, N, P, D) and (L, N, P, U)
  Tensor<Real, 2> features, dropped;  ///< F (N, U) before and after dropout
  typename Lstm<Real>::Cache lstm;
  LstmState<Real> state;  ///< that inference carries
  typename AttentionPool<Real>::Cache attention;
  typename Head<Real>::Cache head;
  typename Dropout<Real>::Cache token_dropout, feature_dropout;
  typename KeypointHead<Real>::Cache keypoint_head;
  std::vector<Tensor<Real, 5>> taps;  ///< activations that inference keeps for the key points
  Workspace workspace;
};

STAC3DL_NAMESPACE_END
