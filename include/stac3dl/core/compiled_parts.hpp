/// core/compiled_parts.hpp - macros of compiled.hpp: where a kernel's code is, in this file or in the library.
///
/// With STAC3DL_COMPILED=0, the default, everything is compiled where it is used.  With 1, kernels are declared only, but
/// for those of the part that STAC3DL_COMPILED_PART numbers (cmake/stac3dl_compiled.cmake compiles each in a file of its
/// own): 1 convolution, 2 winograd, 3 tiles, 4 sequence, 5 others.
/// Kernels are templates, also those of one type alone (`template <int = 0>`), so that this works for all of them.
#pragma once

/// 1: kernels come from a library; 0: they are compiled where they are used.
#ifndef STAC3DL_COMPILED
#define STAC3DL_COMPILED 0
#endif
/// Number of the part that this file compiles; 0: none.
#ifndef STAC3DL_COMPILED_PART
#define STAC3DL_COMPILED_PART 0
#endif

/// In front of an explicit instantiation of a part's kernel: the declaration, or the thing itself.
#define STAC3DL_INSTANCE(part) STAC3DL_INSTANCE_##part
#if STAC3DL_COMPILED_PART == 1
#define STAC3DL_INSTANCE_convolution template
#else
/// Declared only.
#define STAC3DL_INSTANCE_convolution extern template
#endif
#if STAC3DL_COMPILED_PART == 2
#define STAC3DL_INSTANCE_winograd template
#else
/// Declared only.
#define STAC3DL_INSTANCE_winograd extern template
#endif
#if STAC3DL_COMPILED_PART == 3
#define STAC3DL_INSTANCE_tiles template
#else
/// Declared only.
#define STAC3DL_INSTANCE_tiles extern template
#endif
#if STAC3DL_COMPILED_PART == 4
#define STAC3DL_INSTANCE_sequence template
#else
/// Declared only.
#define STAC3DL_INSTANCE_sequence extern template
#endif
#if STAC3DL_COMPILED_PART == 5
#define STAC3DL_INSTANCE_others template
#else
/// Declared only.
#define STAC3DL_INSTANCE_others extern template
#endif
