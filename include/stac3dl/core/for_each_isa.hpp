/// core/for_each_isa.hpp - includes STAC3DL_ISA_FILE once for each instruction set; see core/isa.hpp.
/// Meant to be included many times: no include guard.
///
/// Only the file's own code is compiled for the instruction set: what it uses from elsewhere must be included before.
/// Code of a wider set than the CPU's can then never leak into a function that other translation units share.
// NOLINTBEGIN(llvm-header-guard)
#ifdef STAC3DL_ISA_FILE  // a lone include of this header does nothing

#define STAC3DL_ISA_AVX2 0
#define STAC3DL_ISA_AVX512 0
#if !STAC3DL_FLAGS_HAVE_ISA  // else isa_portable is another name for the widest set that the flags allow
#define STAC3DL_ISA_PORTABLE 1
STAC3DL_NAMESPACE_BEGIN
namespace kernels::isa_portable {
#include STAC3DL_ISA_FILE
}
STAC3DL_NAMESPACE_END
#undef STAC3DL_ISA_PORTABLE
#endif
#undef STAC3DL_ISA_AVX2
#define STAC3DL_ISA_PORTABLE 0

#if STAC3DL_X86_ISAS

#define STAC3DL_ISA_AVX2 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#endif
STAC3DL_NAMESPACE_BEGIN
namespace kernels::isa_avx2 {
#include STAC3DL_ISA_FILE
}
STAC3DL_NAMESPACE_END
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef STAC3DL_ISA_AVX2
#undef STAC3DL_ISA_AVX512
#define STAC3DL_ISA_AVX2 0

#define STAC3DL_ISA_AVX512 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,avx512f,avx512dq,avx512bw,avx512vl"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c,avx512f,avx512dq,avx512bw,avx512vl")
#endif
STAC3DL_NAMESPACE_BEGIN
namespace kernels::isa_avx512 {
#include STAC3DL_ISA_FILE
}
STAC3DL_NAMESPACE_END
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif  // STAC3DL_X86_ISAS

#undef STAC3DL_ISA_AVX2
#undef STAC3DL_ISA_AVX512
#undef STAC3DL_ISA_PORTABLE
#undef STAC3DL_ISA_FILE
#endif
// NOLINTEND(llvm-header-guard)
