/// tests/kernels/poison.hpp - memory that nobody may read before writing it: every bit is set, which is NaN as float,
/// double and bfloat16, and -1 as an index.
#pragma once

#include <cstring>

#include "stac3dl/core/workspace.hpp"

STAC3DL_NAMESPACE_BEGIN
namespace testing {

/// Poisons what the workspace will hand out next, the size of so many floats.
inline void poison(Workspace& ws, Index floats = Index{1} << 20) {
  Workspace::Scope scope(ws);
  const auto memory = ws.take<float>(floats);
  std::memset(memory.data(), 0xff, static_cast<std::size_t>(floats) * sizeof(float));
}

/// A workspace that is poisoned wherever it has not been written; at most `floats` are taken at a time.
struct PoisonedWorkspace : Workspace {
  explicit PoisonedWorkspace(Index floats = Index{1} << 22) : floats_(floats) { poison(); }
  void poison() { testing::poison(*this, floats_); }

 private:
  Index floats_;
};

}  // namespace testing
STAC3DL_NAMESPACE_END
