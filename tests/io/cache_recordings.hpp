/// Recordings, and whether two are the same to the bit.
#pragma once

#include <cstring>

#include "../data/streams.hpp"
#include "stac3dl/data/pipeline.hpp"

namespace stac3dl_test {

template <class T, int R>
bool same_bits(const stac3dl::Tensor<T, R>& a, const stac3dl::Tensor<T, R>& b) {
  return a.shape() == b.shape() && std::equal(a.begin(), a.end(), b.begin(), [](const T& x, const T& y) {
           return std::memcmp(&x, &y, sizeof(T)) == 0;
         });
}
inline bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof(double)) == 0; }
inline bool same_bits(const stac3dl::Stream& a, const stac3dl::Stream& b) {
  return a.name == b.name &&
         std::equal(a.times.begin(), a.times.end(), b.times.begin(), b.times.end(),
                    [](double x, double y) { return same_bits(x, y); }) &&
         same_bits(a.frames, b.frames) && same_bits(a.valid, b.valid) && same_bits(a.places, b.places);
}
inline bool same_bits(const std::vector<stac3dl::Stream>& a, const std::vector<stac3dl::Stream>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const stac3dl::Stream& x, const stac3dl::Stream& y) { return same_bits(x, y); });
}

/// A picture with masked places, a signal with a gap and a spike, and a stream that is absent.
inline stac3dl::Recording rough_recording(const std::string& person = "ann", int variant = 0, double seconds = 6) {
  using namespace stac3dl;
  Recording recording = small_recording(person, 1, seconds);
  Stream& camera = recording.streams[0];
  mask_place(camera, 3, 2), mask_place(camera, 4, 0), mask_frame(camera, 5);
  Stream& belt = recording.streams[1];
  belt.frames(10, 1, 0, 0) = 1e6f + static_cast<float>(variant);
  for (Index t = 20; t < 26; ++t) mask_frame(belt, t);
  Stream absent;
  absent.name = "wrist";
  absent.frames = Tensor<float, 4>({0, 3, 1, 1});
  recording.streams.push_back(absent);
  return recording;
}

/// Masks the spike, fills the gap; the pulse is not there.
inline stac3dl::Pipeline mending() {
  using namespace stac3dl;
  return {{{"camera", {SortByTime{}, FillGaps{0.5}}},
           {"belt", {CheckRange{-1000, 1000}, FillGaps{0.5}}},
           {"pulse", {FillGaps{0.5}}}}};
}

}  // namespace stac3dl_test
