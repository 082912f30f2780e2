/// kernels/pool3d.hpp - 3-D max and average pooling, forward and backward; PyTorch's semantics, ceil mode included.
#pragma once

#include "stac3dl/kernels/pool3d_average.hpp"
#include "stac3dl/kernels/pool3d_max.hpp"
#include "stac3dl/kernels/pool3d_ref.hpp"
