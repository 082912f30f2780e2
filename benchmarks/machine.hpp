/// benchmarks/machine.hpp - what the machine can do at most, measured, and what it says of itself.
#pragma once

#include <string>

namespace bench {

struct Machine {
  std::string cpu;           ///< "unknown" where the system does not tell
  std::string vectors;       ///< the widest FMA that was measured: "AVX-512", "AVX2", "baseline"
  std::string affinity;      ///< what decides where threads run
  std::string compiler;
  double l2 = 0, l3 = 0;     ///< bytes; 0: not told
};

Machine machine();
/// Multiply-adds from registers, two operations each, per second: the best of several tries.
double fma_peak(int threads);
/// Bytes a second that all threads read together, each from its own `bytes_per_thread`.
double read_bandwidth(int threads, double bytes_per_thread);

}  // namespace bench
