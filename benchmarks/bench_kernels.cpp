// Every case under Google Benchmark:  bench_kernels --benchmark_filter=conv3d.forward/conv2a
#include <benchmark/benchmark.h>

#include "case.hpp"

int main(int argc, char** argv) {
  for (const bench::Case& one : bench::cases()) {
    benchmark::RegisterBenchmark(one.name().c_str(), [&one](benchmark::State& state) {
      bench::Run run;
      try {
        run = one.make();
        run();  // first call at a shape: memory, and peers' code generation
      } catch (const std::exception& error) {
        state.SkipWithError(error.what());
        return;
      }
      for (auto _ : state) run();
      using benchmark::Counter;
      if (one.flops > 0) state.counters["FLOPS"] = Counter(one.flops, Counter::kIsIterationInvariantRate);
      if (one.bytes > 0)
        state.counters["bytes"] = Counter(one.bytes, Counter::kIsIterationInvariantRate, Counter::kIs1024);
    })
        ->UseRealTime()
        ->Unit(benchmark::kMicrosecond);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
