/// kernels/attention.hpp - the ways from tokens h (L, N, P, U) to one vector a sample F (N, U):
///   stam.hpp              spatio-temporal attention, equations 11 to 13
///   attention_plain.hpp   one softmax over all tokens (variant `am`)
///   attention_mean.hpp    the mean over valid tokens (variant `c3d_lstm`)
/// Their plain-loop twins are in stam_ref.hpp, attention_plain_ref.hpp and attention_mean_ref.hpp.
#pragma once

#include "stac3dl/kernels/attention_mean.hpp"
#include "stac3dl/kernels/attention_plain.hpp"
#include "stac3dl/kernels/stam.hpp"
