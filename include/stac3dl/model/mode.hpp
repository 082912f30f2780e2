/// model/mode.hpp - what a forward pass is for.
#pragma once

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

enum class Mode {
  training,   ///< dropout draws, batch normalisation uses the batch
  inference   ///< no dropout, running statistics
};

STAC3DL_NAMESPACE_END
