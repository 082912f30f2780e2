/// io/frames.hpp - a folder of numbered pictures: 000001.jpg, 000002.jpg, ... in numeric order.
///
/// A frame's number is the digits at the end of its name, "img_00012.png" is 12; what stands in front of them must be
/// the same for all.  Frame n is seen at (n - first) / rate, so a number that is missing leaves its gap.  Files that
/// are no pictures are left alone and counted.  Depth cameras' frames are 16-bit grey PNG, in millimetres.
#pragma once

#include <map>

#include "stac3dl/core/read_ahead.hpp"
#include "stac3dl/io/csv.hpp"
#include "stac3dl/io/image_read.hpp"
#include "stac3dl/io/json.hpp"
#include "stac3dl/io/picture.hpp"

STAC3DL_NAMESPACE_BEGIN

/// The numbered pictures of a folder.
struct FrameList {
  std::map<std::uint64_t, std::filesystem::path> files;  ///< by number
  std::size_t ignored = 0;                               ///< entries that are no numbered pictures
};

namespace detail {
/// "img_00012.JPG": prefix "img_", number 12; false if it is not such a name.
inline bool parse_frame_name(const std::filesystem::path& path, std::string& prefix, std::uint64_t& number) {
  std::string suffix = path.extension().string();
  for (char& c : suffix) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (suffix != ".jpg" && suffix != ".jpeg" && suffix != ".png" && suffix != ".bmp") return false;
  const std::string stem = path.stem().string();
  const std::size_t digits = stem.find_last_not_of("0123456789") + 1;  // npos + 1 is 0
  if (stem[0] == '.' || digits == stem.size() || stem.size() - digits > 15) return false;
  prefix = stem.substr(0, digits);
  return parse_number(std::string_view(stem).substr(digits), number);
}
}  // namespace detail

/// The pictures of a folder, by number.  Error where two have one number, names differ in front of it, or there is
/// none.
inline FrameList list_frames(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  const std::string name = folder.generic_string();
  check(fs::is_directory(folder), name, ": no such folder");
  FrameList list;
  std::string series, prefix;
  for (const auto& file : fs::directory_iterator(folder)) {
    std::uint64_t number = 0;
    if (!detail::parse_frame_name(file.path(), prefix, number) || !file.is_regular_file()) {
      ++list.ignored;
      continue;
    }
    if (list.files.empty()) series = prefix;
    check(prefix == series, name, ": two series of frames, ", in_quotes(std::min(series, prefix)), " and ",
          in_quotes(std::max(series, prefix)), "; keep one of them");
    const auto [at, fresh] = list.files.emplace(number, file.path());
    if (!fresh)
      fail(name, ": two frames have number ", number, ": ",
           std::min(at->second.filename().string(), file.path().filename().string()), " and ",
           std::max(at->second.filename().string(), file.path().filename().string()));
  }
  check(!list.files.empty(), name, ": no frames; want pictures such as 000001.jpg");
  return list;
}

/// Reads a folder's pictures one after the other.
class FolderReader {
 public:
  /// `rate` in frames a second.  Error where the folder has no numbered pictures.
  FolderReader(const std::filesystem::path& folder, double rate, const ImageLimits& limits = {})
      : list_(list_frames(folder)), at_(list_.files.begin()), rate_(rate), limits_(limits) {
    check(std::isfinite(rate) && rate > 0, folder.generic_string(), ": want a rate above 0, got ", rate);
  }
  FolderReader(const FolderReader&) = delete;
  FolderReader& operator=(const FolderReader&) = delete;

  Index size() const { return static_cast<Index>(list_.files.size()); }  ///< Pictures.
  const FrameList& list() const { return list_; }                        ///< The pictures by number.
  /// When the frame that comes next is seen.
  double time() const { return static_cast<double>(at_->first - list_.files.begin()->first) / rate_; }
  bool at_end() const { return at_ == list_.files.end(); }  ///< True behind the last picture.

  /// Decodes the next picture; false where there is none.  Error where it is damaged or beyond the limits.
  bool next(Picture& picture) {
    if (at_end()) return false;
    picture.time = time();
    picture.rgb = read_image((at_++)->second, limits_);
    return true;
  }
  /// As next(), for 16-bit depth: (H, W).
  bool next_depth(double& time, Tensor<std::uint16_t, 2>& depth) {
    if (at_end()) return false;
    time = this->time();
    depth = read_depth((at_++)->second, limits_);
    return true;
  }

 private:
  FrameList list_;
  std::map<std::uint64_t, std::filesystem::path>::const_iterator at_;
  double rate_;
  ImageLimits limits_;
};

/// A folder of colour frames as a stream (T, 3, H, W) in [0, 1]; the next few are decoded ahead.
inline Stream read_frames(const std::filesystem::path& folder, double rate, const FrameOptions& options = {},
                          std::size_t ahead = 8) {
  FolderReader reader(folder, rate);
  ReadAhead<Picture> pictures([&](Picture& picture) { return reader.next(picture); }, ahead);
  return collect_frames(pictures, options, folder.generic_string());
}

/// A folder of 16-bit depth frames as a stream "depth" (T, 1, H, W) in metres; 0: no return.
inline Stream read_depth_frames(const std::filesystem::path& folder, double rate,
                                std::size_t budget = std::size_t{1} << 32) {
  const std::string name = folder.generic_string();
  FolderReader reader(folder, rate);
  Stream stream;
  stream.name = "depth";
  Tensor<std::uint16_t, 2> depth;
  for (double time = 0; reader.next_depth(time, depth);) {
    if (stream.times.empty()) {
      const std::size_t bytes = static_cast<std::size_t>(depth.size()) * sizeof(float);
      check(static_cast<std::size_t>(reader.size()) <= budget / bytes, name, ": ", reader.size(), " frames of ",
            depth.size(1), " x ", depth.size(0), " pixels are more than the budget of ", budget, " bytes");
      stream.frames = Tensor<float, 4>({reader.size(), 1, depth.size(0), depth.size(1)});
    }
    check(depth.size(0) == stream.frames.size(2) && depth.size(1) == stream.frames.size(3), name, ": the frame at ",
          time, " s is of ", depth.size(1), " x ", depth.size(0), " pixels, those before of ", stream.frames.size(3),
          " x ", stream.frames.size(2));
    float* to = stream.frames.data() + static_cast<Index>(stream.times.size()) * depth.size();
    for (Index p = 0; p < depth.size(); ++p) to[p] = 0.001f * static_cast<float>(depth[p]);
    stream.times.push_back(time);
  }
  return stream;
}

STAC3DL_NAMESPACE_END
