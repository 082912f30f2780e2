/// Small streams and recordings for tests.
#pragma once

#include <cmath>

#include "stac3dl/data/recording.hpp"

namespace stac3dl_test {

/// One channel on one place: f at the given times.
template <class F>
stac3dl::Stream signal(const std::string& name, const std::vector<double>& times, F&& f) {
  const stac3dl::Index frames = static_cast<stac3dl::Index>(times.size());
  stac3dl::Stream stream{name, times, stac3dl::Tensor<float, 4>({frames, 1, 1, 1}), {}};
  for (std::size_t i = 0; i < times.size(); ++i)
    stream.frames[static_cast<stac3dl::Index>(i)] = static_cast<float>(f(times[i]));
  return stream;
}

/// begin, begin + 1/rate, ... up to end
inline std::vector<double> even_times(double begin, double end, double rate) {
  std::vector<double> times;
  for (int i = 0; begin + i / rate <= end + 1e-9; ++i) times.push_back(begin + i / rate);
  return times;
}

/// `name` on a (C, H, W) grid: frame at time t holds t + 100 c + 10 y + x.
inline stac3dl::Stream picture(const std::string& name, const std::vector<double>& times, stac3dl::Shape<3> grid) {
  const auto [channels, height, width] = grid;
  const stac3dl::Index frames = static_cast<stac3dl::Index>(times.size());
  stac3dl::Stream stream{name, times, stac3dl::Tensor<float, 4>({frames, channels, height, width}), {}};
  for (stac3dl::Index t = 0; t < frames; ++t)
    for (stac3dl::Index c = 0; c < channels; ++c)
      for (stac3dl::Index y = 0; y < height; ++y)
        for (stac3dl::Index x = 0; x < width; ++x)
          stream.frames(t, c, y, x) =
              static_cast<float>(times[static_cast<std::size_t>(t)]) + static_cast<float>(100 * c + 10 * y + x);
  return stream;
}

/// Person and exercise with a 2x3 picture at 10 Hz and a signal of two channels at 40 Hz, `seconds` long.
inline stac3dl::Recording small_recording(const std::string& person, stac3dl::Index label, double seconds = 12,
                                          double begin = 0) {
  stac3dl::Recording recording;
  recording.id = person + "_" + std::to_string(label);
  recording.subject = person;
  recording.label = label;
  recording.streams.push_back(picture("camera", even_times(begin, begin + seconds, 10), {1, 2, 3}));
  recording.streams.push_back(picture("belt", even_times(begin, begin + seconds, 40), {2, 1, 1}));
  return recording;
}

}  // namespace stac3dl_test
