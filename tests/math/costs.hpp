// The pages' tables of costs; see costs.cpp.
#pragma once

#include "worked.hpp"

namespace worked {

std::vector<Cost> cost_convolution();
std::vector<Cost> cost_streams();
std::vector<Cost> cost_bilinear();
std::vector<Cost> cost_c3d_classifier();
std::vector<Cost> cost_gate();
std::vector<Cost> cost_candidate();
std::vector<Cost> cost_cell_state();
std::vector<Cost> cost_hidden_state();
std::vector<Cost> cost_lstm_sequence();
std::vector<Cost> cost_attention();
std::vector<Cost> cost_classifier();
std::vector<Cost> cost_plain_attention();
std::vector<Cost> cost_pooling();
std::vector<Cost> cost_batch_norm();
std::vector<Cost> cost_elementwise();
std::vector<Cost> cost_optimisers();
std::vector<Cost> cost_linear();

}  // namespace worked
