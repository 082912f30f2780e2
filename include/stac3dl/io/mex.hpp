/// io/mex.hpp - the MEx data set: physiotherapy exercises, four synchronised sensors, 30 people (CC BY 4.0).
///
///   folder/<sensor folder>/<person>/<exercise>_<sensor>_<take>.csv   or .csv.gz
///   act/           thigh   (T, 3, 1, 1)     accelerometer, g               stream "thigh"
///   acw/           wrist   (T, 3, 1, 1)     accelerometer, g               stream "wrist"
///   dc_0.05_0.05/  dc      (T, 1, 12, 16)   depth camera, 0 = no return    stream "depth"
///   pm_1.0_1.0/    pm      (T, 1, 32, 16)   pressure mat                   stream "mat"
/// No header; a time in front of each row, on one clock for all four sensors.  A recording is a (person, exercise,
/// take); its id is "person_exercise_take".  Frames are sorted by time and repeated times dropped (data/clean.hpp);
/// what was found is in the report, and with `strict` it is an error that names file and line.
#pragma once

#include <map>
#include <tuple>

#include "stac3dl/core/parallel.hpp"
#include "stac3dl/data/clean.hpp"
#include "stac3dl/io/csv.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One sensor of the data set.
struct MexSensor {
  const char* stream;  ///< name in Recording
  const char* folder;  ///< its folder
  const char* tag;     ///< in file names
  Shape<3> grid;       ///< (C, H, W)
};

/// In the order of the streams of a recording.
inline const std::array<MexSensor, 4>& mex_sensors() {
  static const std::array<MexSensor, 4> sensors{{{"depth", "dc_0.05_0.05", "dc", {1, 12, 16}},
                                                 {"mat", "pm_1.0_1.0", "pm", {1, 32, 16}},
                                                 {"thigh", "act", "act", {3, 1, 1}},
                                                 {"wrist", "acw", "acw", {3, 1, 1}}}};
  return sensors;
}

/// Names of the labels 0 to 6, exercises 1 to 7.
inline const std::vector<std::string>& mex_classes() {
  static const std::vector<std::string> classes{"knee rolling", "bridging", "pelvic tilt", "clam",
                                                "extension in lying", "prone punches", "superman"};
  return classes;
}

/// What is read, and how strictly.
struct MexOptions {
  std::vector<int> people = {};        ///< only these; empty: all.  One that is not there is an error
  bool strict = false;                 ///< unsorted or repeated times, and files with odd names, are errors
  bool allow_missing_sensor = false;   ///< a missing file gives an absent stream (T = 0), not an error
  std::size_t file_budget = std::size_t{1} << 28;  ///< bytes a file may unpack to
};

/// What one file held.
struct MexFileReport {
  std::string path, stream, recording;                          ///< the file, and what it is
  Index rows = 0, blank_lines = 0, times_without_fraction = 0;  ///< of the file
  SortReport order;                                             ///< what had to be put in order
};

/// What was found in the files.
struct MexReport {
  std::vector<MexFileReport> files;   ///< in order of recordings, then streams
  std::vector<std::string> ignored;   ///< files in the folders whose names fit no recording
  std::vector<std::string> missing;   ///< recording/stream that are absent

  Index rows() const {
    return sum([](const MexFileReport& f) { return f.rows; });
  }  ///< Rows of all files.
  /// Times to the second, of all files.
  Index times_without_fraction() const { return sum([](const MexFileReport& f) { return f.times_without_fraction; }); }
  /// Times that lay before the one above, of all files.
  Index backward() const { return sum([](const MexFileReport& f) { return f.order.backward; }); }
  /// Times that came again, of all files.
  Index repeated() const { return sum([](const MexFileReport& f) { return f.order.repeated; }); }
  /// Files that were not in order.
  Index disordered_files() const { return sum([](const MexFileReport& f) { return f.order.first_offence >= 0; }); }
  /// One line for all files.
  std::string summary() const {
    return detail::concat(files.size(), " files, ", rows(), " rows; times out of order in ", disordered_files(),
                          " files: ", backward(), " rows sorted, ", repeated(), " repeated ones dropped; ",
                          times_without_fraction(), " times without fraction; ", missing.size(), " streams missing; ",
                          ignored.size(), " files ignored");
  }

 private:
  template <class Of>
  Index sum(Of of) const {
    Index total = 0;
    for (const auto& file : files) total += static_cast<Index>(of(file));
    return total;
  }
};

/// What load_mex() gives.
struct MexData {
  std::vector<Recording> recordings;   ///< by person, exercise, take
  MexReport report;                    ///< what was found in the files
};

namespace detail {

struct MexKey {
  int person = 0, exercise = 0, take = 0;
  auto operator<=>(const MexKey&) const = default;
};

inline std::string two_digits(int value) { return (value < 10 ? "0" : "") + std::to_string(value); }
inline std::string recording_name(const MexKey& key) {
  return concat(two_digits(key.person), "_", two_digits(key.exercise), "_", key.take);
}

/// Digits only, at most four.
inline bool parse_count(std::string_view text, int& value) {
  return !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789") == text.npos &&
         parse_number(text, value);
}

/// "04_dc_2.csv.gz" with tag "dc": exercise 4, take 2.
inline bool parse_mex_name(std::string_view name, std::string_view tag, MexKey& key) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  if (!name.ends_with(".csv")) return false;
  name.remove_suffix(4);
  const auto first = name.find('_'), second = name.find('_', first == name.npos ? first : first + 1);
  return second != name.npos && name.substr(first + 1, second - first - 1) == tag &&
         parse_count(name.substr(0, first), key.exercise) && parse_count(name.substr(second + 1), key.take);
}

/// All files of one sensor, by recording.
inline std::map<MexKey, std::filesystem::path> list_mex_sensor(const std::filesystem::path& folder,
                                                               const MexSensor& sensor, const MexOptions& options,
                                                               std::vector<std::string>& ignored) {
  namespace fs = std::filesystem;
  std::map<MexKey, fs::path> found;
  if (!fs::is_directory(folder)) return found;
  for (const auto& person : fs::directory_iterator(folder)) {
    MexKey key;
    if (!parse_count(person.path().filename().string(), key.person) || !person.is_directory()) {
      ignored.push_back(person.path().generic_string());
      continue;
    }
    if (!options.people.empty() &&
        std::find(options.people.begin(), options.people.end(), key.person) == options.people.end())
      continue;
    for (const auto& file : fs::directory_iterator(person.path())) {
      const std::string name = file.path().generic_string();
      if (!file.is_regular_file() || !parse_mex_name(file.path().filename().string(), sensor.tag, key)) {
        ignored.push_back(name);
        continue;
      }
      check(key.exercise >= 1 && key.exercise <= static_cast<int>(mex_classes().size()), name, ": exercise ",
            key.exercise, ", want 1 to ", mex_classes().size());
      const auto [at, fresh] = found.emplace(key, file.path());
      if (!fresh)
        fail("two files for ", sensor.stream, " of recording ", recording_name(key), ": ",
             std::min(at->second.generic_string(), name), " and ", std::max(at->second.generic_string(), name),
             "; keep one of them");
    }
  }
  return found;
}

inline Stream read_mex_file(const std::filesystem::path& path, const MexSensor& sensor, const MexOptions& options,
                            MexFileReport& report) {
  const auto [channels, height, width] = sensor.grid;
  CsvTable table = read_csv(path, {.columns = channels * height * width}, options.file_budget);
  report.rows = table.values.size(0);
  report.blank_lines = table.blank_lines;
  report.times_without_fraction = table.times_without_fraction;
  Stream stream;
  stream.name = sensor.stream;
  stream.times = std::move(table.times);
  stream.frames = Tensor<float, 4>(CView<float, 4>(table.values.data(), {report.rows, channels, height, width}));
  report.order = sort_by_time(stream);
  const Index offence = report.order.first_offence;
  check(!options.strict || offence < 0, report.path, ": line ",
        offence < 0 ? 0 : table.lines[static_cast<std::size_t>(offence)],
        ": time is not later than in the line before (strict)");
  return stream;
}

}  // namespace detail

/// Loads the data set from its folder; files are read in parallel.
inline MexData load_mex(const std::filesystem::path& folder, const MexOptions& options = {}) {
  using detail::MexKey;
  const std::string root = folder.generic_string();
  check(std::filesystem::is_directory(folder), root, ": no such folder");
  MexData data;
  const auto& sensors = mex_sensors();
  std::vector<std::map<MexKey, std::filesystem::path>> found;
  std::map<MexKey, int> keys;
  for (const MexSensor& sensor : sensors) {
    found.push_back(detail::list_mex_sensor(folder / sensor.folder, sensor, options, data.report.ignored));
    for (const auto& file : found.back()) ++keys[file.first];
  }
  std::sort(data.report.ignored.begin(), data.report.ignored.end());
  for (int person : options.people)
    check(std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.first.person == person; }), root,
          ": no recordings of person ", detail::two_digits(person));
  check(!keys.empty(), root, ": no recordings; want files such as act/01/01_act_1.csv or .csv.gz in the folders act, "
        "acw, dc_0.05_0.05 and pm_1.0_1.0");
  check(!options.strict || data.report.ignored.empty(), data.report.ignored.empty() ? "" : data.report.ignored.front(),
        ": not the name of a recording (strict)");

  struct Job {
    std::filesystem::path path;
    std::size_t recording, sensor;
  };
  std::vector<Job> jobs;
  for (const auto& [key, count] : keys) {
    Recording recording;
    recording.id = detail::recording_name(key);
    recording.subject = detail::two_digits(key.person);
    recording.source = root;
    recording.label = key.exercise - 1;
    for (std::size_t s = 0; s < sensors.size(); ++s) {
      const auto [channels, height, width] = sensors[s].grid;
      recording.streams.push_back({sensors[s].stream, {}, Tensor<float, 4>({0, channels, height, width}), {}});
      const auto file = found[s].find(key);
      if (file == found[s].end()) {
        check(options.allow_missing_sensor, root, "/", sensors[s].folder, "/", recording.subject, "/",
              detail::two_digits(key.exercise), "_", sensors[s].tag, "_", key.take, ".csv: no such file (nor .csv.gz), "
              "but recording ", recording.id, " has other sensors; allow_missing_sensor loads it without ",
              sensors[s].stream);
        data.report.missing.push_back(recording.id + "/" + sensors[s].stream);
        continue;
      }
      jobs.push_back({file->second, data.recordings.size(), s});
      data.report.files.push_back({file->second.generic_string(), sensors[s].stream, recording.id, 0, 0, 0, {}});
    }
    data.recordings.push_back(std::move(recording));
  }
  parallel_for(static_cast<Index>(jobs.size()), [&](Index i) {
    const Job& job = jobs[static_cast<std::size_t>(i)];
    data.recordings[job.recording].streams[job.sensor] = detail::read_mex_file(
        job.path, sensors[job.sensor], options, data.report.files[static_cast<std::size_t>(i)]);
  });
  return data;
}

STAC3DL_NAMESPACE_END
