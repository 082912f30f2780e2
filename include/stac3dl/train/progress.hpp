/// train/progress.hpp - what training says while it runs: a bar on a terminal, one plain line an epoch elsewhere.
#pragma once

#include <chrono>
#include <iostream>
#include <string>

#include "stac3dl/core/text_table.hpp"
#include "stac3dl/train/train_state.hpp"

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

STAC3DL_NAMESPACE_BEGIN

/// Automatic: a bar on a terminal, lines elsewhere.
enum class ProgressStyle { automatic, bar, lines, none };

/// True for std::cout, std::cerr and std::clog when they show on a terminal, false for every other stream.
inline bool is_terminal(const std::ostream& out) {
  const int descriptor = &out == &std::cout ? 1 : &out == &std::cerr || &out == &std::clog ? 2 : -1;
#if defined(_WIN32)
  return descriptor >= 0 && _isatty(descriptor) != 0;
#else
  return descriptor >= 0 && isatty(descriptor) != 0;
#endif
}

/// 3785 -> "1:03:05", 65 -> "1:05"
inline std::string clock_text(double seconds) {
  const long s = seconds > 0 ? static_cast<long>(seconds + 0.5) : 0;
  char text[48];
  if (s >= 3600) std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  else std::snprintf(text, sizeof text, "%ld:%02ld", s / 60, s % 60);
  return text;
}

class Progress {
 public:
  /// Where training is, for one line of text.
  struct Status {
    Index epoch = 0, epochs = 0;      ///< counted from 0
    Index batch = 0, batches = 0;     ///< done of this epoch
    double loss = 0, accuracy = 0, rate = 0, seconds_left = 0;  ///< means of this epoch so far; the rate; seconds
  };

  /// `out` may be null: nothing is said.
  Progress(std::ostream* out, ProgressStyle style) : out_(out), style_(out ? style : ProgressStyle::none) {
    if (style_ == ProgressStyle::automatic) style_ = is_terminal(*out) ? ProgressStyle::bar : ProgressStyle::lines;
  }

  /// After each step; draws at most ten times a second.
  void step(const Status& s) {
    if (style_ != ProgressStyle::bar) return;
    const auto now = std::chrono::steady_clock::now();
    if (s.batch < s.batches && now - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = now;
    const Index width = 12, batches = std::max<Index>(1, s.batches), done = width * s.batch / batches;
    std::string bar(static_cast<std::size_t>(width), '.');
    std::fill_n(bar.begin(), done, '#');
    char text[160];
    std::snprintf(text, sizeof text, "%ld/%ld [%s] %3ld %%  loss %.4f  acc %s %%  rate %.1e  left %s",
                  static_cast<long>(s.epoch + 1), static_cast<long>(s.epochs), bar.c_str(),
                  static_cast<long>(100 * s.batch / batches), s.loss, percent(s.accuracy, 1).c_str(), s.rate,
                  clock_text(s.seconds_left).c_str());
    draw(text);
  }

  /// After each epoch, validation included: one line that stays.
  void epoch(const EpochRecord& r, Index epochs, bool best, double seconds_left) {
    if (style_ == ProgressStyle::none) return;
    clear();
    const int digits = static_cast<int>(std::to_string(epochs).size());
    char text[256];
    std::snprintf(text, sizeof text, "epoch %*ld/%ld  loss %.4f  accuracy %6s %%  rate %.2e", digits,
                  static_cast<long>(r.epoch + 1), static_cast<long>(epochs), r.loss, percent(r.accuracy).c_str(),
                  r.rate);
    *out_ << text;
    if (r.validated) {
      std::snprintf(text, sizeof text, "  validation loss %.4f accuracy %6s %% macro F1 %6s %%%s", r.validation_loss,
                    percent(r.validation_accuracy).c_str(), percent(r.validation_macro_f1).c_str(),
                    best ? " (best)" : "");
      *out_ << text;
    }
    std::snprintf(text, sizeof text, "  %.1f s  left %s\n", r.seconds, clock_text(seconds_left).c_str());
    *out_ << text << std::flush;
  }

  /// A last word: "stopped by Ctrl-C after step 123".
  void note(const std::string& text) {
    if (style_ == ProgressStyle::none) return;
    clear();
    *out_ << text << std::endl;
  }

 private:
  /// Over the line before; blanks hide what was longer.
  void draw(const std::string& text) {
    *out_ << '\r' << text << std::string(shown_ > text.size() ? shown_ - text.size() : 0, ' ') << std::flush;
    shown_ = text.size();
  }
  void clear() {
    if (shown_ == 0) return;
    *out_ << '\r' << std::string(shown_, ' ') << '\r';
    shown_ = 0;
  }

  std::ostream* out_;
  ProgressStyle style_;
  std::size_t shown_ = 0;
  std::chrono::steady_clock::time_point drawn_{};
};

STAC3DL_NAMESPACE_END
