/// train/stop_signal.hpp - Ctrl-C as a request to finish the current step, not as the end of the program.
#pragma once

#include <atomic>
#include <csignal>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

/// While it lives, the first Ctrl-C (SIGINT) raises flag(); a second one ends the program as usual.  Training that is
/// given the flag returns with its state intact, so that the caller saves:
///   StopSignal stop;
///   trainer.hooks.stop = &stop.flag();
/// One at a time; the handler that was there before comes back at the end.
class StopSignal {
 public:
  StopSignal() {
    check(!active().exchange(true), "StopSignal: there is one already");
    raised().store(false);
    previous_ = std::signal(SIGINT, &StopSignal::handle);
  }
  ~StopSignal() {
    std::signal(SIGINT, previous_);
    active().store(false);
  }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// For TrainHooks::stop: true once Ctrl-C has been pressed.
  const std::atomic<bool>& flag() const { return raised(); }
  bool requested() const { return raised().load(); }  ///< True once Ctrl-C has been pressed.

 private:
  static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");
  static std::atomic<bool>& raised() {
    static std::atomic<bool> flag{false};
    return flag;
  }
  static std::atomic<bool>& active() {
    static std::atomic<bool> flag{false};
    return flag;
  }
  static void handle(int) {
    raised().store(true);
    std::signal(SIGINT, SIG_DFL);
  }

  void (*previous_)(int) = SIG_DFL;
};

STAC3DL_NAMESPACE_END
