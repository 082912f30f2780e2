/// compiled.hpp - kernels from a library, in place of compiling them in every file that uses them.
///
/// Most of the time that a file takes to compile goes into the kernels, each for several instruction sets.  A program of
/// many files can compile them once: with STAC3DL_COMPILED=1, and this header before every other of the library, its
/// files only declare them; cmake/stac3dl_compiled.cmake makes the library that holds them.  All files need the same
/// settings (core/config.hpp), or they do not link.  Written by tools/compiled_kernels.
#pragma once

#include "stac3dl/kernels/activation.hpp"
#include "stac3dl/kernels/attention_mean.hpp"
#include "stac3dl/kernels/attention_plain.hpp"
#include "stac3dl/kernels/batch_norm.hpp"
#include "stac3dl/kernels/bf16x3.hpp"
#include "stac3dl/kernels/bf16x3_few.hpp"
#include "stac3dl/kernels/bilinear.hpp"
#include "stac3dl/kernels/blocked.hpp"
#include "stac3dl/kernels/blocked_epilogue.hpp"
#include "stac3dl/kernels/blocked_pool.hpp"
#include "stac3dl/kernels/cell_mean.hpp"
#include "stac3dl/kernels/conv3d_direct.hpp"
#include "stac3dl/kernels/conv3d_direct_batch.hpp"
#include "stac3dl/kernels/conv3d_direct_bias.hpp"
#include "stac3dl/kernels/conv3d_direct_data.hpp"
#include "stac3dl/kernels/conv3d_direct_weights.hpp"
#include "stac3dl/kernels/conv3d_few.hpp"
#include "stac3dl/kernels/cross_entropy.hpp"
#include "stac3dl/kernels/dropout.hpp"
#include "stac3dl/kernels/gemm.hpp"
#include "stac3dl/kernels/gemm_split.hpp"
#include "stac3dl/kernels/linear.hpp"
#include "stac3dl/kernels/linear_narrow.hpp"
#include "stac3dl/kernels/lstm_gates.hpp"
#include "stac3dl/kernels/lstm_sequence.hpp"
#include "stac3dl/kernels/optimiser.hpp"
#include "stac3dl/kernels/philox.hpp"
#include "stac3dl/kernels/pool3d_average.hpp"
#include "stac3dl/kernels/pool3d_max.hpp"
#include "stac3dl/kernels/soft_argmax.hpp"
#include "stac3dl/kernels/softmax.hpp"
#include "stac3dl/kernels/stam.hpp"
#include "stac3dl/kernels/tokens.hpp"
#include "stac3dl/kernels/upsample.hpp"
#include "stac3dl/kernels/winograd.hpp"

#if STAC3DL_COMPILED
STAC3DL_NAMESPACE_BEGIN

// activation.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void relu_forward<float>(CView<float, 1> x, View<float, 1> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void relu_forward<double>(CView<double, 1> x, View<double, 1> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void relu_backward<float>(CView<float, 1> y, CView<float, 1> dy, View<float, 1> dx);
}
namespace kernels {
STAC3DL_INSTANCE(others) void relu_backward<double>(CView<double, 1> y, CView<double, 1> dy, View<double, 1> dx);
}
namespace kernels {
STAC3DL_INSTANCE(others) void sigmoid_forward<float>(CView<float, 1> x, View<float, 1> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void sigmoid_forward<double>(CView<double, 1> x, View<double, 1> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void sigmoid_backward<float>(CView<float, 1> y, CView<float, 1> dy, View<float, 1> dx);
}
namespace kernels {
STAC3DL_INSTANCE(others) void sigmoid_backward<double>(CView<double, 1> y, CView<double, 1> dy, View<double, 1> dx);
}
namespace kernels {
STAC3DL_INSTANCE(others) void tanh_forward<float>(CView<float, 1> x, View<float, 1> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void tanh_forward<double>(CView<double, 1> x, View<double, 1> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void tanh_backward<float>(CView<float, 1> y, CView<float, 1> dy, View<float, 1> dx);
}
namespace kernels {
STAC3DL_INSTANCE(others) void tanh_backward<double>(CView<double, 1> y, CView<double, 1> dy, View<double, 1> dx);
}

// attention_mean.hpp
namespace kernels {
STAC3DL_INSTANCE(sequence) void mean_tokens_forward<float>(CView<float, 4> h, TokenMask mask, View<float, 2> f);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void mean_tokens_forward<double>(CView<double, 4> h, TokenMask mask, View<double, 2> f);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void mean_tokens_backward<float>(TokenMask mask, CView<float, 2> df, View<float, 4> dh);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void mean_tokens_backward<double>(TokenMask mask, CView<double, 2> df, View<double, 4> dh);
}

// attention_plain.hpp
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void plain_attention_rows<float>(CView<float, 4> h, TokenMask mask, const PlainAttentionWeights<float>& a, CView<float, 4> t, CView<float, 3> w, CView<float, 2> df, CView<float, 3> dw, View<float, 4> dh, const PlainAttentionGrads<float>& da, View<float, 2> dz, Workspace& ws);
}
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void plain_attention_rows<double>(CView<double, 4> h, TokenMask mask, const PlainAttentionWeights<double>& a, CView<double, 4> t, CView<double, 3> w, CView<double, 2> df, CView<double, 3> dw, View<double, 4> dh, const PlainAttentionGrads<double>& da, View<double, 2> dz, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void plain_attention_forward<float>(CView<float, 4> h, TokenMask mask, const PlainAttentionWeights<float>& a, View<float, 4> t, View<float, 3> w, View<float, 2> f, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void plain_attention_forward<double>(CView<double, 4> h, TokenMask mask, const PlainAttentionWeights<double>& a, View<double, 4> t, View<double, 3> w, View<double, 2> f, Workspace& ws);
}

// batch_norm.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void batch_norm_statistics<float>(CView<float, 5> x, CView<std::uint8_t, 2> mask, View<float, 1> mean, View<float, 1> variance);
}
namespace kernels {
STAC3DL_INSTANCE(others) void batch_norm_statistics<double>(CView<double, 5> x, CView<std::uint8_t, 2> mask, View<double, 1> mean, View<double, 1> variance);
}
namespace kernels {
STAC3DL_INSTANCE(others) void batch_norm_forward<float>(CView<float, 5> x, CView<float, 1> mean, CView<float, 1> variance, CView<float, 1> gamma, CView<float, 1> beta, View<float, 5> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void batch_norm_forward<double>(CView<double, 5> x, CView<double, 1> mean, CView<double, 1> variance, CView<double, 1> gamma, CView<double, 1> beta, View<double, 5> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void batch_norm_backward<float>(CView<float, 5> x, CView<std::uint8_t, 2> mask, CView<float, 1> mean, CView<float, 1> variance, Index batch_count, CView<float, 1> gamma, CView<float, 5> dy, View<float, 5> dx, View<float, 1> dgamma, View<float, 1> dbeta);
}
namespace kernels {
STAC3DL_INSTANCE(others) void batch_norm_backward<double>(CView<double, 5> x, CView<std::uint8_t, 2> mask, CView<double, 1> mean, CView<double, 1> variance, Index batch_count, CView<double, 1> gamma, CView<double, 5> dy, View<double, 5> dx, View<double, 1> dgamma, View<double, 1> dbeta);
}

// bf16x3.hpp
namespace kernels {
STAC3DL_INSTANCE(tiles) void bf16x3_transform_weights<0>(const WinogradPlan& plan, const WinogradWeightSource& source, float* u);
}
namespace kernels {
STAC3DL_INSTANCE(tiles) void bf16x3_convolve<0>(const WinogradPlan& plan, BlockedView<const float> x, const WinogradWeightSource& source, const float* prepared, const WinogradTarget& target, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(tiles) void bf16x3_weight_gradient<0>(const WinogradPlan& plan, BlockedView<const float> x, BlockedView<const float> dy, View<float, 5> dw, View<float, 1> db, Workspace& ws);
}

// bf16x3_few.hpp
namespace kernels {
STAC3DL_INSTANCE(tiles) void bf16x3_few_convolve<0>(const WinogradProblem& problem, CView<float, 5> x, CView<float, 5> w, const WinogradTarget& target, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(tiles) void bf16x3_few_data<0>(const WinogradProblem& problem, BlockedView<const float> dy, CView<float, 5> w, BlockedView<float> dx, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(tiles) void bf16x3_few_gradient<0>(const WinogradProblem& problem, CView<float, 5> x, BlockedView<const float> dy, View<float, 5> dw, View<float, 1> db, Workspace& ws);
}

// bilinear.hpp
namespace kernels {
STAC3DL_INSTANCE(sequence) void gate_forward<float>(CView<float, 1> a, CView<float, 1> v, View<float, 1> g);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void gate_forward<double>(CView<double, 1> a, CView<double, 1> v, View<double, 1> g);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void gate_backward<float>(CView<float, 1> a, CView<float, 1> v, CView<float, 1> dg, View<float, 1> da, View<float, 1> dv);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void gate_backward<double>(CView<double, 1> a, CView<double, 1> v, CView<double, 1> dg, View<double, 1> da, View<double, 1> dv);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void outer_forward<float>(CView<float, 4> a, CView<float, 4> v, CView<std::uint8_t, 3> mask, View<float, 3> y, View<float, 3> B, View<float, 2> length, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void outer_forward<double>(CView<double, 4> a, CView<double, 4> v, CView<std::uint8_t, 3> mask, View<double, 3> y, View<double, 3> B, View<double, 2> length, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void outer_backward<float>(CView<float, 4> a, CView<float, 4> v, CView<std::uint8_t, 3> mask, CView<float, 3> B, CView<float, 2> length, CView<float, 3> dy, View<float, 4> da, View<float, 4> dv, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void outer_backward<double>(CView<double, 4> a, CView<double, 4> v, CView<std::uint8_t, 3> mask, CView<double, 3> B, CView<double, 2> length, CView<double, 3> dy, View<double, 4> da, View<double, 4> dv, Workspace& ws);
}

// blocked.hpp
namespace kernels {
STAC3DL_INSTANCE(winograd) void to_blocked<0>(CView<float, 5> x, BlockedView<float> b);
}
namespace kernels {
STAC3DL_INSTANCE(winograd) void from_blocked<0>(BlockedView<const float> b, View<float, 5> x);
}

// blocked_epilogue.hpp
namespace kernels {
STAC3DL_INSTANCE(winograd) void blocked_epilogue_backward<0>(BlockedView<const float> y, const std::uint8_t* choice, BlockedView<const float> dy, const ConvEpilogue& after, BlockedView<float> dc, View<float, 1> db, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(winograd) void blocked_bias_gradient<0>(BlockedView<const float> dy, View<float, 1> db, Workspace& ws);
}

// blocked_pool.hpp
namespace kernels {
STAC3DL_INSTANCE(winograd) void blocked_max_pool<0>(BlockedView<const float> x, const std::array<Index, 3>& window, BlockedView<float> y, std::uint8_t* choice);
}

// cell_mean.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void cell_mean_forward<float>(CView<float, 5> x, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps, const std::array<Index, 3>& grid, View<float, 4> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void cell_mean_forward<double>(CView<double, 5> x, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps, const std::array<Index, 3>& grid, View<double, 4> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void cell_mean_backward<float>(CView<float, 4> dy, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps, const std::array<Index, 3>& grid, View<float, 5> dx);
}
namespace kernels {
STAC3DL_INSTANCE(others) void cell_mean_backward<double>(CView<double, 4> dy, CView<std::uint8_t, 2> frames, CView<std::uint8_t, 3> positions, Index steps, const std::array<Index, 3>& grid, View<double, 5> dx);
}

// conv3d_direct.hpp
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_forward_direct<float>(CView<float, 5> x, CView<float, 5> w, CView<float, 1> b, View<float, 5> y, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_forward_direct<double>(CView<double, 5> x, CView<double, 5> w, CView<double, 1> b, View<double, 5> y, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_forward_lines<float>(CView<float, 5> x, CView<float, 5> w, CView<float, 1> b, View<float, 5> y, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_forward_lines<double>(CView<double, 5> x, CView<double, 5> w, CView<double, 1> b, View<double, 5> y, const Conv3dSpec& spec, Workspace& ws);
}

// conv3d_direct_batch.hpp
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_forward_batch<float>(CView<float, 5> x, CView<float, 5> w, CView<float, 1> b, View<float, 5> y, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_forward_batch<double>(CView<double, 5> x, CView<double, 5> w, CView<double, 1> b, View<double, 5> y, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_data_batch<float>(CView<float, 5> dy, CView<float, 5> w, View<float, 5> dx, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_data_batch<double>(CView<double, 5> dy, CView<double, 5> w, View<double, 5> dx, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_weights_batch<float>(CView<float, 5> x, CView<float, 5> dy, View<float, 5> dw, View<float, 1> db, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_weights_batch<double>(CView<double, 5> x, CView<double, 5> dy, View<double, 5> dw, View<double, 1> db, const Conv3dSpec& spec, Workspace& ws);
}

// conv3d_direct_bias.hpp
namespace kernels::detail {
STAC3DL_INSTANCE(convolution) void conv3d_backward_bias<float>(CView<float, 5> dy, View<float, 1> db);
}
namespace kernels::detail {
STAC3DL_INSTANCE(convolution) void conv3d_backward_bias<double>(CView<double, 5> dy, View<double, 1> db);
}

// conv3d_direct_data.hpp
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_data_direct<float>(CView<float, 5> dy, CView<float, 5> w, View<float, 5> dx, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_data_direct<double>(CView<double, 5> dy, CView<double, 5> w, View<double, 5> dx, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_data_lines<float>(CView<float, 5> dy, CView<float, 5> w, View<float, 5> dx, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_data_lines<double>(CView<double, 5> dy, CView<double, 5> w, View<double, 5> dx, const Conv3dSpec& spec, Workspace& ws);
}

// conv3d_direct_weights.hpp
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_weights_direct<float>(CView<float, 5> x, CView<float, 5> dy, View<float, 5> dw, View<float, 1> db, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_weights_direct<double>(CView<double, 5> x, CView<double, 5> dy, View<double, 5> dw, View<double, 1> db, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_weights_lines<float>(CView<float, 5> x, CView<float, 5> dy, View<float, 5> dw, View<float, 1> db, const Conv3dSpec& spec, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(convolution) void conv3d_backward_weights_lines<double>(CView<double, 5> x, CView<double, 5> dy, View<double, 5> dw, View<double, 1> db, const Conv3dSpec& spec, Workspace& ws);
}

// conv3d_few.hpp
namespace kernels {
STAC3DL_INSTANCE(winograd) void few_channels_data<0>(const WinogradProblem& problem, BlockedView<const float> dy, CView<float, 5> w, BlockedView<float> dx, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(winograd) void few_channels_gradient<0>(const WinogradProblem& problem, CView<float, 5> x, BlockedView<const float> dy, View<float, 5> dw, Workspace& ws);
}

// cross_entropy.hpp
namespace kernels {
STAC3DL_INSTANCE(others) float cross_entropy_forward<float>(CView<float, 2> logits, std::span<const Index> labels, float smoothing, View<float, 2> p);
}
namespace kernels {
STAC3DL_INSTANCE(others) double cross_entropy_forward<double>(CView<double, 2> logits, std::span<const Index> labels, double smoothing, View<double, 2> p);
}
namespace kernels {
STAC3DL_INSTANCE(others) void cross_entropy_backward<float>(CView<float, 2> p, std::span<const Index> labels, float smoothing, View<float, 2> dlogits);
}
namespace kernels {
STAC3DL_INSTANCE(others) void cross_entropy_backward<double>(CView<double, 2> p, std::span<const Index> labels, double smoothing, View<double, 2> dlogits);
}

// dropout.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void dropout<float>(CView<float, 1> x, float p, const Random& random, View<float, 1> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void dropout<double>(CView<double, 1> x, double p, const Random& random, View<double, 1> y);
}

// gemm.hpp
namespace kernels::gemm_detail {
STAC3DL_INSTANCE(sequence) void run<float>(const Product<float>& product, Workspace& ws, Accuracy accuracy);
}
namespace kernels::gemm_detail {
STAC3DL_INSTANCE(sequence) void run<double>(const Product<double>& product, Workspace& ws, Accuracy accuracy);
}

// gemm_split.hpp
namespace kernels::gemm_detail {
STAC3DL_INSTANCE(tiles) void split_product<0>(const Product<float>& product, int parts, Workspace& ws);
}
namespace kernels::gemm_detail {
STAC3DL_INSTANCE(tiles) void split_pack_right<0>(const Factor<float>& b, const SplitSlab& slab, std::uint16_t* tiles);
}
namespace kernels::gemm_detail {
STAC3DL_INSTANCE(tiles) void split_add<0>(const Factor<float>& a, Index M, const SplitRight& b, float* c, Index c_i, Workspace& ws);
}

// linear.hpp
namespace kernels {
STAC3DL_INSTANCE(sequence) void add_row_sums<float>(CView<float, 2> x, View<float, 1> sums);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void add_row_sums<double>(CView<double, 2> x, View<double, 1> sums);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void add_to_rows<float>(CView<float, 1> b, View<float, 2> y);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void add_to_rows<double>(CView<double, 1> b, View<double, 2> y);
}

// lstm_gates.hpp
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_gates<float>(const LstmGatesForward<float>& step, Index B);
}
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_gates<double>(const LstmGatesForward<double>& step, Index B);
}
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_gates<float>(const LstmGatesBackward<float>& step, Index B);
}
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_gates<double>(const LstmGatesBackward<double>& step, Index B);
}

// lstm_sequence.hpp
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_forward<float>(const LstmRun<float>& run, Index s0, Index s1, Index first, const LstmStateView<const float>& start, View<float, 3> z, View<float, 3> y, float* cells, bool keep_c, Workspace& ws);
}
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_forward<double>(const LstmRun<double>& run, Index s0, Index s1, Index first, const LstmStateView<const double>& start, View<double, 3> z, View<double, 3> y, double* cells, bool keep_c, Workspace& ws);
}
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_backward<float>(const LstmRun<float>& run, CView<float, 3> gates, CView<float, 3> cells, CView<float, 3> dy, bool start_wanted, View<float, 2> dh, View<float, 2> dc, View<float, 3> dz, Workspace& ws);
}
namespace kernels::detail {
STAC3DL_INSTANCE(sequence) void run_lstm_backward<double>(const LstmRun<double>& run, CView<double, 3> gates, CView<double, 3> cells, CView<double, 3> dy, bool start_wanted, View<double, 2> dh, View<double, 2> dc, View<double, 3> dz, Workspace& ws);
}

// optimiser.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void sgd_step<float>(CView<float, 1> g, View<float, 1> w, View<float, 1> velocity, const SgdStep& s);
}
namespace kernels {
STAC3DL_INSTANCE(others) void sgd_step<double>(CView<double, 1> g, View<double, 1> w, View<double, 1> velocity, const SgdStep& s);
}
namespace kernels {
STAC3DL_INSTANCE(others) void adam_step<float>(CView<float, 1> g, View<float, 1> w, View<float, 1> mean, View<float, 1> square, const AdamStep& s);
}
namespace kernels {
STAC3DL_INSTANCE(others) void adam_step<double>(CView<double, 1> g, View<double, 1> w, View<double, 1> mean, View<double, 1> square, const AdamStep& s);
}
namespace kernels {
STAC3DL_INSTANCE(others) double sum_of_squares<float>(CView<float, 1> x);
}
namespace kernels {
STAC3DL_INSTANCE(others) double sum_of_squares<double>(CView<double, 1> x);
}
namespace kernels {
STAC3DL_INSTANCE(others) void scale_gradient<float>(View<float, 1> x, float factor);
}
namespace kernels {
STAC3DL_INSTANCE(others) void scale_gradient<double>(View<double, 1> x, double factor);
}

// philox.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void fill_uniform_at<float>(const Random& random, std::uint64_t first, View<float, 1> u);
}
namespace kernels {
STAC3DL_INSTANCE(others) void fill_uniform_at<double>(const Random& random, std::uint64_t first, View<double, 1> u);
}

// pool3d_average.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void avg_pool3d_forward<float>(CView<float, 5> x, View<float, 5> y, const Pool3dSpec& spec);
}
namespace kernels {
STAC3DL_INSTANCE(others) void avg_pool3d_forward<double>(CView<double, 5> x, View<double, 5> y, const Pool3dSpec& spec);
}
namespace kernels {
STAC3DL_INSTANCE(others) void avg_pool3d_backward<float>(CView<float, 5> dy, View<float, 5> dx, const Pool3dSpec& spec);
}
namespace kernels {
STAC3DL_INSTANCE(others) void avg_pool3d_backward<double>(CView<double, 5> dy, View<double, 5> dx, const Pool3dSpec& spec);
}

// pool3d_max.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void max_pool3d_forward<float>(CView<float, 5> x, View<float, 5> y, View<std::uint16_t, 5> choice, const Pool3dSpec& spec);
}
namespace kernels {
STAC3DL_INSTANCE(others) void max_pool3d_forward<double>(CView<double, 5> x, View<double, 5> y, View<std::uint16_t, 5> choice, const Pool3dSpec& spec);
}

// soft_argmax.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void soft_argmax_forward<float>(CView<float, 5> z, View<float, 5> p, View<float, 4> points);
}
namespace kernels {
STAC3DL_INSTANCE(others) void soft_argmax_forward<double>(CView<double, 5> z, View<double, 5> p, View<double, 4> points);
}
namespace kernels {
STAC3DL_INSTANCE(others) void soft_argmax_backward<float>(CView<float, 5> p, CView<float, 4> points, CView<float, 4> d_points, View<float, 5> dz);
}
namespace kernels {
STAC3DL_INSTANCE(others) void soft_argmax_backward<double>(CView<double, 5> p, CView<double, 4> points, CView<double, 4> d_points, View<double, 5> dz);
}

// softmax.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void softmax_forward<float>(CView<float, 2> x, CView<std::uint8_t, 2> mask, View<float, 2> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void softmax_forward<double>(CView<double, 2> x, CView<std::uint8_t, 2> mask, View<double, 2> y);
}
namespace kernels {
STAC3DL_INSTANCE(others) void softmax_backward<float>(CView<float, 2> y, CView<float, 2> dy, View<float, 2> dx);
}
namespace kernels {
STAC3DL_INSTANCE(others) void softmax_backward<double>(CView<double, 2> y, CView<double, 2> dy, View<double, 2> dx);
}

// stam.hpp
namespace kernels {
STAC3DL_INSTANCE(sequence) void stam_forward<float>(CView<float, 4> h, TokenMask mask, const StamWeights<float>& w, View<float, 2> alpha, View<float, 3> beta, View<float, 2> f, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void stam_forward<double>(CView<double, 4> h, TokenMask mask, const StamWeights<double>& w, View<double, 2> alpha, View<double, 3> beta, View<double, 2> f, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void stam_backward<float>(CView<float, 4> h, TokenMask mask, const StamWeights<float>& w, CView<float, 2> alpha, CView<float, 3> beta, CView<float, 2> df, CView<float, 2> dalpha, CView<float, 3> dbeta, View<float, 4> dh, const StamGrads<float>& dw, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(sequence) void stam_backward<double>(CView<double, 4> h, TokenMask mask, const StamWeights<double>& w, CView<double, 2> alpha, CView<double, 3> beta, CView<double, 2> df, CView<double, 2> dalpha, CView<double, 3> dbeta, View<double, 4> dh, const StamGrads<double>& dw, Workspace& ws);
}

// tokens.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void to_tokens<float>(CView<float, 5> g, View<float, 4> tokens);
}
namespace kernels {
STAC3DL_INSTANCE(others) void to_tokens<double>(CView<double, 5> g, View<double, 4> tokens);
}
namespace kernels {
STAC3DL_INSTANCE(others) void from_tokens<float>(CView<float, 4> tokens, View<float, 5> g);
}
namespace kernels {
STAC3DL_INSTANCE(others) void from_tokens<double>(CView<double, 4> tokens, View<double, 5> g);
}

// upsample.hpp
namespace kernels {
STAC3DL_INSTANCE(others) void upsample_add<float>(CView<float, 5> coarse, View<float, 5> fine);
}
namespace kernels {
STAC3DL_INSTANCE(others) void upsample_add<double>(CView<double, 5> coarse, View<double, 5> fine);
}
namespace kernels {
STAC3DL_INSTANCE(others) void upsample_add_backward<float>(CView<float, 5> d_fine, View<float, 5> d_coarse);
}
namespace kernels {
STAC3DL_INSTANCE(others) void upsample_add_backward<double>(CView<double, 5> d_fine, View<double, 5> d_coarse);
}

// winograd.hpp
namespace kernels {
STAC3DL_INSTANCE(winograd) void winograd_transform_weights<0>(const WinogradPlan& plan, CView<float, 5> w, WinogradPass pass, float* u);
}
namespace kernels {
STAC3DL_INSTANCE(winograd) void winograd_convolve<0>(const WinogradPlan& plan, const WinogradInput& x, const WinogradKernel& kernel, const float* bias, const ConvEpilogue& after, BlockedView<float> y, std::uint8_t* choice, Workspace& ws);
}
namespace kernels {
STAC3DL_INSTANCE(winograd) void winograd_weight_gradient<0>(const WinogradPlan& plan, const WinogradInput& x, BlockedView<const float> dy, View<float, 5> dw, View<float, 1> db, Workspace& ws);
}

STAC3DL_NAMESPACE_END
#endif
