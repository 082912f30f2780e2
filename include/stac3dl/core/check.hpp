/// core/check.hpp - the library's one error type, and the checks that throw it.
#pragma once

#include <atomic>
#include <sstream>
#include <stdexcept>
#include <string>

#include "stac3dl/core/config.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The only exception the library throws.  what() names the call, what was wanted and what was given:
/// "Conv3d::forward x: want (N, 64, T, H, W), got (2, 3, 16, 112, 112)".
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {
/// "abc", 3, "def" -> "abc3def".  Streams with more digits than the default, so that bad values can be told apart.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  out.precision(9);
  (out << ... << parts);
  return out.str();
}
}  // namespace detail

/// Throws Error with all parts joined into one message.
template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw Error(detail::concat(parts...));
}

/// Throws Error unless `ok`.  The message is only built when the check fails.
template <class... Parts>
void check(bool ok, const Parts&... parts) {
  if (!ok) [[unlikely]]
    fail(parts...);
}

namespace detail {
inline std::atomic<bool>& finite_checks() {
  static std::atomic<bool> on{STAC3DL_CHECKS != 0};
  return on;
}
}  // namespace detail

/// When on, the model looks through its input for NaN and infinity and names the tensor and index.
/// On by default in checked builds (STAC3DL_CHECKS=1), off otherwise.
inline bool finite_checks() { return detail::finite_checks().load(std::memory_order_relaxed); }
/// Switches that on or off, from any thread.
inline void set_finite_checks(bool on) { detail::finite_checks().store(on, std::memory_order_relaxed); }

STAC3DL_NAMESPACE_END
