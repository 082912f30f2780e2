/// data/mex_windows.hpp - how recordings of MEx (io/mex.hpp) are prepared, cut and varied; starting values that work.
///
/// Windows of 5 s every 2.5 s:  depth (1, 16, 12, 16)   mat (1, 16, 32, 16)   thigh, wrist (3, 128, 1, 1)
/// What each choice answers to:
///   square root of the mat     its total falls 2 to 6 times from one half of the people to the other
///   motion gain 4              the camera mostly sees a room at rest; what moves says which exercise it is
///   axis signs and jitter      the thigh sensor is worn the other way round by half the people, rotated by some
///   dead rows, gain            rows of the mat fail, and its sensitivity drifts
///   mirror, shift              people lie to either side; seen from above, the body runs along the depth camera's rows
///                              and down the mat's columns, so left and right are rows here and columns there
#pragma once

#include "stac3dl/data/pipeline.hpp"
#include "stac3dl/data/window_source.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Places without a return in the depth get their median, of the mat the square root is taken.
inline Pipeline mex_pipeline() { return {{{"depth", {FillNoReturn{}}}, {"mat", {SquareRoot{}}}}}; }

/// For recordings that are damaged: spikes become gaps, and gaps are filled, of the depth from its own past.  A spike
/// beside a gap is only seen if there is enough around it, hence the long windows.
inline Pipeline mex_repair_pipeline() {
  return {{{"depth",
            {FillNoReturn{}, Hampel{1, 5, 0.02}, FillHoles{1, 32}, EvenRate{10, RateMode::blend, 0.35},
             RepeatPast{1, 8, 2}, FillGaps{3}}},
           {"mat", {CheckRange{0, 4095}, Hampel{0.5, 5, 30}, FillHoles{1, 32}, SquareRoot{}}},
           {"thigh", {CheckRange{-8.5, 8.5}, Hampel{0.2, 5, 0.02}}},
           {"wrist", {CheckRange{-8.5, 8.5}, Hampel{0.2, 5, 0.02}}}}};
}

/// What mex_pipeline does, in place.  Call it once.
inline PreparationReport prepare_mex(std::vector<Recording>& recordings) { return prepare(mex_pipeline(), recordings); }

/// Options for the named modalities in this order: any of depth, mat, thigh, wrist.
inline WindowOptions mex_windows(const std::vector<std::string>& names = {"depth", "mat", "thigh", "wrist"}) {
  WindowOptions options;
  for (const std::string& name : names) {
    const bool worn = name == "thigh" || name == "wrist";
    check(worn || name == "depth" || name == "mat", "mex_windows: no modality ", name,
          "; want depth, mat, thigh or wrist");
    options.modalities.push_back({name, worn ? 128 : 16, 4.0, {.pooled = worn, .centred = !worn}});
  }
  return options;
}

/// What training varies, for the modalities of `windows`.
inline AugmentOptions mex_augment(const WindowOptions& windows, double dropout = 0.25) {
  AugmentOptions options;
  options.speed_low = 0.85, options.speed_high = 1.18;
  options.shift = 1.25;
  options.mirror = 0.5;
  options.dropout = windows.modalities.size() > 1 ? dropout : 0;
  for (const ModalityOptions& m : windows.modalities) {
    ModalityAugment vary;
    if (m.name == "depth") {
      vary.picture = {.shift_rows = 1,
                      .shift_columns = 2,
                      .mirror = Mirror::rows,
                      .contrast = 0.2,
                      .brightness = 0.15,
                      .noise = 0.05};
    } else if (m.name == "mat") {
      vary.sensor.gain = 0.4, vary.sensor.dead_rows = 0.08;
      vary.picture.shift_rows = 3, vary.picture.shift_columns = 2, vary.picture.mirror = Mirror::columns;
    } else {
      vary.sensor.axis_signs = true, vary.sensor.axis_jitter = 0.15, vary.sensor.noise = 0.02;
    }
    options.modalities.push_back(vary);
  }
  return options;
}

STAC3DL_NAMESPACE_END
