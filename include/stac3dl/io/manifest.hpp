/// io/manifest.hpp - a data set of the user's own: one table, a row a recording, a column a sensor.
///
///   id,subject,group,label,split,camera,camera_rate,thigh,thigh_times          CSV, the first row names the columns
///   ann_1,ann,,squat,train,ann/1.mp4,,ann/1_thigh.npy,ann/1_times.csv
///
///   {"id": "ann_1", "subject": "ann", "label": "squat", "camera": "ann/1.mp4",            JSON Lines, one object a
///   line
///    "thigh": {"path": "ann/1_thigh.npy", "times": "ann/1_times.csv"}}
/// `id` and one sensor are needed; subject, group, label and split (train, test, validation) may be missing or empty,
/// an empty cell of a sensor is a sensor that is absent.  Any other column is a sensor; NAME_rate and NAME_times say of
/// sensor NAME how many frames it has a second, or which file holds a time for each.  Labels are texts, sorted into
/// classes 0, 1, ..., or whole numbers from 0, if all of them are.  Paths stay below the manifest's folder
/// (io/safe_path.hpp). What a path may lead to: io/manifest_load.hpp.
#pragma once

#include <map>
#include <set>

#include "stac3dl/data/random_split.hpp"
#include "stac3dl/io/csv_text.hpp"
#include "stac3dl/io/safe_path.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Where a sensor's frames are.
struct ManifestSource {
  std::string sensor, path, times;  ///< paths as they are written; empty: none
  double rate = 0;                  ///< frames a second; 0: not said
};

/// One recording's row.
struct ManifestRow {
  Index line = 0;                                ///< where it stands in the file
  std::string id, subject, group, label, split;  ///< empty: not said
  std::vector<ManifestSource> sources;  ///< in the order of Manifest::sensors, absent ones left out
};

struct Manifest {
  std::string name;                  ///< for messages
  std::filesystem::path folder;      ///< paths are relative to it
  std::vector<std::string> sensors;  ///< sorted
  std::vector<std::string> classes;  ///< names of the labels; empty: no recording has one
  std::vector<Index> labels;         ///< one a row; 0 where there are no classes
  std::vector<ManifestRow> rows;     ///< in the file's order

  /// "set.csv: line 7", for messages.
  std::string where(const ManifestRow& row) const { return detail::concat(name, ": line ", row.line); }
};

namespace detail {

inline constexpr std::size_t manifest_max_columns = 1000;

/// Puts one named value of a row where it belongs; false if it is a sensor's.
inline bool set_manifest_field(ManifestRow& row, const std::string& field, const std::string& value) {
  std::string* const to = field == "id"        ? &row.id
                          : field == "subject" ? &row.subject
                          : field == "group"   ? &row.group
                          : field == "label"   ? &row.label
                          : field == "split"   ? &row.split
                                               : nullptr;
  if (to != nullptr) *to = value;
  return to != nullptr;
}

inline double manifest_rate(const std::string& text, const std::string& where) {
  double rate = 0;
  check(parse_number(text, rate) && std::isfinite(rate) && rate > 0, where,
        ": want a number of frames a second above 0, got ", in_quotes(text));
  return rate;
}

inline void read_manifest_csv(Manifest& manifest, std::string_view text) {
  const std::vector<CsvRow> table = parse_csv_text(text, manifest.name);
  check(!table.empty(), manifest.name, ": empty; want a row of column names first");
  const std::vector<std::string>& columns = table.front().cells;
  check(columns.size() <= manifest_max_columns, manifest.name, ": ", columns.size(), " columns, want at most ",
        manifest_max_columns);
  std::set<std::string> names;
  for (const std::string& column : columns) {
    check(!column.empty(), manifest.name, ": line ", table.front().line, ": a column has no name");
    check(names.insert(column).second, manifest.name, ": line ", table.front().line, ": two columns are called ",
          in_quotes(column));
  }
  // "thigh_rate" tells something of "thigh" only if there is such a column
  const auto about = [&](const std::string& column, std::string_view ending) {
    return column.ends_with(ending) && names.contains(column.substr(0, column.size() - ending.size()));
  };
  for (std::size_t r = 1; r < table.size(); ++r) {
    ManifestRow row;
    row.line = table[r].line;
    const std::string where = manifest.where(row);
    check(table[r].cells.size() == columns.size(), where, ": want ", columns.size(), " cells, got ",
          table[r].cells.size());
    std::map<std::string, ManifestSource> sources;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string &column = columns[c], &cell = table[r].cells[c];
      if (set_manifest_field(row, column, cell)) continue;
      if (about(column, "_rate")) {
        if (!cell.empty())
          sources[column.substr(0, column.size() - 5)].rate = manifest_rate(cell, where + ": " + column);
      } else if (about(column, "_times")) {
        sources[column.substr(0, column.size() - 6)].times = cell;
      } else {
        sources[column].path = cell;
      }
    }
    for (auto& [sensor, source] : sources) {
      if (source.path.empty()) continue;
      source.sensor = sensor;
      row.sources.push_back(std::move(source));
    }
    manifest.rows.push_back(std::move(row));
  }
}

inline void read_manifest_json(Manifest& manifest, std::string_view text) {
  Index line = 1;
  for (; !text.empty(); ++line) {
    const auto end = text.find('\n');
    const std::string_view part = trimmed(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (part.empty()) continue;
    ManifestRow row;
    row.line = line;
    const std::string where = manifest.where(row);
    const Json json = parse_json(part, where);
    check(json.is_object(), where, ": want an object {...}");
    check(json.size() <= manifest_max_columns, where, ": ", json.size(), " keys, want at most ", manifest_max_columns);
    const auto text_of = [&](const std::string& key, const Json& value) {
      check(value.is_string(), where, ": ", in_quotes(key), ": want a text");
      return value.get<std::string>();
    };
    for (const auto& [key, value] : json.items()) {
      if (value.is_null()) continue;
      const bool number = value.is_number_integer() && key == "label";
      if (value.is_string() || number) {
        const std::string content = number ? value.dump() : value.get<std::string>();
        if (!set_manifest_field(row, key, content) && !content.empty()) row.sources.push_back({key, content, "", 0});
        continue;
      }
      ManifestRow scratch;
      check(value.is_object() && !set_manifest_field(scratch, key, ""), where, ": ", in_quotes(key), ": want a text",
            value.is_object() ? "" : ", or an object with path, rate and times");
      ManifestSource source{key, "", "", 0};
      for (const auto& [part_key, part_value] : value.items()) {
        if (part_key == "path")
          source.path = text_of(key, part_value);
        else if (part_key == "times")
          source.times = text_of(key, part_value);
        else if (part_key == "rate" && part_value.is_number())
          source.rate = manifest_rate(part_value.dump(), where + ": " + key);
        else
          fail(where, ": ", in_quotes(key), ": want path, rate (a number) and times, got ", in_quotes(part_key));
      }
      check(!source.path.empty(), where, ": ", in_quotes(key), ": there is no path");
      row.sources.push_back(std::move(source));
    }
    std::sort(row.sources.begin(), row.sources.end(), [](const auto& a, const auto& b) { return a.sensor < b.sensor; });
    manifest.rows.push_back(std::move(row));
  }
}

/// Classes and labels from the rows' texts.
inline void number_manifest_labels(Manifest& manifest) {
  std::set<std::string> names;
  std::set<Index> numbers;
  Index unlabelled = 0;
  for (const ManifestRow& row : manifest.rows) {
    Index number = 0;
    if (row.label.empty())
      ++unlabelled;
    else
      names.insert(row.label);
    if (row.label.find_first_not_of("0123456789") == row.label.npos && parse_number(row.label, number))
      numbers.insert(number);
  }
  if (names.empty()) {
    manifest.labels.assign(manifest.rows.size(), 0);
    return;
  }
  for (const ManifestRow& row : manifest.rows)
    check(!row.label.empty(), manifest.where(row), ": no label, but ",
          manifest.rows.size() - static_cast<std::size_t>(unlabelled), " recordings have one");
  const bool plain = numbers.size() == names.size() && *numbers.rbegin() < 100000;
  if (plain)
    for (Index k = 0; k <= *numbers.rbegin(); ++k) manifest.classes.push_back(std::to_string(k));
  else
    manifest.classes.assign(names.begin(), names.end());
  for (const ManifestRow& row : manifest.rows) {
    Index label = 0;
    if (plain)
      parse_number(row.label, label);
    else
      label = std::distance(names.begin(), names.find(row.label));
    manifest.labels.push_back(label);
  }
}

}  // namespace detail

/// Reads a manifest's text; JSON Lines if it begins with {, else CSV.  Paths are not looked at.
inline Manifest parse_manifest(std::string_view text, const std::string& name, const std::filesystem::path& folder) {
  Manifest manifest;
  manifest.name = name;
  manifest.folder = folder;
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != text.npos && text[first] == '{')
    detail::read_manifest_json(manifest, text);
  else
    detail::read_manifest_csv(manifest, text);
  check(!manifest.rows.empty(), name, ": no recordings");
  std::set<std::string> ids, sensors;
  for (const ManifestRow& row : manifest.rows) {
    check(!row.id.empty(), manifest.where(row), ": want an id");
    check(ids.insert(row.id).second, manifest.where(row), ": id ", in_quotes(row.id), " occurs twice");
    check(row.split.empty() || row.split == "train" || row.split == "test" || row.split == "validation",
          manifest.where(row), ": split ", in_quotes(row.split), ", want train, test, validation or nothing");
    for (const ManifestSource& source : row.sources) {
      check(source.rate == 0 || source.times.empty(), manifest.where(row), ": ", in_quotes(source.sensor),
            " has a rate and times; want one of them");
      sensors.insert(source.sensor);
    }
  }
  check(!sensors.empty(), name,
        ": no recording has a sensor; columns other than id, subject, group, label and split name them");
  manifest.sensors.assign(sensors.begin(), sensors.end());
  detail::number_manifest_labels(manifest);
  return manifest;
}

/// Reads a manifest, plain or gzip, of at most 256 MiB.
inline Manifest read_manifest(const std::filesystem::path& path) {
  return parse_manifest(read_file(path, std::size_t{1} << 28), path.generic_string(), path.parent_path());
}

STAC3DL_NAMESPACE_END
