/// core/random.hpp - counter-based random numbers: the i-th number of a stream is a function of (key, i) alone.
///
/// Philox-4x32-10 of Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.  Nothing is
/// carried from number to number, so any thread may draw any element, and results do not depend on order, threads or
/// platform: only integer arithmetic and exact float operations are used.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Four 32-bit words that are a bijective scramble of `counter` under `key`.
inline std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                               std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9, key[1] += 0xBB67AE85;
  }
  return counter;
}

/// A stream of random numbers named by its keys, for example Random({seed, epoch, sample, layer}).
/// at-functions are random access by index; next-functions walk an own counter.
class Random {
 public:
  /// A stream named by its keys: {seed, epoch, sample}.  Order matters.
  explicit Random(std::initializer_list<std::uint64_t> keys) {
    for (std::uint64_t key : keys) mix(key);
  }
  explicit Random(std::uint64_t seed) : Random({seed}) {}  ///< A stream named by one number.

  /// The stream named by this one's keys followed by `keys`: unrelated to this one and to other splits.
  Random split(std::initializer_list<std::uint64_t> keys) const {
    Random child = *this;
    child.counter_ = 0;
    for (std::uint64_t key : keys) child.mix(key);
    return child;
  }

  /// Four words at `index`.
  std::array<std::uint32_t, 4> words_at(std::uint64_t index) const {
    return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), tweak_[0],
                       tweak_[1]}, key_);
  }
  /// What the cipher takes beside the index, for code that draws many numbers at once (kernels/philox.hpp).
  std::array<std::uint32_t, 2> key() const { return key_; }
  /// The other half of what the cipher takes beside the index.
  std::array<std::uint32_t, 2> tweak() const { return tweak_; }
  /// Uniform in [0, 1): 24 bits, exact in float.
  double uniform_at(std::uint64_t index) const { return (words_at(index)[0] >> 8) * 0x1p-24; }
  /// Mean 0, variance 1: the scaled sum of eight 16-bit uniforms (Irwin-Hall).  Its tails end at 4.9 and its excess
  /// kurtosis is -0.15, which start values and noise do not notice, and unlike Box-Muller it needs no libm.
  double normal_at(std::uint64_t index) const {
    std::int64_t sum = 0;
    for (std::uint32_t word : words_at(index)) sum += (word & 0xFFFF) + (word >> 16);
    constexpr double mean = 4 * 65535.0, scale = 1 / 53509.17;  // sqrt(8 * (65536^2 - 1) / 12) = 53509.17
    return (static_cast<double>(sum) - mean) * scale;
  }

  double uniform() { return uniform_at(counter_++); }  ///< The stream's next number in [0, 1).
  /// The stream's next number in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal() { return normal_at(counter_++); }  ///< The stream's next number of N(0, 1).
  /// Whole number in [0, n), each equally likely to within n / 2^64.
  std::uint64_t below(std::uint64_t n) {
    const auto w = words_at(counter_++);
    const std::uint64_t high = w[0], low = w[1];
    return (high * n + ((low * n) >> 32)) >> 32;  // top word of (high.low) * n, n below 2^32
  }
  bool chance(double probability) { return uniform() < probability; }  ///< True with this probability.

  /// Fisher-Yates; the order depends on the stream alone.
  template <class Range>
  void shuffle(Range& range) {
    for (std::uint64_t i = range.size(); i > 1; --i) std::swap(range[i - 1], range[below(i)]);
  }

 private:
  /// Each key goes through the cipher, so that (1, 2) and (2, 1) are unrelated streams.
  void mix(std::uint64_t key) {
    const auto w = philox4x32({static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32), tweak_[0],
                               tweak_[1]}, key_);
    key_ = {w[0], w[1]}, tweak_ = {w[2], w[3]};
  }

  std::array<std::uint32_t, 2> key_{0x243F6A88, 0x85A308D3}, tweak_{0, 0};
  std::uint64_t counter_ = 0;
};

STAC3DL_NAMESPACE_END
