// Any bytes as a video: pictures one after the other, or an Error.  See README.md in this folder.
#include <cstddef>
#include <cstdint>

#include "stac3dl/io/video.hpp"

#if STAC3DL_FFMPEG
extern "C" {
#include <libavutil/log.h>
}
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stac3dl;
#if STAC3DL_FFMPEG
  av_log_set_level(AV_LOG_QUIET);
#endif
  try {
    const VideoOptions options{.max_pixels = 1 << 14, .allow_damage = size % 2 == 1};
    VideoReader video = VideoReader::from_bytes({reinterpret_cast<const char*>(data), size}, "fuzz", options);
    double last = -1;
    int shown = 0;
    for (Picture picture; shown < 50 && video.next(picture); ++shown) {
      if (!(picture.time > last) || picture.rgb.size() > 3 << 14) __builtin_trap();
      last = picture.time;
    }
  } catch (const Error&) {
  }
  return 0;
}
