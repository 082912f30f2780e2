/// io/ucf101.hpp - UCF101: 101 actions, clips of 25 groups an action, three published splits.
///
///   classInd.txt      "1 ApplyEyeMakeup"
///   trainlist01.txt   "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1"
///   testlist01.txt    "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi"
/// Clips of a group are cut from one video, so a group must not be on both sides; a clip's group is
/// "ApplyEyeMakeup_g08". In file names an action's letters may be larger or smaller than in the list
/// (v_HandStandPushups in HandstandPushups).
#pragma once

#include "stac3dl/io/clips.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Names of the labels 0, 1, ... from classInd.txt.
inline std::vector<std::string> parse_ucf101_classes(std::string_view text, const std::string& file) {
  std::map<int, std::string> names;
  std::set<std::string> seen;
  for (const auto& [line_number, line] : detail::list_lines(text)) {
    const auto space = line.find_first_of(" \t");
    int number = 0;
    const std::string name(space == line.npos ? std::string_view{}
                                              : detail::trimmed(std::string_view(line).substr(space)));
    check(space != line.npos && detail::parse_number(std::string_view(line).substr(0, space), number) &&
              detail::is_plain_name(name) && name.find_first_of(" \t") == name.npos,
          file, ": line ", line_number, ": want a number and the name of an action, got ", in_quotes(line));
    check(names.emplace(number, name).second && seen.insert(name).second, file, ": line ", line_number, ": action ",
          in_quotes(line), " is listed twice");
  }
  check(!names.empty(), file, ": no actions; want lines like \"1 ApplyEyeMakeup\"");
  std::vector<std::string> classes;
  for (const auto& [number, name] : names) {
    check(number == static_cast<int>(classes.size()) + 1, file, ": action ", in_quotes(name), " has number ", number,
          ", want ", classes.size() + 1, "; numbers run from 1 without a gap");
    classes.push_back(name);
  }
  return classes;
}

/// A clip from "Action/v_Action_g08_c01.avi"; `where` is for messages.
inline Recording parse_ucf101_clip(std::string_view path, const std::vector<std::string>& classes,
                                   const std::filesystem::path& videos, const std::string& where) {
  const auto slash = path.find('/');
  const auto wrong = [&] {
    fail(where, ": want a clip like ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi, got ", in_quotes(path));
  };
  if (slash == path.npos || !detail::is_plain_name(path.substr(slash + 1))) wrong();
  const std::string action(path.substr(0, slash));
  const auto at = std::find(classes.begin(), classes.end(), action);
  check(at != classes.end(), where, ": action ", in_quotes(action), " is not in the list of actions");
  const std::string_view file = path.substr(slash + 1), stem = file.substr(0, file.rfind('.'));
  const auto lower = [](std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
  };
  const auto digits = [&](std::size_t from) {
    return stem.substr(from, 2).find_first_not_of("0123456789") == stem.npos;
  };
  const std::size_t tail = 2 + action.size();  // where "_g08_c01" begins
  if (stem.size() != tail + 8 || lower(stem.substr(0, tail)) != "v_" + lower(action) || stem.substr(tail, 2) != "_g" ||
      !digits(tail + 2) || stem.substr(tail + 4, 2) != "_c" || !digits(tail + 6))
    wrong();
  Recording clip;
  clip.id = action + "/" + std::string(stem);
  clip.group = action + std::string(stem.substr(tail, 4));
  clip.source = (videos / action / file).generic_string();
  clip.label = at - classes.begin();
  return clip;
}

/// From the texts of the three lists.
inline ClipSplit parse_ucf101_split(std::string_view class_list, std::string_view train_list,
                                    std::string_view test_list, const std::filesystem::path& videos,
                                    const std::string& name, Leaks leaks = Leaks::refuse) {
  ClipSplit clips;
  clips.classes = parse_ucf101_classes(class_list, name + "classInd.txt");
  for (const bool test : {false, true})
    for (const auto& [line_number, line] : detail::list_lines(test ? test_list : train_list)) {
      const std::string where = detail::concat(name, test ? "test list" : "train list", ": line ", line_number);
      std::string path = line;
      int label = 0;
      const bool labelled = detail::split_from_right(line, path, label);
      Recording clip = parse_ucf101_clip(path, clips.classes, videos, where);
      check(labelled || test, where, ": want the action's number behind ", in_quotes(path));
      check(!labelled || label == clip.label + 1, where, ": number ", label, " for ", in_quotes(path), ", want ",
            clip.label + 1);
      (test ? clips.split.test : clips.split.train).push_back(static_cast<Index>(clips.recordings.size()));
      clips.recordings.push_back(std::move(clip));
    }
  detail::finish_clip_split(clips, leaks, name + "split");
  return clips;
}

/// Split 1, 2 or 3 from the folder of lists (ucfTrainTestlist); clips are videos/Action/v_Action_g08_c01.avi.
inline ClipSplit read_ucf101_split(const std::filesystem::path& lists, const std::filesystem::path& videos, int split,
                                   Leaks leaks = Leaks::refuse) {
  check(split >= 1 && split <= 3, "read_ucf101_split: split ", split, ", want 1, 2 or 3");
  const auto text = [&](const std::string& file) { return read_file(lists / file, std::size_t{1} << 26); };
  const std::string number = "0" + std::to_string(split) + ".txt";
  const std::string classes = text("classInd.txt"), train = text("trainlist" + number),
                    test = text("testlist" + number);
  return parse_ucf101_split(classes, train, test, videos,
                            lists.generic_string() + "/split " + std::to_string(split) + ": ", leaks);
}

STAC3DL_NAMESPACE_END
