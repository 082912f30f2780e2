/// model/presets.hpp - named configurations: the presets of section 5, original C3D, and default encoders per sensor.
#pragma once

#include "stac3dl/model/config.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace presets {

/// C3D's eight convolutions with channels divided by `divisor` (section 2).
inline std::vector<BlockConfig> c3d_blocks(Index divisor = 1) {
  const Axes k3{3, 3, 3}, s1{1, 1, 1}, p1{1, 1, 1}, none{1, 1, 1}, space{1, 2, 2}, all{2, 2, 2};
  const auto block = [&](const char* name, Index channels, const Axes& pool) {
    return BlockConfig{name, channels / divisor, k3, s1, p1, false, pool};
  };
  return {block("conv1a", 64, space), block("conv2a", 128, all),  block("conv3a", 256, none),
          block("conv3b", 256, all),  block("conv4a", 512, none), block("conv4b", 512, all),
          block("conv5a", 512, none), block("conv5b", 512, none)};
}

/// A camera: 3 channels, size x size pixels, channels of C3D divided by `divisor`.
inline ModalityConfig rgb(Index frames, Index size, Index divisor = 1) {
  return {"rgb", 3, frames, size, size, c3d_blocks(divisor)};
}

/// Section 5: the paper's sizes.
inline ModelConfig paper(Index classes) {
  ModelConfig c;
  c.modalities = {rgb(16, 112)};
  c.classes = classes;
  return c;
}
/// A quarter of the channels.
inline ModelConfig small(Index classes) {
  ModelConfig c;
  c.modalities = {rgb(16, 112, 4)};
  c.classes = classes;
  c.width = c.lstm_units = 128;
  c.fc6 = 512, c.fc7 = 0;
  return c;
}
/// An eighth of the channels on 64x64.
inline ModelConfig tiny(Index classes) {
  ModelConfig c;
  c.modalities = {rgb(16, 64, 8)};
  c.classes = classes;
  c.width = c.lstm_units = 64;
  c.fc6 = 128, c.fc7 = 0;
  return c;
}
/// Tran et al. 2015: one stream, no LSTM, no attention.
inline ModelConfig original_c3d(Index classes) {
  ModelConfig c = paper(classes);
  c.variant = Variant::c3d;
  c.streams = 1;
  return c;
}

/// Default encoders of small sensors (section 2), with the batch normalisation that real sensors need.
inline ModalityConfig depth_12x16(Index frames = 16) {
  return {"depth",
          1,
          frames,
          12,
          16,
          {{"conv1", 8, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}, true, {1, 1, 1}},
           {"conv2", 16, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}, true, {1, 1, 1}}}};
}
/// A pressure mat of 32 x 16 places, 1 channel.
inline ModalityConfig pressure_32x16(Index frames = 16) {
  return {"pressure",
          1,
          frames,
          32,
          16,
          {{"conv1", 8, {3, 5, 3}, {2, 4, 2}, {1, 2, 1}, true, {1, 1, 1}},
           {"conv2", 16, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}, true, {1, 1, 1}}}};
}
/// A skeleton: joints as rows, `channels` numbers each (x, y, z, or with a confidence).
inline ModalityConfig skeleton(Index joints, Index frames = 64, Index channels = 3) {
  return {"skeleton",
          channels,
          frames,
          joints,
          1,
          {{"conv1", 16, {3, 3, 1}, {2, 1, 1}, {1, 1, 0}, true, {1, 1, 1}},
           {"conv2", 32, {3, 3, 1}, {2, 1, 1}, {1, 1, 0}, true, {1, 1, 1}},
           {"conv3", 32, {3, 3, 1}, {2, 1, 1}, {1, 1, 0}, true, {1, 1, 1}}}};
}
/// A signal without places: an accelerometer, heart rate, respiration.
inline ModalityConfig signal(std::string name, Index channels, Index frames = 128) {
  return {std::move(name),
          channels,
          frames,
          1,
          1,
          {{"conv1", 16, {7, 1, 1}, {4, 1, 1}, {3, 0, 0}, true, {1, 1, 1}},
           {"conv2", 16, {5, 1, 1}, {4, 1, 1}, {2, 0, 0}, true, {1, 1, 1}},
           {"conv3", 16, {3, 1, 1}, {2, 1, 1}, {1, 0, 0}, true, {1, 1, 1}}}};
}

}  // namespace presets

STAC3DL_NAMESPACE_END
