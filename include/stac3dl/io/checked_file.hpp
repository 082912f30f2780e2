/// io/checked_file.hpp - a safetensors file that says what it is and notices damage.
///
/// Its metadata has "format" ("stac3dl.model"), "format_version" and "crc32": eight lower-case hexadecimal digits of
/// the CRC-32 over all tensor data in file order and then, for every other metadata entry in order of its key: key,
/// NUL, value, NUL.  With the strictness of the header's own rules, no single byte can change unnoticed.
#pragma once

#include "stac3dl/io/crc32.hpp"
#include "stac3dl/io/tensor_list.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
template <class Metadata>
std::string checksum_text(Crc32 crc, const Metadata& metadata) {
  for (const auto& [key, value] : metadata) {
    if (key == "crc32") continue;
    crc.update(key), crc.update("\0", 1), crc.update(value), crc.update("\0", 1);
  }
  std::string hex;
  for (int shift = 28; shift >= 0; shift -= 4) hex += "0123456789abcdef"[(crc.value() >> shift) & 15];
  return hex;
}
}  // namespace detail

/// Writes the tensors and the metadata with format, version and checksum added.
inline void write_checked(const std::filesystem::path& path, const TensorList& tensors,
                          std::map<std::string, std::string> metadata, const std::string& format, int version,
                          Replace replace) {
  metadata["format"] = format;
  metadata["format_version"] = std::to_string(version);
  std::vector<SafetensorsSource> sources = tensors.sources();
  sort_by_name(sources);
  Crc32 crc;
  for_each_data_block(sources, [&](const unsigned char* bytes, std::size_t size) { crc.update(bytes, size); });
  metadata["crc32"] = detail::checksum_text(crc, metadata);
  write_safetensors(path, std::move(sources), metadata, replace);
}

/// The value of a metadata entry that must be there.
inline const std::string& metadata_of(const SafetensorsFile& file, const std::string& key) {
  const auto at = file.metadata().find(key);
  check(at != file.metadata().end(), file.name(), ": its metadata has no \"", key, "\"");
  return at->second;
}

/// Hands on a file that write_checked() wrote; throws if it is of another format or version, or damaged.
inline SafetensorsFile checked(SafetensorsFile file, const std::string& format, int version) {
  const auto at = file.metadata().find("format");
  check(at != file.metadata().end() && at->second == format, file.name(), ": want format \"", format,
        "\" in its metadata, got ", at == file.metadata().end() ? "none" : in_quotes(at->second),
        "; it was written by another program, or is damaged");
  const std::string& got = metadata_of(file, "format_version");
  check(got == std::to_string(version), file.name(), ": want version ", version, " of the format, got ",
        in_quotes(got));
  const std::string& stored = metadata_of(file, "crc32");
  Crc32 crc;
  file.for_each_data_block([&](const unsigned char* bytes, std::size_t size) { crc.update(bytes, size); });
  const std::string computed = detail::checksum_text(crc, file.metadata());
  check(stored == computed, file.name(), ": its checksum is ", computed, ", want ", in_quotes(stored),
        ": the file is damaged");
  return file;
}

STAC3DL_NAMESPACE_END
