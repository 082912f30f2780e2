/// kernels/pool3d_lanes.hpp - what pooling kernels share: neighbours in a row to two packs and back.
///
/// Windows that step by 1 read packs as they lie.  Windows that step by 2 read two packs and split them into the
/// numbers at even and at odd places, which are two elements of as many windows as a pack is wide.
#pragma once

#include <cstdint>

#include "stac3dl/kernels/lanes.hpp"
#include "stac3dl/kernels/pool3d_spec.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/pool3d_lanes.inl"
#include "stac3dl/core/for_each_isa.hpp"
