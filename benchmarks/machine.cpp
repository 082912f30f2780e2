// FMA peak and read bandwidth.  Every loop is compiled for each instruction set by function attributes and chosen at
// run time, so that the flags of the build do not matter.
#include "machine.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/core/workspace.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#define BENCH_X86 1
#define BENCH_TARGET(flags) __attribute__((target(flags)))
#else
#define BENCH_X86 0
#endif

namespace bench {
namespace {

using namespace stac3dl;

// Twelve independent chains hide the latency of an FMA.  BYTES: length of a vector.
#define BENCH_MACHINE_LOOPS(SUFFIX, ATTRIBUTE, BYTES)                                                           \
  typedef float Vector##SUFFIX __attribute__((vector_size(BYTES)));                                             \
  ATTRIBUTE float fma_chains##SUFFIX(long count) {                                                              \
    using V = Vector##SUFFIX;                                                                                   \
    const V m = V{} + 0.999f, c = V{} + 0.001f;                                                                 \
    V a0 = m, a1 = m + 1.f, a2 = m + 2.f, a3 = m + 3.f, a4 = m + 4.f, a5 = m + 5.f; /* equal chains */          \
    V a6 = m + 6.f, a7 = m + 7.f, a8 = m + 8.f, a9 = m + 9.f, a10 = m + 10.f, a11 = m + 11.f; /* would be one */\
    for (long i = 0; i < count; ++i) {                                                                          \
      a0 = a0 * m + c, a1 = a1 * m + c, a2 = a2 * m + c, a3 = a3 * m + c, a4 = a4 * m + c, a5 = a5 * m + c;     \
      a6 = a6 * m + c, a7 = a7 * m + c, a8 = a8 * m + c, a9 = a9 * m + c, a10 = a10 * m + c, a11 = a11 * m + c; \
      __asm__ volatile("" ::: "memory"); /* no other order, no shortcut */                                      \
    }                                                                                                           \
    const V sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11;                                  \
    return sum[0];                                                                                              \
  }                                                                                                             \
  ATTRIBUTE float sum_of##SUFFIX(const float* data, Index count) {                                              \
    using V = Vector##SUFFIX;                                                                                   \
    constexpr Index width = BYTES / sizeof(float);                                                              \
    V s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{};                                                           \
    for (Index i = 0; i + 8 * width <= count; i += 8 * width) {                                                 \
      const V* const v = reinterpret_cast<const V*>(data + i);                                                  \
      s0 += v[0], s1 += v[1], s2 += v[2], s3 += v[3], s4 += v[4], s5 += v[5], s6 += v[6], s7 += v[7];           \
    }                                                                                                           \
    const V sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;                                                        \
    return sum[0];                                                                                              \
  }

#if defined(__GNUC__)
BENCH_MACHINE_LOOPS(_baseline, , 16)
#if BENCH_X86
BENCH_MACHINE_LOOPS(_avx2, BENCH_TARGET("avx2,fma"), 32)
BENCH_MACHINE_LOOPS(_avx512, BENCH_TARGET("avx512f,fma"), 64)
#endif

struct Loops {
  const char* name;
  Index width;
  float (*chains)(long);
  float (*sum)(const float*, Index);
};
Loops loops() {
#if BENCH_X86
  if (__builtin_cpu_supports("avx512f")) return {"AVX-512", 16, fma_chains_avx512, sum_of_avx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {"AVX2 + FMA", 8, fma_chains_avx2, sum_of_avx2};
#endif
  return {"baseline", 4, fma_chains_baseline, sum_of_baseline};
}
#else
struct Loops {
  const char* name;
  Index width;
  float (*chains)(long);
  float (*sum)(const float*, Index);
};
Loops loops() { return {"not measured", 0, nullptr, nullptr}; }
#endif

volatile float sink;  // results that nobody reads would not be computed

/// Work of one second that `body` does in all threads at once: the best of some tries.
template <class Body>
double best_rate(int threads, double work, int tries, Body&& body) {
  using Clock = std::chrono::steady_clock;
  set_num_threads(threads);
  double best = 0;
  for (int i = 0; i < tries; ++i) {
    const auto start = Clock::now();
    parallel_for(threads, body);
    best = std::max(best, work / std::chrono::duration<double>(Clock::now() - start).count());
  }
  set_num_threads(0);
  return best;
}

std::string first_value(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.rfind(key, 0) == 0) return line.substr(std::min(line.size(), line.find(':') + 2));
  return "unknown";
}
/// "32768K" of a cache as the system lists it; glibc's sysconf tells a virtual machine the size of its host's.
double cache_bytes(int index) {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/size");
  double kib = 0;
  return file >> kib ? 1024 * kib : 0;
}
std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return std::string(name) + "=" + (value ? value : "(unset)");
}

}  // namespace

double fma_peak(int threads) {
  const Loops l = loops();
  if (!l.chains) return NAN;
  const long count = 2'000'000;  // a few milliseconds: some tries meet no interruption
  const double flops = 2.0 * 12.0 * static_cast<double>(l.width) * static_cast<double>(count) * threads;
  return best_rate(threads, flops, 40, [&](Index) { sink = l.chains(count); });
}

double read_bandwidth(int threads, double bytes_per_thread) {
  const Loops l = loops();
  if (!l.sum) return NAN;
  const Index count = static_cast<Index>(bytes_per_thread) / 4096 * 1024;
  Workspace workspace;  // 64-byte aligned
  Workspace::Scope scope(workspace);
  const auto data = workspace.take<float>(Shape<2>{threads, count});
  set_num_threads(threads);
  parallel_for(threads, [&](Index t) { std::fill_n(data.data() + t * count, count, 1.0f); });
  const Index passes = std::max<Index>(1, (Index{1} << 26) / count);
  const double bytes = 4.0 * static_cast<double>(count * passes) * threads;
  return best_rate(threads, bytes, 7, [&](Index t) {
    for (Index pass = 0; pass < passes; ++pass) sink = l.sum(data.data() + t * count, count);
  });
}

Machine machine() {
  Machine m;
  m.cpu = first_value("/proc/cpuinfo", "model name");
  m.vectors = loops().name;
  m.affinity = "CPUs " + first_value("/proc/self/status", "Cpus_allowed_list");
  for (const char* name : {"OMP_NUM_THREADS", "OMP_PROC_BIND", "OMP_PLACES", "GOMP_SPINCOUNT", "STAC3DL_ISA"})
    m.affinity += ", " + setting(name);
#if defined(__clang__)
  m.compiler = "clang " __clang_version__;
#elif defined(__GNUC__)
  m.compiler = "g++ " __VERSION__;
#else
  m.compiler = "unknown";
#endif
#if defined(STAC3DL_BENCH_FLAGS)
  m.compiler += ", " STAC3DL_BENCH_FLAGS;
#endif
  m.l2 = cache_bytes(2), m.l3 = cache_bytes(3);
  return m;
}

}  // namespace bench
