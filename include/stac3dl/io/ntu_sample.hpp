/// io/ntu_sample.hpp - all that NTU RGB+D holds of one sample: skeletons, colour video, depth frames.
///
///   Recording r = load_ntu_sample(root, "S001C001P001R001A001", {.frames = {.height = 112, .width = 112}});
/// `root` is the folder that the publisher's archives were unpacked in (ntu_files() in io/ntu.hpp).  All are taken at
/// 30 frames a second from 0; streams are "skeleton", "skeleton2", "rgb" (T, 3, H, W) in [0, 1] and "depth" (T, 1, H,
/// W) in metres.
#pragma once

#include "stac3dl/io/frames.hpp"
#include "stac3dl/io/ntu.hpp"
#include "stac3dl/io/video.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What is read of a sample.
struct NtuSampleOptions {
  bool skeleton = true, rgb = true, depth = true;  ///< what is read; it must be there
  NtuOptions bodies = {};                          ///< of the skeleton file
  FrameOptions frames = {};  ///< of the colour video; its stream is always "rgb"
};

inline namespace STAC3DL_VIDEO {

/// One sample with all that is asked for.  Error where a file of it is missing or damaged.
inline Recording load_ntu_sample(const std::filesystem::path& root, std::string_view name,
                                 const NtuSampleOptions& options = {}) {
  NtuName parts;
  check(name.size() == 20 && parse_ntu_name(name, parts),
        "load_ntu_sample: want a name like S001C002P003R002A013, got ", in_quotes(name));
  check(parts.action >= 1, "load_ntu_sample: ", name, " has action 0, want 1 or more");
  const NtuFiles files = ntu_files(root, parts);
  Recording recording{parts.text(), parts.subject(), parts.performance(), root.generic_string(), parts.action - 1, {}};
  if (options.skeleton) recording.streams = ntu_streams(read_ntu_skeleton(files.skeleton), options.bodies);
  if (options.rgb) {
    FrameOptions frames = options.frames;
    frames.name = "rgb";
    recording.streams.push_back(read_video(files.rgb, frames));
  }
  if (options.depth) recording.streams.push_back(read_depth_frames(files.depth, 30, options.frames.budget));
  return recording;
}

}  // namespace STAC3DL_VIDEO
STAC3DL_NAMESPACE_END
