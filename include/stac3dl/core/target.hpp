/// core/target.hpp - what the compiler and its flags allow: several instruction sets side by side, and which one anyway.
#pragma once

/// 1: kernels for several x86 instruction sets can be compiled side by side (core/isa.hpp).
#if defined(__GNUC__) && defined(__x86_64__)
#define STAC3DL_X86_ISAS 1
#else
#define STAC3DL_X86_ISAS 0
#endif
/// 1: the compiler's flags allow one of them anyway.
#if STAC3DL_X86_ISAS && defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define STAC3DL_FLAGS_HAVE_ISA 1
#define STAC3DL_ISA_OF_FLAGS isa_avx512
#elif STAC3DL_X86_ISAS && defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#define STAC3DL_FLAGS_HAVE_ISA 1
#define STAC3DL_ISA_OF_FLAGS isa_avx2
#else
#define STAC3DL_FLAGS_HAVE_ISA 0
#endif
