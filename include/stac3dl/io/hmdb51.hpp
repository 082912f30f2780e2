/// io/hmdb51.hpp - HMDB51: 51 actions, three published splits of 70 clips to train and 30 to test an action.
///
///   <action>_test_split<k>.txt    "<title>_<action>_u_nm_np1_ba_goo_0.avi 1"      0 unused, 1 train, 2 test
/// Titles hold odd characters, spaces too: lines and names are split from the right.  Behind the action stand the
/// visible part of the body, the camera's motion, the number of people, the view, the quality and a number; what stands
/// in front is the video that the clip was cut from, and with the action the clip's group: it must not be on both
/// sides.
#pragma once

#include "stac3dl/io/clips.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The video that a clip was cut from; the whole name, without its ending, where it is not built as above.
inline std::string hmdb51_title(std::string_view file, std::string_view action) {
  const std::string_view stem = file.substr(0, file.rfind('.'));
  std::string_view rest = stem;
  for (int field = 0; field < 6; ++field) {
    const auto line = rest.rfind('_');
    if (line == rest.npos) return std::string(stem);
    rest = rest.substr(0, line);
  }
  const bool whole =
      rest.size() > action.size() + 1 && rest.ends_with(action) && rest[rest.size() - action.size() - 1] == '_';
  return std::string(whole ? rest.substr(0, rest.size() - action.size() - 1) : stem);
}

/// Adds the clips of one action's list; `file` is for messages.
inline void parse_hmdb51_list(std::string_view text, const std::string& file, const std::string& action, Index label,
                              const std::filesystem::path& videos, std::vector<Recording>& train,
                              std::vector<Recording>& test, Index& unused) {
  for (const auto& [line_number, line] : detail::list_lines(text)) {
    std::string name;
    int side = 0;
    check(detail::split_from_right(line, name, side) && detail::is_plain_name(name) && side >= 0 && side <= 2, file,
          ": line ", line_number, ": want the name of a clip and 0, 1 or 2, got ", in_quotes(line));
    if (side == 0) {
      ++unused;
      continue;
    }
    Recording clip;
    clip.id = action + "/" + name.substr(0, name.rfind('.'));
    clip.group = action + "/" + hmdb51_title(name, action);
    clip.source = (videos / action / name).generic_string();
    clip.label = label;
    (side == 1 ? train : test).push_back(std::move(clip));
  }
}

/// Split 1, 2 or 3 from the folder of lists (testTrainMulti_7030_splits); clips are videos/<action>/<name>.
inline ClipSplit read_hmdb51_split(const std::filesystem::path& lists, const std::filesystem::path& videos, int split,
                                   Leaks leaks = Leaks::refuse) {
  namespace fs = std::filesystem;
  check(split >= 1 && split <= 3, "read_hmdb51_split: split ", split, ", want 1, 2 or 3");
  const std::string root = lists.generic_string(), ending = "_test_split" + std::to_string(split) + ".txt";
  check(fs::is_directory(lists), root, ": no such folder");
  std::map<std::string, fs::path> files;
  for (const auto& file : fs::directory_iterator(lists)) {
    const std::string name = file.path().filename().string();
    if (file.is_regular_file() && name.ends_with(ending) && name.size() > ending.size() && name[0] != '.')
      files.emplace(name.substr(0, name.size() - ending.size()), file.path());
  }
  check(!files.empty(), root, ": no lists; want files such as brush_hair", ending);
  ClipSplit clips;
  std::vector<Recording> test;
  for (const auto& [action, path] : files) {
    parse_hmdb51_list(read_file(path, std::size_t{1} << 26), path.generic_string(), action,
                      static_cast<Index>(clips.classes.size()), videos, clips.recordings, test, clips.unused);
    clips.classes.push_back(action);
  }
  for (Index r = 0; r < static_cast<Index>(clips.recordings.size()); ++r) clips.split.train.push_back(r);
  for (Recording& clip : test) {
    clips.split.test.push_back(static_cast<Index>(clips.recordings.size()));
    clips.recordings.push_back(std::move(clip));
  }
  detail::finish_clip_split(clips, leaks, root + "/split " + std::to_string(split));
  return clips;
}

STAC3DL_NAMESPACE_END
