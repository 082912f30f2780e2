/// io/ui_prmd.hpp - UI-PRMD, Kinect half: ten rehabilitation movements of ten people, each done correctly and
/// incorrectly (ODC-PDDL 1.0).
///
///   folder/Segmented Movements/Kinect/Angles/m01_s02_e03_angles.txt                and
///   .../Positions/m01_s02_e03_positions.txt folder/Incorrect Segmented
///   Movements/Kinect/Angles/m01_s02_e03_angles_inc.txt  and .../m01_s02_e03_positions_inc.txt
/// or .txt.gz.  A file has one frame a line, 66 columns = 22 joints * (x, y, z), no header, 30 a second.  Angles are
/// degrees, R = Rz Rx Ry (y applied first), local to the joint; positions are cm in the parent joint's frame, only the
/// waist's are absolute.  A recording is a trial; its stream "skeleton" (T, 3, 22, 1) holds absolute places in metres,
/// y up, that data/joint_chain.hpp finds.  Kinect's bone lengths vary by tens of percent; `fixed_bones` fixes that.
#pragma once

#include <map>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/data/joint_chain.hpp"
#include "stac3dl/data/recording.hpp"
#include "stac3dl/io/csv.hpp"
#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace ui_prmd {

/// In the order of a stream's joints.
inline constexpr std::array<const char*, 22> joint_names{
    "waist",           "spine",           "chest",          "neck",           "head",         "head tip",
    "left collar",     "left upper arm",  "left forearm",   "left hand",      "right collar", "right upper arm",
    "right forearm",   "right hand",      "left upper leg", "left lower leg", "left foot",    "left toes",
    "right upper leg", "right lower leg", "right foot",     "right toes"};

/// A joint's parent, -1 for the root.
inline constexpr std::array<int, 22> parents{-1, 0,  1,  2, 3,  4,  2,  6, 7,  8,  2,
                                             10, 11, 12, 0, 14, 15, 16, 0, 18, 19, 20};

/// Joints that change places in a mirror.
inline constexpr std::array<std::pair<int, int>, 8> left_right_pairs{
    {{6, 10}, {7, 11}, {8, 12}, {9, 13}, {14, 18}, {15, 19}, {16, 20}, {17, 21}}};

inline constexpr TurnOrder order{2, 0, 1};  ///< In which order a joint's three turns follow one another.
inline constexpr double rate = 30;          ///< Frames a second.

/// Names of the labels 0 to 9, movements m01 to m10.
inline const std::vector<std::string>& movements() {
  static const std::vector<std::string> names{"deep squat",         "hurdle step",        "inline lunge",
                                              "side lunge",         "sit to stand",       "active straight leg raise",
                                              "shoulder abduction", "shoulder extension", "shoulder rotation",
                                              "shoulder scaption"};
  return names;
}

}  // namespace ui_prmd

/// What is read.
struct UiPrmdOptions {
  std::vector<int> movements = {}, people = {};  ///< only these (1 to 10); empty: all
  bool correct = true, incorrect = true;         ///< which halves are read; one that is wanted must be there
  bool fixed_bones = false;                      ///< offsets are their trial's medians
  TurnOrder order = ui_prmd::order;              ///< of each joint's turns
  std::size_t file_budget = std::size_t{1} << 26;  ///< bytes a file may unpack to
};

/// What load_ui_prmd() gives.
struct UiPrmdData {
  std::vector<Recording> recordings;  ///< by movement, person, episode, correct before incorrect
  std::vector<std::uint8_t> correct;  ///< one a recording, 1 = done correctly
  std::vector<std::string> ignored;   ///< files in the folders whose names fit no trial
};

namespace detail {

struct UiPrmdKey {
  int movement = 0, person = 0, episode = 0;
  bool incorrect = false;
  auto operator<=>(const UiPrmdKey&) const = default;
  std::string id() const {
    const auto two = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return "m" + two(movement) + "_s" + two(person) + "_e" + two(episode) + (incorrect ? "_inc" : "");
  }
};

/// "m01_s02_e03_angles.txt.gz" with kind "angles"; the last part of an incorrect trial is "angles_inc".
inline bool parse_ui_prmd_name(std::string_view name, std::string_view kind, UiPrmdKey& key) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (!name.ends_with(".txt")) return false;
  name.remove_suffix(4);
  if (name.size() < 12 || name.substr(11) != std::string("_") + std::string(kind) + (key.incorrect ? "_inc" : ""))
    return false;
  const auto number = [&](std::size_t at, char letter, int& value) {
    const std::string_view digits = name.substr(at + 1, 2);
    return name[at] == letter && digits.find_first_not_of("0123456789") == digits.npos && parse_number(digits, value);
  };
  return number(0, 'm', key.movement) && name[3] == '_' && number(4, 's', key.person) && name[7] == '_' &&
         number(8, 'e', key.episode);
}

using UiPrmdFiles = std::map<UiPrmdKey, std::filesystem::path>;

inline void list_ui_prmd(const std::filesystem::path& folder, const std::string& kind, bool incorrect,
                         const UiPrmdOptions& options, UiPrmdFiles& files, std::vector<std::string>& ignored) {
  namespace fs = std::filesystem;
  check(fs::is_directory(folder), folder.generic_string(), ": no such folder");
  const auto wanted = [](const std::vector<int>& list, int value) {
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
  };
  for (const auto& file : fs::directory_iterator(folder)) {
    UiPrmdKey key;
    key.incorrect = incorrect;
    const std::string name = file.path().generic_string();
    if (!file.is_regular_file() || !parse_ui_prmd_name(file.path().filename().string(), kind, key)) {
      ignored.push_back(name);
      continue;
    }
    check(key.movement >= 1 && key.movement <= 10, name, ": movement ", key.movement, ", want 1 to 10");
    if (!wanted(options.movements, key.movement) || !wanted(options.people, key.person)) continue;
    const auto [at, fresh] = files.emplace(key, file.path());
    if (!fresh)
      fail("two files for the ", kind, " of trial ", key.id(), ": ", std::min(at->second.generic_string(), name),
           " and ", std::max(at->second.generic_string(), name), "; keep one of them");
  }
}

/// 66 numbers a line as (T, 22, 3).
inline Tensor<float, 3> read_ui_prmd_table(const std::filesystem::path& path, std::size_t budget) {
  const CsvTable table = read_csv(path, {.columns = 66, .time_column = false}, budget);
  return Tensor<float, 3>(CView<float, 3>(table.values.data(), {table.values.size(0), 22, 3}));
}

}  // namespace detail

/// One trial from its two files.
inline Stream read_ui_prmd_trial(const std::filesystem::path& angles_path, const std::filesystem::path& positions_path,
                                 const UiPrmdOptions& options = {}) {
  const Tensor<float, 3> angles = detail::read_ui_prmd_table(angles_path, options.file_budget);
  Tensor<float, 3> offsets = detail::read_ui_prmd_table(positions_path, options.file_budget);
  check(angles.size(0) == offsets.size(0), positions_path.generic_string(), ": ", offsets.size(0), " frames, but ",
        angles.size(0), " in ", angles_path.generic_string());
  if (options.fixed_bones) fix_bones(offsets, ui_prmd::parents);
  offsets.array() *= 0.01f;  // metres
  Stream stream;
  stream.name = "skeleton";
  stream.frames = chain_joints(angles, offsets, ui_prmd::parents, options.order);
  for (Index t = 0; t < stream.frames.size(0); ++t) stream.times.push_back(static_cast<double>(t) / ui_prmd::rate);
  return stream;
}

/// Loads the data set from its folder; files are read in parallel.  A trial's id is "m01_s02_e03" or "m01_s02_e03_inc",
/// its subject "s02", its label the movement, 0 to 9.
inline UiPrmdData load_ui_prmd(const std::filesystem::path& folder, const UiPrmdOptions& options = {}) {
  const std::string root = folder.generic_string();
  check(std::filesystem::is_directory(folder), root, ": no such folder");
  check(options.correct || options.incorrect, "load_ui_prmd: neither correct nor incorrect trials are asked for");
  UiPrmdData data;
  detail::UiPrmdFiles angles, positions;
  for (const bool incorrect : {false, true}) {
    if (!(incorrect ? options.incorrect : options.correct)) continue;
    const auto kinect = folder / (incorrect ? "Incorrect Segmented Movements" : "Segmented Movements") / "Kinect";
    detail::list_ui_prmd(kinect / "Angles", "angles", incorrect, options, angles, data.ignored);
    detail::list_ui_prmd(kinect / "Positions", "positions", incorrect, options, positions, data.ignored);
  }
  std::sort(data.ignored.begin(), data.ignored.end());
  for (const auto& [key, path] : angles)
    check(positions.count(key) > 0, path.generic_string(), ": there are no positions of trial ", key.id());
  for (const auto& [key, path] : positions)
    check(angles.count(key) > 0, path.generic_string(), ": there are no angles of trial ", key.id());
  check(!angles.empty(), root,
        ": no trials; want files such as Segmented Movements/Kinect/Angles/m01_s01_e01_angles.txt");
  for (int person : options.people)
    check(std::any_of(angles.begin(), angles.end(), [&](const auto& file) { return file.first.person == person; }),
          root, ": no trials of person ", person);
  std::vector<detail::UiPrmdKey> keys;
  for (const auto& [key, path] : angles) {
    Recording recording;
    recording.id = key.id();
    recording.subject = recording.id.substr(4, 3);
    recording.source = path.generic_string();
    recording.label = key.movement - 1;
    data.recordings.push_back(std::move(recording));
    data.correct.push_back(!key.incorrect);
    keys.push_back(key);
  }
  parallel_for(static_cast<Index>(keys.size()), [&](Index i) {
    const auto& key = keys[static_cast<std::size_t>(i)];
    data.recordings[static_cast<std::size_t>(i)].streams.push_back(
        read_ui_prmd_trial(angles.at(key), positions.at(key), options));
  });
  return data;
}

STAC3DL_NAMESPACE_END
