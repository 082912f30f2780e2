/// io/manifest_load.hpp - the recordings that a manifest names.
///
/// | a path to | becomes | its times |
/// |---|---|---|
/// | a folder of frames | (T, 3, H, W) in [0, 1]; 16-bit grey: depth (T, 1, H, W) in metres | numbers / rate, 25 if not
/// said | | .npy | 4 axes (T, C, H, W), 3 (T, H, W), 2 (T, C), 1 (T) | rate or times are needed | | .csv, .csv.gz | a
/// signal (T, C, 1, 1); a first row of names is skipped | its first column, if there is neither rate nor times | |
/// .skeleton | NTU RGB+D's (T, 3, 25, 1), of the body that moves most | 30 a second | | any other file | a video, (T,
/// 3, H, W) in [0, 1] | those of the file | `times` is a .csv or .npy file with a time for each frame.  Frames are
/// sorted by time and repeats dropped.  Numbers that are not finite are masked: a joint by itself (grids of width 1),
/// of a picture the whole frame.  A sensor that a recording lacks is absent: T = 0, on the grid that others have.
#pragma once

#include "stac3dl/data/clean.hpp"
#include "stac3dl/data/preparation_step.hpp"
#include "stac3dl/io/clips.hpp"
#include "stac3dl/io/manifest.hpp"
#include "stac3dl/io/npy.hpp"
#include "stac3dl/io/ntu_tracks.hpp"

STAC3DL_NAMESPACE_BEGIN

/// How the files of a manifest are read.
struct ManifestOptions {
  FrameOptions frames = {};  ///< size, stretch and budget of pictures; their name is the sensor's
  double folder_rate = 25;   ///< frames a second of folders that do not say
  VideoOptions video = {};   ///< limits of videos
  std::size_t ahead = 4;                           ///< pictures decoded ahead
  std::size_t file_budget = std::size_t{1} << 30;  ///< bytes that a file of numbers may unpack to
};

/// What was mended in one sensor of one recording.
struct ManifestReport {
  std::string recording, sensor;  ///< whose frames they are
  Index frames = 0, masked = 0;  ///< masked: frames with numbers that are not finite
  SortReport order;              ///< what had to be put in order
};

namespace detail {

inline bool ends_with_any(const std::string& text, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return text.ends_with(ending); });
}

/// A table without the row of names that programs like to put in front.
inline CsvTable read_user_csv(const std::filesystem::path& path, bool time_column, std::size_t budget) {
  const std::string bytes = read_file(path, budget), name = path.generic_string();
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string_view first = text.substr(0, text.find('\n'));
  double number = 0;
  const std::string_view cell = trimmed(first.substr(0, first.find(',')));
  const bool names = !cell.empty() && !parse_number(cell, number) && !looks_like_date(cell);
  if (names) text.remove_prefix(std::min(text.size(), first.size() + 1));
  return parse_csv(text, names ? name + " (below its row of names)" : name, {.time_column = time_column});
}

/// One time a frame: a CSV of one column of numbers or dates, or an .npy of one axis.
inline std::vector<double> read_times(const std::filesystem::path& path, std::size_t budget) {
  if (path.extension() == ".npy") {
    const auto times = read_npy<double, 1>(path, budget);
    return {times.begin(), times.end()};
  }
  // parse_csv wants a number behind the time, which lines with a time alone do not have
  const std::string bytes = read_file(path, budget), name = path.generic_string();
  std::vector<double> times;
  for (const auto& [line_number, line] : list_lines(bytes)) {
    double seconds = 0;
    bool fraction = false;
    const bool date = looks_like_date(line);
    if (date ? parse_date(line, seconds, fraction) : parse_number(std::string_view(line), seconds))
      times.push_back(seconds);
    else
      check(times.empty() && line_number == 1, name, ": line ", line_number,
            ": want a time (YYYY-MM-DD hh:mm:ss.ffffff or seconds), got ", in_quotes(line));
  }
  return times;
}

/// Frames of an array as (T, C, H, W).
inline Tensor<float, 4> frames_of_npy(const std::filesystem::path& path, std::size_t budget) {
  const NpyArray array = read_npy(path, budget);
  const std::vector<Index>& s = array.shape();
  check(s.size() >= 1 && s.size() <= 4, array.name(), ": want 1 to 4 axes (T, T x C, T x H x W or T x C x H x W), got ",
        to_string(s));
  Shape<4> shape{s[0], 1, 1, 1};
  if (s.size() == 2) shape[1] = s[1];
  if (s.size() == 3) shape[2] = s[1], shape[3] = s[2];
  if (s.size() == 4) shape = {s[0], s[1], s[2], s[3]};
  Tensor<float, 4> frames(shape);
  array.read_numbers(frames.data());
  return frames;
}

/// Returns how many frames lost something.  Encoders keep joints apart, so that one may be missing; pixels they do not.
inline Index mask_not_finite(Stream& stream) {
  const auto [channels, height, width] = stream.grid();
  Index masked = 0;
  for (Index t = 0; t < stream.size(); ++t) {
    const auto frame = stream.frames.slice(t);
    if (frame.flat().array().isFinite().all()) continue;
    ++masked;
    if (width > 1) mask_frame(stream, t);
    for (Index p = 0; width == 1 && p < height; ++p)
      for (Index c = 0; c < channels; ++c)
        if (!std::isfinite(frame(c, p, Index{0}))) mask_place(stream, t, p);
  }
  tidy_masks(stream);
  return masked;
}

inline namespace STAC3DL_VIDEO {

inline Stream read_manifest_stream(const std::filesystem::path& path, const ManifestSource& source,
                                   const ManifestOptions& options, bool timed) {
  const std::string name = path.generic_string();
  FrameOptions frames = options.frames;
  frames.name = source.sensor;
  Stream stream;
  if (std::filesystem::is_directory(path)) {
    const double rate = source.rate > 0 ? source.rate : options.folder_rate;
    const FrameList list = list_frames(path);
    const auto& first = list.files.begin()->second;
    const ImageSize size = parse_image_size(read_file(first, options.file_budget), first.generic_string());
    stream = size.deep && size.channels == 1 ? read_depth_frames(path, rate, frames.budget)
                                             : read_frames(path, rate, frames, options.ahead);
  } else if (path.extension() == ".npy") {
    check(source.rate > 0 || timed, name, ": want a rate or times for the frames of an .npy file");
    stream.frames = frames_of_npy(path, options.file_budget);
  } else if (ends_with_any(name, {".csv", ".csv.gz"})) {
    CsvTable table = read_user_csv(path, source.rate == 0 && !timed, options.file_budget);
    stream.times = std::move(table.times);
    stream.frames =
        Tensor<float, 4>(CView<float, 4>(table.values.data(), {table.values.size(0), table.values.size(1), 1, 1}));
  } else if (ends_with_any(name, {".skeleton", ".skeleton.gz"})) {
    stream = ntu_streams(read_ntu_skeleton(path), {.bodies = 1}).front();
  } else {
    stream = read_video(path, frames, options.ahead, options.video);
  }
  stream.name = source.sensor;
  if (source.rate > 0 && !std::filesystem::is_directory(path)) {
    stream.times.resize(static_cast<std::size_t>(stream.frames.size(0)));
    for (std::size_t t = 0; t < stream.times.size(); ++t) stream.times[t] = static_cast<double>(t) / source.rate;
  }
  return stream;
}

}  // namespace STAC3DL_VIDEO
}  // namespace detail

inline namespace STAC3DL_VIDEO {

/// Recording `row` of the manifest with all of its sensors; what was mended is added to `reports`.
inline Recording load_manifest_row(const Manifest& manifest, std::size_t row, const ManifestOptions& options = {},
                                   std::vector<ManifestReport>* reports = nullptr) {
  check(row < manifest.rows.size(), "load_manifest_row: row ", row, " of ", manifest.rows.size());
  const ManifestRow& from = manifest.rows[row];
  Recording recording{from.id, from.subject, from.group, manifest.name, manifest.labels[row], {}};
  for (const ManifestSource& source : from.sources) {
    const std::string where = manifest.where(from) + ": " + source.sensor;
    const auto path = path_below(manifest.folder, source.path, where);
    const bool timed = !source.times.empty();
    Stream stream = detail::read_manifest_stream(path, source, options, timed);
    if (timed) {
      stream.times =
          detail::read_times(path_below(manifest.folder, source.times, where + "_times"), options.file_budget);
      check(static_cast<Index>(stream.times.size()) == stream.frames.size(0), where, ": ", stream.times.size(),
            " times for ", stream.frames.size(0), " frames");
    }
    ManifestReport report{from.id, source.sensor, stream.size(), detail::mask_not_finite(stream), sort_by_time(stream)};
    if (reports != nullptr) reports->push_back(std::move(report));
    recording.streams.push_back(std::move(stream));
  }
  return recording;
}

/// All recordings of a manifest.  Each has all sensors, absent ones on the grid of the first recording that has them.
inline std::vector<Recording> load_manifest(const Manifest& manifest, const ManifestOptions& options = {},
                                            std::vector<ManifestReport>* reports = nullptr) {
  std::vector<Recording> recordings;
  std::map<std::string, Shape<3>> grids;
  for (std::size_t row = 0; row < manifest.rows.size(); ++row) {
    recordings.push_back(load_manifest_row(manifest, row, options, reports));
    for (const Stream& stream : recordings.back().streams)
      if (!stream.absent()) grids.emplace(stream.name, stream.grid());
  }
  for (Recording& recording : recordings) {
    std::vector<Stream> all;
    for (const std::string& sensor : manifest.sensors) {
      Stream* found = recording.find(sensor);
      const auto grid = grids.find(sensor);
      if (found != nullptr)
        all.push_back(std::move(*found));
      else if (grid != grids.end())
        all.push_back({sensor, {}, Tensor<float, 4>({0, grid->second[0], grid->second[1], grid->second[2]}), {}});
    }
    recording.streams = std::move(all);
  }
  return recordings;
}

}  // namespace STAC3DL_VIDEO

/// The manifest's own split: rows that say train and rows that say test.
inline Split manifest_split(const Manifest& manifest, const std::vector<Recording>& recordings,
                            Leaks leaks = Leaks::refuse) {
  check(recordings.size() == manifest.rows.size(), "manifest_split: ", recordings.size(), " recordings of ",
        manifest.rows.size(), " rows");
  Split split;
  std::set<std::string> people;
  for (std::size_t r = 0; r < recordings.size(); ++r) {
    const ManifestRow& row = manifest.rows[r];
    if (row.split == "train") split.train.push_back(static_cast<Index>(r));
    if (row.split != "test") continue;
    split.test.push_back(static_cast<Index>(r));
    if (!row.subject.empty()) people.insert(row.subject);
  }
  split.test_people.assign(people.begin(), people.end());
  check(!split.train.empty() && !split.test.empty(), manifest.name, ": ", split.train.size(),
        " recordings say train and ", split.test.size(), " test; want some of both");
  check_leaks(recordings, split, leaks, manifest.name.c_str());
  return split;
}

STAC3DL_NAMESPACE_END
