/// kernels/pack_part.hpp - packs at the end of a row: the first `count` lanes are read or written, no more.
///
/// What comes out of a lane depends on what goes into that lane alone, never on its neighbours or on the address: a
/// row gives the same bits wherever it lies.
#pragma once

#include <algorithm>

#include "stac3dl/core/isa.hpp"

#define STAC3DL_ISA_FILE "stac3dl/kernels/pack_part.inl"
#include "stac3dl/core/for_each_isa.hpp"
