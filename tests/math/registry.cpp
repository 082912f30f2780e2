// The list of all worked examples.
#include "costs.hpp"

namespace worked {

#define STAC3DL_WORKED(name) void name(Worked& w);
STAC3DL_WORKED(convolution)
STAC3DL_WORKED(im2col)
STAC3DL_WORKED(winograd)
STAC3DL_WORKED(winograd_volume)
STAC3DL_WORKED(bf16x3)
STAC3DL_WORKED(bf16x3_kept)
STAC3DL_WORKED(bf16x3_volume)
STAC3DL_WORKED(bf16x3_plans)
STAC3DL_WORKED(streams)
STAC3DL_WORKED(gate)
STAC3DL_WORKED(outer)
STAC3DL_WORKED(relu)
STAC3DL_WORKED(sigmoid_tanh)
STAC3DL_WORKED(exp_steps)
STAC3DL_WORKED(c3d_classifier)
STAC3DL_WORKED(forget_gate)
STAC3DL_WORKED(input_gate)
STAC3DL_WORKED(candidate)
STAC3DL_WORKED(output_gate)
STAC3DL_WORKED(cell_state)
STAC3DL_WORKED(hidden_state)
STAC3DL_WORKED(lstm_sequence)
STAC3DL_WORKED(temporal_attention)
STAC3DL_WORKED(spatial_attention)
STAC3DL_WORKED(attended_sum)
STAC3DL_WORKED(plain_attention)
STAC3DL_WORKED(token_mean)
STAC3DL_WORKED(classifier)
STAC3DL_WORKED(linear)
STAC3DL_WORKED(gemm)
STAC3DL_WORKED(softmax)
STAC3DL_WORKED(cross_entropy)
STAC3DL_WORKED(pooling)
STAC3DL_WORKED(batch_norm)
STAC3DL_WORKED(dropout)
STAC3DL_WORKED(random_numbers)
STAC3DL_WORKED(optimisers)
STAC3DL_WORKED(soft_argmax)
STAC3DL_WORKED(tokens)
STAC3DL_WORKED(cell_mean)
STAC3DL_WORKED(blocked)
STAC3DL_WORKED(narrow_weights)
STAC3DL_WORKED(journey)
STAC3DL_WORKED(journey_lengths)
#undef STAC3DL_WORKED

namespace {
template <std::vector<Cost> (*rows)()>
void costs(Worked& w) {
  cost_table(w, rows());
}
}  // namespace

std::vector<Example> examples() {
  return {
      {"convolution", {1}, convolution},
      {"streams", {2}, streams},
      {"gate", {3}, gate},
      {"outer", {3}, outer},
      {"c3d_classifier", {4}, c3d_classifier},
      {"forget_gate", {5}, forget_gate},
      {"input_gate", {6}, input_gate},
      {"candidate", {7}, candidate},
      {"output_gate", {8}, output_gate},
      {"cell_state", {9}, cell_state},
      {"hidden_state", {10}, hidden_state},
      {"temporal_attention", {11}, temporal_attention},
      {"spatial_attention", {12}, spatial_attention},
      {"attended_sum", {13}, attended_sum},
      {"classifier", {14}, classifier},
      {"im2col", {}, im2col},
      {"winograd", {}, winograd},
      {"winograd_volume", {}, winograd_volume},
      {"bf16x3", {}, bf16x3},
      {"bf16x3_kept", {}, bf16x3_kept, true},
      {"bf16x3_volume", {}, bf16x3_volume},
      {"bf16x3_plans", {}, bf16x3_plans, true},
      {"relu", {}, relu},
      {"sigmoid_tanh", {}, sigmoid_tanh},
      {"exp_steps", {}, exp_steps},
      {"lstm_sequence", {}, lstm_sequence},
      {"plain_attention", {}, plain_attention},
      {"token_mean", {}, token_mean},
      {"linear", {}, linear},
      {"gemm", {}, gemm},
      {"softmax", {}, softmax},
      {"cross_entropy", {}, cross_entropy},
      {"pooling", {}, pooling},
      {"batch_norm", {}, batch_norm},
      {"dropout", {}, dropout},
      {"random_numbers", {}, random_numbers},
      {"optimisers", {}, optimisers},
      {"soft_argmax", {}, soft_argmax},
      {"tokens", {}, tokens},
      {"cell_mean", {}, cell_mean},
      {"blocked", {}, blocked},
      {"narrow_weights", {}, narrow_weights},
      {"journey", {}, journey, true},
      {"journey_lengths", {}, journey_lengths, true},
      {"cost_convolution", {}, costs<cost_convolution>, true},
      {"cost_streams", {}, costs<cost_streams>, true},
      {"cost_bilinear", {}, costs<cost_bilinear>, true},
      {"cost_c3d_classifier", {}, costs<cost_c3d_classifier>, true},
      {"cost_gate", {}, costs<cost_gate>, true},
      {"cost_candidate", {}, costs<cost_candidate>, true},
      {"cost_cell_state", {}, costs<cost_cell_state>, true},
      {"cost_hidden_state", {}, costs<cost_hidden_state>, true},
      {"cost_lstm_sequence", {}, costs<cost_lstm_sequence>, true},
      {"cost_attention", {}, costs<cost_attention>, true},
      {"cost_classifier", {}, costs<cost_classifier>, true},
      {"cost_plain_attention", {}, costs<cost_plain_attention>, true},
      {"cost_pooling", {}, costs<cost_pooling>, true},
      {"cost_batch_norm", {}, costs<cost_batch_norm>, true},
      {"cost_elementwise", {}, costs<cost_elementwise>, true},
      {"cost_optimisers", {}, costs<cost_optimisers>, true},
      {"cost_linear", {}, costs<cost_linear>, true},
  };
}

}  // namespace worked
