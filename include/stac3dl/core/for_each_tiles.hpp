/// core/for_each_tiles.hpp - includes STAC3DL_TILES_FILE twice: for tile registers (core/amx.hpp), into kernels::tiles_amx,
/// and as plain loops that compute the same, into kernels::tiles_plain.
///
/// A public function picks one with STAC3DL_DISPATCH_TILES(run(x, y)).  The plain form makes every plan run on every
/// machine; plans that are chosen for speed ask for tiles only where they are.  Meant to be included many times.
// NOLINTBEGIN(llvm-header-guard)
#include "stac3dl/core/isa.hpp"

#ifndef STAC3DL_DISPATCH_TILES
#if STAC3DL_X86_ISAS
#define STAC3DL_DISPATCH_TILES(...)                                               \
  if (::stac3dl::isa() == ::stac3dl::Isa::amx) return tiles_amx::__VA_ARGS__; \
  return tiles_plain::__VA_ARGS__
#else
#define STAC3DL_DISPATCH_TILES(...) return tiles_plain::__VA_ARGS__
#endif
#endif

#ifdef STAC3DL_TILES_FILE  // a lone include of this header does no more

#define STAC3DL_TILES_AMX 0
STAC3DL_NAMESPACE_BEGIN
namespace kernels::tiles_plain {
using namespace isa_portable;
#include STAC3DL_TILES_FILE
}
STAC3DL_NAMESPACE_END
#undef STAC3DL_TILES_AMX

#if STAC3DL_X86_ISAS
#define STAC3DL_TILES_AMX 1
#if defined(__clang__)
#pragma clang attribute push(                                                                                      \
    __attribute__((target("avx2,fma,f16c,avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c,avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16")
#endif
STAC3DL_NAMESPACE_BEGIN
namespace kernels::tiles_amx {
using namespace isa_avx512;
#include STAC3DL_TILES_FILE
}
STAC3DL_NAMESPACE_END
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#undef STAC3DL_TILES_AMX
#endif

#undef STAC3DL_TILES_FILE
#endif
// NOLINTEND(llvm-header-guard)
