/// io/ntu.hpp - NTU RGB+D: names, lists of bad samples, skeletons, and the two published protocols.
///
///   folder/S001C002P003R002A013.skeleton    setup, camera, person, repetition, action
///   cross-subject   trains on 20 of the 40 people of NTU RGB+D 60
///   cross-view      trains on cameras 2 and 3, tests on camera 1: the same people on both sides, by design
/// A recording's id is its name, its subject "P003", its group what the three cameras saw together
/// ("S001P003R002A013"), its label the action, from 0.  Streams: io/ntu_tracks.hpp.  A name leads to its other files:
/// ntu_files().
#pragma once

#include <set>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/data/splits.hpp"
#include "stac3dl/io/json.hpp"
#include "stac3dl/io/ntu_tracks.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What a sample's name says.
struct NtuName {
  int setup = 0, camera = 0, person = 0, repetition = 0, action = 0;  ///< counted from 1, as in the name
  auto operator<=>(const NtuName&) const = default;
  /// "S001C002P003R002A013"
  std::string text() const { return part('S', setup) + part('C', camera) + subject() + repeat_and_action(); }
  std::string subject() const { return part('P', person); }  ///< "P003".
  /// What all cameras saw: the name without its camera.
  std::string performance() const { return part('S', setup) + subject() + repeat_and_action(); }

 private:
  static std::string part(char letter, int value) {
    std::string digits = std::to_string(value);
    return letter + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
  }
  std::string repeat_and_action() const { return part('R', repetition) + part('A', action); }
};

/// Reads the first 20 letters of a name; behind them may stand nothing, or '.' or '_' and anything ("..._rgb.avi").
inline bool parse_ntu_name(std::string_view text, NtuName& name) {
  if (text.size() < 20 || (text.size() > 20 && text[20] != '.' && text[20] != '_')) return false;
  int* const parts[] = {&name.setup, &name.camera, &name.person, &name.repetition, &name.action};
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string_view digits = text.substr(4 * i + 1, 3);
    if (text[4 * i] != "SCPRA"[i] || digits.find_first_not_of("0123456789") != digits.npos ||
        !detail::parse_number(digits, *parts[i]))
      return false;
  }
  return true;
}

/// Where the publisher's archives put the files of a sample, below the folder that they were unpacked in.
struct NtuFiles {
  std::filesystem::path skeleton, rgb;  ///< a .skeleton and an .avi file
  std::filesystem::path depth;          ///< a folder of 16-bit PNG frames, millimetres
};
/// Where a sample's files are expected; they need not be there.
inline NtuFiles ntu_files(const std::filesystem::path& root, const NtuName& name) {
  const std::string text = name.text();
  return {root / "nturgb+d_skeletons" / (text + ".skeleton"), root / "nturgb+d_rgb" / (text + "_rgb.avi"),
          root / "nturgb+d_depth_masked" / text};
}

/// Names of samples from a list, one a line, as published: lines of prose may stand in front of the first name.
inline std::set<std::string> parse_ntu_list(std::string_view text, const std::string& file) {
  std::set<std::string> names;
  Index line_number = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = detail::trimmed(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    ++line_number;
    NtuName name;
    if (parse_ntu_name(line, name))
      names.insert(name.text());
    else
      check(line.empty() || names.empty(), file, ": line ", line_number,
            ": want a name like S001C002P003R002A013, got ", in_quotes(line));
  }
  check(!names.empty(), file, ": no names; want lines like S001C002P003R002A013");
  return names;
}
/// Names of samples from a list, one a line.  Error that names file and line.
inline std::set<std::string> read_ntu_list(const std::filesystem::path& path) {
  return parse_ntu_list(read_file(path, std::size_t{1} << 24), path.generic_string());
}

/// What is read.
struct NtuLoadOptions {
  std::set<std::string> bad = {};              ///< samples to leave out: read_ntu_list()
  std::vector<int> people = {}, actions = {};  ///< only these; empty: all
  NtuOptions skeleton = {};                    ///< of each file
  std::size_t file_budget = std::size_t{1} << 25;  ///< bytes a file may unpack to
};

/// What load_ntu() gives.
struct NtuData {
  std::vector<Recording> recordings;  ///< by name
  std::vector<NtuReport> reports;     ///< one a recording
  std::vector<std::string> ignored;   ///< files in the folder that are no samples
  Index left_out = 0;                 ///< samples on the list of bad ones
};

/// Loads all .skeleton files (or .skeleton.gz) of a folder; files are read in parallel.
inline NtuData load_ntu(const std::filesystem::path& folder, const NtuLoadOptions& options = {}) {
  namespace fs = std::filesystem;
  check(fs::is_directory(folder), folder.generic_string(), ": no such folder");
  const auto wanted = [](const std::vector<int>& list, int value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  NtuData data;
  std::map<NtuName, fs::path> files;
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string text = file.path().filename().string();
    NtuName name;
    if (!file.is_regular_file() || !parse_ntu_name(text, name) ||
        (text.substr(20) != ".skeleton" && text.substr(20) != ".skeleton.gz")) {
      data.ignored.push_back(file.path().generic_string());
      continue;
    }
    check(name.action >= 1, file.path().generic_string(), ": action 0, want 1 or more");
    if (!wanted(options.people, name.person) || !wanted(options.actions, name.action)) continue;
    if (options.bad.contains(name.text())) {
      ++data.left_out;
      continue;
    }
    const auto [at, fresh] = files.emplace(name, file.path());
    check(fresh, "two files for sample ", name.text(), " in ", folder.generic_string(), "; keep one of them");
  }
  std::sort(data.ignored.begin(), data.ignored.end());
  check(!files.empty(), folder.generic_string(), ": no samples; want files such as S001C001P001R001A001.skeleton");
  for (const auto& [name, path] : files)
    data.recordings.push_back(
        {name.text(), name.subject(), name.performance(), path.generic_string(), name.action - 1, {}});
  data.reports.resize(data.recordings.size());
  parallel_for(static_cast<Index>(data.recordings.size()), [&](Index i) {
    const auto at = static_cast<std::size_t>(i);
    data.recordings[at].streams = ntu_streams(read_ntu_skeleton(data.recordings[at].source, options.file_budget),
                                              options.skeleton, &data.reports[at]);
  });
  return data;
}

namespace detail {
/// Both sides of a protocol, told by each recording's name.
template <class Trains>
Split ntu_split(const std::vector<Recording>& recordings, const char* protocol, Trains&& trains) {
  Split split;
  std::set<std::string> people;
  for (std::size_t r = 0; r < recordings.size(); ++r) {
    NtuName name;
    check(parse_ntu_name(recordings[r].id, name), protocol, ": recording ", in_quotes(recordings[r].id),
          " is not called like S001C002P003R002A013");
    const bool train = trains(name);
    (train ? split.train : split.test).push_back(static_cast<Index>(r));
    if (!train) people.insert(name.subject());
  }
  split.test_people.assign(people.begin(), people.end());
  check(!split.train.empty() && !split.test.empty(), protocol, ": ", split.train.size(), " recordings to train and ",
        split.test.size(), " to test; want some on both sides");
  return split;
}
}  // namespace detail

/// People of NTU RGB+D 60 who train.
inline constexpr std::array<int, 20> ntu_training_people{1,  2,  4,  5,  8,  9,  13, 14, 15, 16,
                                                         17, 18, 19, 25, 27, 28, 31, 34, 35, 38};

/// Cross-subject: 20 people train, the others are tested.
inline Split ntu_cross_subject(const std::vector<Recording>& recordings) {
  const Split split = detail::ntu_split(recordings, "ntu_cross_subject", [](const NtuName& name) {
    check(name.person >= 1 && name.person <= 40, "ntu_cross_subject: ", name.text(), " is of person ", name.person,
          ", want 1 to 40 (NTU RGB+D 60)");
    return std::binary_search(ntu_training_people.begin(), ntu_training_people.end(), name.person);
  });
  check_split(recordings, split);
  return split;
}

/// Cross-view: cameras 2 and 3 train, camera 1 is tested.  People, and what they did, are the same on both sides; the
/// score says how well a model knows the same act from another side, not how well it knows other people.
inline Split ntu_cross_view(const std::vector<Recording>& recordings) {
  return detail::ntu_split(recordings, "ntu_cross_view", [](const NtuName& name) {
    check(name.camera >= 1 && name.camera <= 3, "ntu_cross_view: ", name.text(), " is of camera ", name.camera,
          ", want 1 to 3");
    return name.camera != 1;
  });
}

STAC3DL_NAMESPACE_END
