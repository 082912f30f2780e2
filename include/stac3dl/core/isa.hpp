/// core/isa.hpp - which instruction set the kernels use: chosen at run time, whatever flags the program is built with.
///
/// A kernel's inner part is a file `foo.inl`, compiled once for each instruction set into a namespace of its own:
///   #define STAC3DL_ISA_FILE "stac3dl/kernels/foo.inl"
///   #include "stac3dl/core/for_each_isa.hpp"        // isa_portable::foo_run, isa_avx2::foo_run, isa_avx512::foo_run
/// and its public function picks one:
///   STAC3DL_DISPATCH(foo_run<Real>(x, y));
/// Portable is what the compiler's flags allow, through Eigen's packets (SSE2, NEON), or one of the other two where the flags
/// allow it.  Those need g++ or clang on x86-64, and a CPU that has them.  Elsewhere, and with MSVC, everything is portable.
#pragma once

#include <atomic>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include "stac3dl/core/amx.hpp"
#include "stac3dl/core/check.hpp"
#include "stac3dl/core/simd.hpp"
#include "stac3dl/core/target.hpp"

#if STAC3DL_X86_ISAS
#include <immintrin.h>
#endif

/// Behind a lambda's parameters, and before a function: inlined always, not only where the optimiser finds it worth while.
#if defined(__GNUC__)
#define STAC3DL_INLINE_LAMBDA __attribute__((always_inline))
/// In front of a function: inlined always, not only where the optimiser finds it worth while.
#define ISA_INLINE inline __attribute__((always_inline))
#else
#define STAC3DL_INLINE_LAMBDA
#define ISA_INLINE inline
#endif

/// Ask for the line at `address`, which may be any: soon in the first-level cache, later in the second, soon to write to.
#if defined(__GNUC__)
#define STAC3DL_PREFETCH(address) __builtin_prefetch(address, 0, 3)
/// Soon in the second-level cache.
#define STAC3DL_PREFETCH_L2(address) __builtin_prefetch(address, 0, 2)
/// Soon in the first-level cache, to be written to.
#define STAC3DL_PREFETCH_WRITE(address) __builtin_prefetch(address, 1, 3)
#else
#define STAC3DL_PREFETCH(address) static_cast<void>(address)
#define STAC3DL_PREFETCH_L2(address) static_cast<void>(address)
#define STAC3DL_PREFETCH_WRITE(address) static_cast<void>(address)
#endif

STAC3DL_NAMESPACE_BEGIN

/// Each contains the ones before it.  amx: avx512, and tile registers for the kernels that multiply much (core/amx.hpp,
/// for_each_tiles.hpp).
enum class Isa { portable, avx2, avx512, amx };

constexpr const char* isa_name(Isa isa) {
  constexpr const char* names[] = {"portable", "avx2", "avx512", "amx"};
  return names[static_cast<int>(isa)];
}

/// The best that this CPU, and its operating system, can run.
inline Isa best_isa() {
#if STAC3DL_X86_ISAS
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Isa::portable;
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  return !avx512 ? Isa::avx2 : amx_usable() ? Isa::amx : Isa::avx512;
#else
  return Isa::portable;
#endif
}

/// All that this CPU can run, the plainest first.
inline std::span<const Isa> supported_isas() {
  static constexpr Isa all[] = {Isa::portable, Isa::avx2, Isa::avx512, Isa::amx};
  return std::span<const Isa>(all).first(static_cast<std::size_t>(best_isa()) + 1);
}

namespace detail {
/// The value of the environment variable STAC3DL_ISA, or the best.
inline Isa isa_at_start() {
  const char* asked = std::getenv("STAC3DL_ISA");
  if (asked == nullptr || *asked == '\0') return best_isa();
  for (Isa isa : supported_isas())
    if (std::string_view(asked) == isa_name(isa)) return isa;
  fail("environment variable STAC3DL_ISA: want portable, avx2, avx512 or amx, at most ", isa_name(best_isa()),
       " on this CPU, got \"", asked, "\"");
}
inline std::atomic<Isa>& isa_in_use() {
  static std::atomic<Isa> isa{isa_at_start()};
  return isa;
}
}  // namespace detail

/// The one in use: STAC3DL_ISA of the environment, else the best, unless set_isa() has been called.
/// Throws Error if the environment variable names none that this CPU can run.
inline Isa isa() { return detail::isa_in_use().load(std::memory_order_relaxed); }

/// Uses `isa` from the next kernel on.  Set it between calls, not during one.  Throws Error if this CPU cannot run it.
inline void set_isa(Isa isa) {
  check(isa <= best_isa(), "set_isa: this CPU has ", isa_name(best_isa()), " at most, got ", isa_name(isa));
  detail::isa_in_use().store(isa, std::memory_order_relaxed);
}

/// Uses an instruction set until the end of the scope.
class ScopedIsa {
 public:
  explicit ScopedIsa(Isa wanted) : before_(isa()) { set_isa(wanted); }  ///< Error where this CPU cannot run `wanted`.
  ~ScopedIsa() { set_isa(before_); }
  ScopedIsa(const ScopedIsa&) = delete;
  ScopedIsa& operator=(const ScopedIsa&) = delete;

 private:
  Isa before_;
};

STAC3DL_NAMESPACE_END

/// Returns what the function of the instruction set in use returns; stands at the end of a kernel's public function.
#if STAC3DL_X86_ISAS
#define STAC3DL_DISPATCH(...)                                              \
  switch (::stac3dl::isa()) {                                              \
    case ::stac3dl::Isa::amx:                                              \
    case ::stac3dl::Isa::avx512: return isa_avx512::__VA_ARGS__;           \
    case ::stac3dl::Isa::avx2: return isa_avx2::__VA_ARGS__;               \
    default: return isa_portable::__VA_ARGS__;                             \
  }
#else
#define STAC3DL_DISPATCH(...) return isa_portable::__VA_ARGS__
#endif

#define STAC3DL_ISA_FILE "stac3dl/core/pack.inl"
#include "stac3dl/core/for_each_isa.hpp"
#define STAC3DL_ISA_FILE "stac3dl/core/transpose.inl"
#include "stac3dl/core/for_each_isa.hpp"

#if STAC3DL_FLAGS_HAVE_ISA
STAC3DL_NAMESPACE_BEGIN
namespace kernels {
namespace isa_portable = STAC3DL_ISA_OF_FLAGS;
}
/// The vector of the flags in force (core/simd.hpp).
template <class Real>
using Pack = kernels::isa_portable::Pack<Real>;
inline constexpr bool many_registers = kernels::isa_portable::many_registers;
STAC3DL_NAMESPACE_END
#endif
