// What may happen to a recording of MEx: gaps, spikes, a sensor that is off.
#pragma once

#include <array>
#include <vector>

#include "stac3dl/data/damage.hpp"

namespace mex_damages {

using namespace stac3dl;

/// One kind of damage; `number` is the recording's, so that every recording is damaged in its own way.
struct Damage {
  const char* name;
  void (*apply)(Recording& recording, std::uint64_t number);
};

/// What each sensor can read, in the order of mex_sensors(): spikes are anywhere in it.
inline constexpr std::array<std::array<double, 2>, 4> ranges{{{0, 1}, {0, 4000}, {-8, 8}, {-8, 8}}};

inline void gaps(Recording& r, std::uint64_t number) {
  for (std::uint64_t m = 0; m < 4; ++m) cut_gaps(r.streams[m], 0.3, 0.1, 1, Random({77, number, m}));
}
inline void spikes(Recording& r, std::uint64_t number) {
  for (std::uint64_t m = 0; m < 4; ++m)
    add_spikes(r.streams[m], 0.05, ranges[m][0], ranges[m][1], Random({78, number, m}));
}
template <std::size_t Sensor>
void off(Recording& r, std::uint64_t) {
  take_away(r.streams[Sensor]);
}

inline const std::vector<Damage> damages{
    {"none", [](Recording&, std::uint64_t) {}},
    {"30 % gone in gaps of 0.1 to 1 s", gaps},
    {"5 % spikes", spikes},
    {"gaps and spikes", [](Recording& r, std::uint64_t number) { gaps(r, number), spikes(r, number); }},
    {"depth gone half of the time, up to 2 s at once",
     [](Recording& r, std::uint64_t number) {
       cut_gaps(r.streams[0], 0.5, 0, 2, Random({79, number}));
     }},
    {"depth off", off<0>},
    {"mat off", off<1>},
    {"thigh off", off<2>},
    {"wrist off", off<3>}};

}  // namespace mex_damages
