/// io/cache_key.hpp - the name under which a prepared recording is kept: 64 hexadecimal digits that change with
///   - every byte of what it was made from: files, folders, or streams in memory;
///   - the reader and its options, in words of the caller's;
///   - every step of the pipeline, its options and its version (io/pipeline_json.hpp);
///   - the library's version, and the vectors and fused sums that the program was compiled with, which may change last
///     bits.
/// Neither a file's time nor its size stands for what is in it.  The digits are SHA-256 over these parts, each with its
/// length in front, so that no two lists of parts read alike.
#pragma once

#include <filesystem>
#include <fstream>

#include "stac3dl/io/pipeline_json.hpp"
#include "stac3dl/io/sha256.hpp"

STAC3DL_NAMESPACE_BEGIN

/// What a recording is read from.
struct CacheSource {
  std::vector<std::filesystem::path> files = {};  ///< files, and folders with all that is below them, in this order
  std::string reader = {};                        ///< which reader with which options; other words, other entry
};

namespace detail {
inline void add_number(Sha256& hash, std::uint64_t number) {
  unsigned char bytes[8];
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
  hash.update(bytes, 8);
}
inline void add_text(Sha256& hash, std::string_view text) {
  add_number(hash, text.size());
  hash.update(text);
}
inline void add_file(Sha256& hash, const std::filesystem::path& path, const std::string& name) {
  std::ifstream in(path, std::ios::binary);
  check(in.is_open(), "content_hash: ", path.generic_string(), ": cannot be opened");
  Sha256 bytes;
  std::vector<char> part(1 << 16);
  while (in.read(part.data(), static_cast<std::streamsize>(part.size())), in.gcount() > 0)
    bytes.update(part.data(), static_cast<std::size_t>(in.gcount()));
  check(in.eof(), "content_hash: ", path.generic_string(), ": read error");
  add_text(hash, name), add_text(hash, bytes.hex());
}
template <class T, int R>
void add_tensor(Sha256& hash, const Tensor<T, R>& tensor) {
  for (const Index size : tensor.shape()) add_number(hash, static_cast<std::uint64_t>(size));
  hash.update(tensor.data(), static_cast<std::size_t>(tensor.size()) * sizeof(T));
}
}  // namespace detail

/// Stands for what is in files and folders, and for their last names, which say the format; not for where they are.
/// Files of a folder go in order of their names; links to folders are not followed.
inline std::string content_hash(const std::vector<std::filesystem::path>& files) {
  namespace fs = std::filesystem;
  Sha256 hash;
  for (const fs::path& path : files) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    const std::string shown = path.generic_string(), name = path.filename().generic_string();
    check(fs::exists(status), "content_hash: ", shown, ": there is no such file or folder");
    if (fs::is_regular_file(status)) {
      detail::add_text(hash, "file");
      detail::add_file(hash, path, name);
      continue;
    }
    check(fs::is_directory(status), "content_hash: ", shown, ": neither a file nor a folder");
    std::vector<std::string> below;
    fs::recursive_directory_iterator at(path, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      std::error_code gone;
      if (at->is_regular_file(gone)) below.push_back(at->path().lexically_relative(path).generic_string());
    }
    check(!error, "content_hash: ", shown, ": ", error.message());
    std::sort(below.begin(), below.end());
    detail::add_text(hash, "folder");
    detail::add_number(hash, below.size());
    for (const std::string& file : below) detail::add_file(hash, path / fs::path(file), file);
  }
  return hash.hex();
}

/// Stands for all bits of streams in memory: names, times, frames, masks.  Bytes go as this machine keeps them.
inline std::string content_hash(const std::vector<Stream>& streams) {
  Sha256 hash;
  detail::add_text(hash, "streams");
  for (const Stream& s : streams) {
    detail::add_text(hash, s.name);
    detail::add_number(hash, s.times.size());
    hash.update(s.times.data(), s.times.size() * sizeof(double));
    detail::add_tensor(hash, s.frames), detail::add_tensor(hash, s.valid), detail::add_tensor(hash, s.places);
  }
  return hash.hex();
}

/// The key of content (content_hash) that `reader` reads and a pipeline, as JSON, prepares.
inline std::string cache_key(std::string_view content, std::string_view reader, const Json& pipeline) {
#ifdef __FMA__
  constexpr Index fused = 1;
#else
  constexpr Index fused = 0;
#endif
  Sha256 hash;
  for (const Index part : {STAC3DL_VERSION_MAJOR, STAC3DL_VERSION_MINOR, STAC3DL_VERSION_PATCH, EIGEN_MAX_ALIGN_BYTES})
    detail::add_number(hash, static_cast<std::uint64_t>(part));
  detail::add_number(hash, static_cast<std::uint64_t>(fused));
  detail::add_text(hash, content), detail::add_text(hash, reader);
  detail::add_text(hash, dump_json(pipeline, "cache_key: pipeline"));
  return hash.hex();
}
/// The key for a pipeline rather than its JSON.
inline std::string cache_key(std::string_view content, std::string_view reader, const Pipeline& pipeline) {
  return cache_key(content, reader, pipeline_to_json(pipeline));
}

STAC3DL_NAMESPACE_END
