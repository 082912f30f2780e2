/// kernels/winograd_parts.hpp - the steps of a convolution by tiles, each a file: transforms, products, outputs.
#pragma once

#include "stac3dl/core/workspace.hpp"
#include "stac3dl/kernels/blocked_pool.hpp"
#include "stac3dl/kernels/winograd_plan.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd_line.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd_input.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd_narrow.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd_product.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd_output.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/kernels/winograd_weights.inl"
#include "stac3dl/core/for_each_isa.hpp"
