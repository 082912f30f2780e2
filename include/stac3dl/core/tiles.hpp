/// core/tiles.hpp - tile registers for the files that for_each_tiles.hpp includes twice.
#pragma once

#define STAC3DL_TILES_FILE "stac3dl/core/unroll.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/core/tiles.inl"
#include "stac3dl/core/for_each_tiles.hpp"
#define STAC3DL_TILES_FILE "stac3dl/core/row16.inl"
#include "stac3dl/core/for_each_tiles.hpp"
