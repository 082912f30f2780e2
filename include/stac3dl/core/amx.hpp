/// core/amx.hpp - whether this process may use the CPU's tile registers (Intel AMX).
///
/// Eight registers of 16 rows x 64 bytes, and one instruction that multiplies two of them: C (16, 16) += A (16, 32) B
/// (32, 16), A and B in bfloat16, C in float; 16 times the sums a second of AVX-512.  Linux lets a process use them
/// once it has asked.
#pragma once

#include "stac3dl/core/config.hpp"
#include "stac3dl/core/target.hpp"

#if STAC3DL_X86_ISAS && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

STAC3DL_NAMESPACE_BEGIN

/// True if CPU and operating system let this process multiply tiles of bfloat16; asks the system for it the first time.
inline bool amx_usable() {
#if STAC3DL_X86_ISAS && defined(__linux__)
  static const bool usable = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 27 & 1)) return false;  // OSXSAVE: the system's state can be read
    unsigned low = 0, high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low >> 17 & 3) != 3) return false;  // it keeps the tiles' settings and data across switches of threads
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 22 & 1) || !(d >> 24 & 1))
      return false;                                                               // AMX-BF16, AMX-TILE
    if (!__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a >> 5 & 1)) return false;  // AVX512-BF16
    constexpr long ask_for_feature = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, ask_for_feature, tile_data) == 0;
  }();
  return usable;
#else
  return false;
#endif
}

STAC3DL_NAMESPACE_END
