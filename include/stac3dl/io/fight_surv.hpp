/// io/fight_surv.hpp - Surveillance Camera Fight Dataset: clips of about 2 s, half of them of fights.
///
///   fight/fi001.mp4 ...   noFight/nofi001.mp4 ...   videos.txt
/// videos.txt says where clips were cut from: a line with a video's address, then "fi001: 0.13.50 - 0.15.60" for each of
/// its clips; or a range that was taken from another data set, "nofi062 - nofi076 : CamNet Dataset".  Clips of one video
/// or range are a group; groups that share a clip are one (a clip is listed twice, the ranges overlap).
#pragma once

#include "stac3dl/io/clips.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Where the clips of videos.txt come from.
struct FightSurvList {
  std::map<std::string, Index> group;  ///< of each clip: the number, from 0, of its video or range; of several the last
  std::set<std::string> ranges;        ///< clips that were taken from other data sets
};

/// `file` is for messages.
inline FightSurvList parse_fight_surv_list(std::string_view text, const std::string& file) {
  FightSurvList list;
  std::vector<Index> joined;  // the number that a video goes by: its own, or that of a later one
  const auto last_of = [&](Index video) {
    while (joined[static_cast<std::size_t>(video)] != video) video = joined[static_cast<std::size_t>(video)];
    return video;
  };
  const auto fresh = [&] { return joined.push_back(static_cast<Index>(joined.size())), joined.back(); };
  const auto add = [&](const std::string& clip, Index video) {
    const auto [at, first] = list.group.emplace(clip, video);
    if (!first) joined[static_cast<std::size_t>(last_of(at->second))] = last_of(video);
  };
  const auto parse_clip = [](std::string_view name, std::string& prefix, int& number) {
    const auto digits = name.find_first_of("0123456789");
    prefix = name.substr(0, digits);
    return (prefix == "fi" || prefix == "nofi") && digits != name.npos && name.size() == digits + 3 &&
           detail::parse_number(name.substr(digits), number) && number >= 0;
  };
  Index video = -1;
  for (const auto& [line_number, line] : detail::list_lines(text)) {
    if (line.starts_with("http")) {
      video = fresh();
      continue;
    }
    const auto colon = line.find(':');
    const std::string_view head = detail::trimmed(std::string_view(line).substr(0, colon));
    const auto dash = head.find(" - ");
    std::string prefix, end;
    int number = 0, last = 0;
    const auto wrong = [&, number_of_line = line_number, text_of_line = std::string_view(line)] {
      fail(file, ": line ", number_of_line, ": want the address of a video, \"fi001: 0.13.50 - 0.15.60\" or ",
           "\"nofi062 - nofi076 : name\", got ", in_quotes(text_of_line));
    };
    if (colon == line.npos || !parse_clip(detail::trimmed(head.substr(0, dash)), prefix, number)) wrong();
    if (dash == head.npos) {
      check(video >= 0, file, ": line ", line_number, ": clip ", in_quotes(head), " before any video");
      add(std::string(head), video);
      continue;
    }
    if (!parse_clip(detail::trimmed(head.substr(dash + 3)), end, last) || end != prefix || last < number) wrong();
    const Index range = fresh();
    for (; number <= last; ++number) {
      const std::string digits = std::to_string(number);
      const std::string clip = prefix + std::string(3 - digits.size(), '0') + digits;
      add(clip, range), list.ranges.insert(clip);
    }
  }
  for (auto& [clip, group] : list.group) group = last_of(group);
  return list;
}

/// The clips without streams, noFight (label 0) first, each class in order of its files' names.
struct FightSurvClips {
  std::vector<std::string> classes{"noFight", "fight"};  ///< names of the labels
  std::vector<Recording> recordings;                   ///< source, group and label; no streams yet
  std::vector<bool> elsewhere;  ///< of each: in the group of a range, taken from another data set
  Index unlisted = 0;           ///< clips that videos.txt does not name; each is a group of its own
};

/// Reads videos.txt and lists the files beside it; load_clip() reads a clip.
inline FightSurvClips read_fight_surv(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  const std::string root = folder.generic_string();
  const FightSurvList list =
      parse_fight_surv_list(read_file(folder / "videos.txt", std::size_t{1} << 26), root + "/videos.txt");
  std::set<Index> taken;
  for (const std::string& clip : list.ranges) taken.insert(list.group.at(clip));
  FightSurvClips clips;
  for (Index label = 0; label < 2; ++label) {
    const fs::path place = folder / clips.classes[static_cast<std::size_t>(label)];
    check(fs::is_directory(place), place.generic_string(), ": no such folder");
    std::set<std::string> names;
    for (const auto& file : fs::directory_iterator(place))
      if (file.is_regular_file() && file.path().extension() == ".mp4" && file.path().filename().string()[0] != '.')
        names.insert(file.path().stem().string());
    check(!names.empty(), place.generic_string(), ": no .mp4 files");
    for (const std::string& name : names) {
      Recording clip;
      const auto at = list.group.find(name);
      clip.id = name, clip.label = label;
      clip.group = at == list.group.end() ? "clip " + name : "video " + std::to_string(at->second);
      clip.source = (place / (name + ".mp4")).generic_string();
      clips.elsewhere.push_back(at != list.group.end() && taken.contains(at->second));
      clips.unlisted += at == list.group.end();
      clips.recordings.push_back(std::move(clip));
    }
  }
  return clips;
}

STAC3DL_NAMESPACE_END
