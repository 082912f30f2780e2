/// io/video.hpp - video files: any that FFmpeg's libraries decode.
///
///   Stream rgb = read_video("v_Squat_g01_c01.avi", {.height = 112, .width = 112});     // decoded ahead on another
///   thread VideoReader video("clip.mp4");   for (Picture p; video.next(p);) ...               // or picture by picture
///
/// FFmpeg is an optional part: link stac3dl::video, or define STAC3DL_FFMPEG=1 and link avformat, avcodec, swscale and
/// avutil.  Without it everything here compiles, and says when it runs how to get it.
/// The first picture is at time 0 and the others where the file's time stamps say (start() is what was taken off);
/// where they are missing or do not increase, a frame's length is added.  Pictures are turned upright where the file
/// says so. A file is read by its bytes alone: it can make FFmpeg open no other file and no network.  The first video
/// limits any one block of memory that FFmpeg asks for to 512 MiB, in the whole process (av_max_alloc).
#pragma once

#include <filesystem>

#include "stac3dl/core/read_ahead.hpp"
#include "stac3dl/io/picture.hpp"

#ifndef STAC3DL_FFMPEG
#define STAC3DL_FFMPEG 0
#endif
// What depends on it has a name of its own, so that parts of a program that see FFmpeg and parts that do not may be
// linked.
#if STAC3DL_FFMPEG
#define STAC3DL_VIDEO with_ffmpeg
#else
#define STAC3DL_VIDEO without_ffmpeg
#endif

STAC3DL_NAMESPACE_BEGIN

/// What is read of a video, and what it may ask for.
struct VideoOptions {
  Index max_pixels = Index{1} << 25;  ///< of a picture; a file with larger ones is refused
  bool allow_damage = false;          ///< damaged pictures are shown as well as FFmpeg can; else they are an error
};

/// What a file says of itself.
struct VideoInfo {
  Index height = 0, width = 0;  ///< upright
  double rate = 0;              ///< nominal frames a second
  double duration = 0;          ///< seconds; 0: not said
  Index declared_frames = 0;    ///< 0: not said
  std::string codec, format;    ///< FFmpeg's names
};

STAC3DL_NAMESPACE_END

#if STAC3DL_FFMPEG
#include "stac3dl/io/video_ffmpeg.inl"
#else

STAC3DL_NAMESPACE_BEGIN
inline namespace STAC3DL_VIDEO {

/// True if videos can be read.
inline constexpr bool has_video = false;

class VideoReader {
 public:
  explicit VideoReader(const std::filesystem::path& path, const VideoOptions& = {}) { missing(path.generic_string()); }
  static VideoReader from_bytes(std::string, const std::string& name, const VideoOptions& = {}) { missing(name); }
  bool next(Picture&) { return false; }
  const VideoInfo& info() const { return info_; }
  double start() const { return 0; }
  Index repaired_times() const { return 0; }

 private:
  [[noreturn]] static void missing(const std::string& name) {
    fail(name,
         ": videos need FFmpeg's libraries, which this program was built without; install them (Debian: "
         "libavformat-dev libavcodec-dev libswscale-dev libavutil-dev) and link stac3dl::video, or give a folder of "
         "frames in place of the video");
  }
  VideoInfo info_;
};

}  // namespace STAC3DL_VIDEO
STAC3DL_NAMESPACE_END
#endif

STAC3DL_NAMESPACE_BEGIN
inline namespace STAC3DL_VIDEO {

/// A video as a stream (T, 3, H, W) in [0, 1]; up to `ahead` pictures are decoded ahead on another thread (0: none).
inline Stream read_video(const std::filesystem::path& path, const FrameOptions& options = {}, std::size_t ahead = 8,
                         const VideoOptions& video = {}) {
  VideoReader reader(path, video);
  ReadAhead<Picture> pictures([&](Picture& picture) { return reader.next(picture); }, ahead);
  return collect_frames(pictures, options, path.generic_string());
}

}  // namespace STAC3DL_VIDEO
STAC3DL_NAMESPACE_END
