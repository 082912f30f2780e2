/// io/clips.hpp - data sets that are lists of video clips: read the list first, the clips when they are wanted.
///
/// A clip is a Recording without streams; its source is the path of a video file or of a folder of frames.
#pragma once

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/data/random_split.hpp"
#include "stac3dl/io/frames.hpp"
#include "stac3dl/io/video.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Clips of a published split.
struct ClipSplit {
  std::vector<std::string> classes;   ///< names of the labels
  std::vector<Recording> recordings;  ///< those that train first, each side in its list's order; without streams
  Split split;                        ///< train and test, as indices of recordings
  Index unused = 0;  ///< clips that the lists name and leave out
};

/// How a clip is read.
struct ClipOptions {
  FrameOptions frames = {};  ///< size and stretch of time
  double folder_rate = 25;   ///< frames a second where the clip is a folder
  VideoOptions video = {};   ///< where it is a file
  std::size_t ahead = 4;  ///< pictures decoded ahead; 0: none
};

inline namespace STAC3DL_VIDEO {

/// Reads a clip's pictures into its stream options.frames.name, (T, 3, H, W) in [0, 1].
inline void load_clip(Recording& clip, const ClipOptions& options = {}) {
  check(clip.find(options.frames.name) == nullptr, "load_clip: ", clip.id, " has a stream ", options.frames.name,
        " already");
  const std::filesystem::path path = clip.source;
  clip.streams.push_back(std::filesystem::is_directory(path)
                             ? read_frames(path, options.folder_rate, options.frames, options.ahead)
                             : read_video(path, options.frames, options.ahead, options.video));
}

}  // namespace STAC3DL_VIDEO

namespace detail {

/// Lines of a list that are not blank, with their numbers from 1; at most 64 MiB.
inline std::vector<std::pair<Index, std::string>> list_lines(std::string_view text) {
  std::vector<std::pair<Index, std::string>> lines;
  for (Index number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (!line.empty()) lines.emplace_back(number, line);
  }
  return lines;
}

/// "name number", split at the last space: names may hold spaces.
inline bool split_from_right(std::string_view line, std::string& name, int& number) {
  const auto space = line.find_last_of(" \t");
  if (space == line.npos || !parse_number(line.substr(space + 1), number)) return false;
  name = trimmed(line.substr(0, space));
  return !name.empty();
}

/// True if a name from a list is the name of one file: no folders, nothing hidden or above.
inline bool is_plain_name(std::string_view name) {
  return !name.empty() && name[0] != '.' && name.size() <= 255 &&
         name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

inline void finish_clip_split(ClipSplit& clips, Leaks leaks, const std::string& what) {
  std::set<std::string> seen;
  for (const Recording& clip : clips.recordings)
    check(seen.insert(clip.id).second, what, ": clip ", in_quotes(clip.id), " is listed twice");
  check(!clips.split.train.empty() && !clips.split.test.empty(), what, ": ", clips.split.train.size(),
        " clips to train and ", clips.split.test.size(), " to test; want some on both sides");
  check_leaks(clips.recordings, clips.split, leaks, what.c_str());
}

}  // namespace detail
STAC3DL_NAMESPACE_END
