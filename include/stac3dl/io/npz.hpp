/// io/npz.hpp - several arrays by name in one .npz file: a ZIP archive of .npy members, as numpy.savez and
/// numpy.savez_compressed write it.
///
///   NpzFile file("recording.npz");
///   Tensor<float, 2> signal = file.read("signal").read<float, 2>();
///   write_npz("recording.npz", {{"signal", npy_bytes(signal.view())}}, Replace::no);
#pragma once

#include "stac3dl/io/npy.hpp"
#include "stac3dl/io/zip.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Arrays by name; all bytes are held in memory.
class NpzFile {
 public:
  /// Neither the file nor one of its arrays may be larger than `budget` bytes.
  explicit NpzFile(const std::filesystem::path& path, std::size_t budget = default_file_budget)
      : NpzFile(read_file(path, budget), path.generic_string(), budget) {}
  /// From a file that is already in memory; `name` is for messages.
  NpzFile(std::string bytes, std::string name, std::size_t budget = default_file_budget)
      : archive_(std::move(bytes), std::move(name), budget) {}

  /// Names of the arrays, sorted; members that do not end in .npy are not among them.
  std::vector<std::string> names() const {
    std::vector<std::string> names = archive_.names();
    std::erase_if(names, [](const std::string& name) { return !name.ends_with(".npy"); });
    for (std::string& name : names) name.resize(name.size() - 4);
    return names;
  }
  /// Is there an array of that name?
  bool contains(const std::string& array) const { return archive_.contains(array + ".npy"); }

  /// One array.  Error that lists what there is, where the name is unknown.
  NpyArray read(const std::string& array) const {
    if (!contains(array)) {
      std::string names;
      for (const std::string& name : this->names()) names += (names.empty() ? "" : ", ") + in_quotes(name);
      fail(archive_.name(), ": no array ", in_quotes(array), "; it has ",
           names.empty() ? "none" : names.substr(0, 400));
    }
    return NpyArray(archive_.read(array + ".npy"), archive_.name() + ": " + array + ".npy");
  }

 private:
  ZipArchive archive_;
};

/// Writes arrays, given as name and npy_bytes(), whole or not at all; deflated unless told not to.
inline void write_npz(const std::filesystem::path& path, std::vector<std::pair<std::string, std::string>> arrays,
                      Replace replace, bool deflated = true) {
  check_may_write(path, replace);
  std::vector<std::string> names;
  for (auto& [name, bytes] : arrays) {
    (void)parse_npy_header(bytes, "write_npz: array " + name);
    names.push_back(name += ".npy");
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  check(twice == names.end(), "write_npz ", path.generic_string(), ": two arrays are called ",
        twice == names.end() ? "" : *twice);
  write_file(path, zip_bytes(arrays, deflated), replace);
}

STAC3DL_NAMESPACE_END
