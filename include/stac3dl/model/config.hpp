/// model/config.hpp - a model as plain data.  Sections named are those of docs/design.md's model page.
///
/// Nothing here computes: model/plan.hpp derives shapes and refuses what cannot be built, model/presets.hpp fills in
/// the named configurations, io/config_json.hpp writes and reads it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Sizes along time, rows and columns.
using Axes = std::array<Index, 3>;

/// Section 6: one switch between the variants that the paper compares.
enum class Variant { sta_c3dl, lstm_stam, c3d_stam, c3d_lstm, am, c3d };
/// Section 2, equation (3): how the two streams meet.
enum class Bilinear { gate, outer };

/// Convolution, [batch normalisation,] activation, [max pool].
struct BlockConfig {
  std::string name;            ///< "conv3a"; unique within its modality
  Index channels = 0;          ///< channels out
  Axes kernel{3, 3, 3};        ///< (T, H, W)
  Axes stride{1, 1, 1};        ///< (T, H, W)
  Axes padding{1, 1, 1};       ///< (T, H, W), zeros on both sides
  bool batch_norm = false;     ///< a convolution before it has no bias
  Axes pool{1, 1, 1};          ///< max pool with stride = window; 1 1 1: none
  bool operator==(const BlockConfig&) const = default;
};

/// One sensor: a video on its own grid (section 1), and the blocks of its encoder (section 2).
struct ModalityConfig {
  std::string name;            ///< "rgb"; unique
  Index channels = 3;          ///< C of the input
  Index frames = 16;           ///< T of one window; longer or shorter inputs work where T -> L stays common
  Index height = 112;          ///< H of the input
  Index width = 112;           ///< W of the input
  std::vector<BlockConfig> blocks;  ///< of either stream, in order
  bool operator==(const ModalityConfig&) const = default;
};

/// Section 7: heat maps, one a joint, from three taps of one modality's feature stream; joints = 0: no such head.
struct KeypointConfig {
  std::string modality;                                           ///< whose feature stream is tapped
  Index joints = 0;                                               ///< J; 0: no head
  std::array<std::string, 3> taps{"conv3b", "conv4b", "conv5b"};  ///< finest first; the first sets the resolution
  bool operator==(const KeypointConfig&) const = default;
};

struct ModelConfig {
  Variant variant = Variant::sta_c3dl;     ///< which parts there are (section 6)
  std::vector<ModalityConfig> modalities;  ///< in the order of a batch's inputs
  Index classes = 0;                       ///< K

  Bilinear bilinear = Bilinear::gate;  ///< equation (3)
  Index streams = 2;               ///< 2: feature and attention; 1: feature alone, G = V
  Index attention_channels = 0;    ///< M of the outer form; 0: 16 with `outer`; with `gate` it is always C
  std::string share_through;       ///< both streams share the blocks up to this one; empty: none

  Index width = 512;               ///< D of the tokens
  bool position_embedding = false; ///< a learned vector per position beside the one per modality

  Index lstm_units = 512;      ///< U of one direction
  Index lstm_layers = 1;       ///< on top of one another
  bool bidirectional = false;  ///< a second direction runs from the last step to the first

  Index fc6 = 4096;                ///< 0: no such layer
  Index fc7 = 4096;                ///< likewise
  double dropout = 0.5;            ///< after FC6 and FC7
  double token_dropout = 0;        ///< on the tokens before the LSTM and on F before the head; small models want it

  bool padded_pool5 = false;       ///< variant c3d: pool5 with padding (0, 1, 1) in place of ceil mode
  KeypointConfig keypoints;        ///< joints = 0: no such head
  bool operator==(const ModelConfig&) const = default;
};

STAC3DL_NAMESPACE_END
