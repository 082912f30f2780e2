/// io/gzip.hpp - a whole file in memory, unpacked if it is gzip.
///
/// Gzip is known by its first two bytes, 1f 8b, not by its name.  Neither sizes on disk nor sizes that a file claims
/// are trusted: memory grows with the bytes that are really there and stops at the budget.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "stac3dl/core/check.hpp"

STAC3DL_NAMESPACE_BEGIN

inline constexpr std::size_t default_file_budget = std::size_t{1} << 30;  ///< bytes, after unpacking

/// Unpacks gzip data: one member or several, one behind the other.  `name` is for messages.
inline std::string gunzip(std::string_view packed, const std::string& name,
                          std::size_t budget = default_file_budget) {
  z_stream z{};
  check(inflateInit2(&z, 15 + 16) == Z_OK, name, ": zlib does not start (out of memory?)");  // 16: gzip only
  struct End {
    z_stream& z;
    ~End() { inflateEnd(&z); }
  } end{z};

  constexpr std::size_t step = std::size_t{1} << 30;  // zlib counts in unsigned int
  std::string out;
  std::size_t used = 0, fed = 0;  // bytes unpacked; bytes handed to zlib
  const auto offset = [&] { return fed - z.avail_in; };
  bool inside = true;  // of a member
  while (true) {
    if (z.avail_in == 0 && fed < packed.size()) {
      const std::size_t part = std::min(step, packed.size() - fed);
      z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + fed));
      z.avail_in = static_cast<uInt>(part);
      fed += part;
    }
    if (!inside) {
      if (offset() == packed.size()) break;
      const std::string_view rest = packed.substr(offset(), 2);
      check(rest == "\x1f\x8b", name, ": ", packed.size() - offset(),
            " bytes behind the end of the gzip data at offset ", offset());
      inflateReset(&z);
      inside = true;
    }
    if (used == out.size()) {
      check(used <= budget, name, ": unpacks to more than the budget of ", budget, " bytes");
      out.resize(std::min(budget, std::max<std::size_t>({out.size() * 2, packed.size() * 4, 4096})) + 1);
    }
    const std::size_t room = std::min(step, out.size() - used);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    z.avail_out = static_cast<uInt>(room);
    const int code = inflate(&z, Z_NO_FLUSH);
    used += room - z.avail_out;
    if (code == Z_STREAM_END) {
      inside = false;
    } else if (code == Z_BUF_ERROR || (code == Z_OK && z.avail_out > 0 && offset() == packed.size())) {
      // no progress is only an end if there is room left to write to
      check(z.avail_out == 0, name, ": gzip data is cut off at offset ", packed.size(), " (", used,
            " bytes unpacked)");
    } else {
      check(code == Z_OK, name, ": gzip data is damaged near offset ", offset(), " (", z.msg ? z.msg : "zlib error",
            ")");
    }
  }
  check(used <= budget, name, ": unpacks to more than the budget of ", budget, " bytes");
  out.resize(used);
  return out;
}

/// The bytes of a file, plain or gzip; both the file and what it unpacks to stay below `budget`.
inline std::string read_file(const std::filesystem::path& path, std::size_t budget = default_file_budget) {
  const std::string name = path.generic_string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  check(std::filesystem::exists(status), name, ": no such file");
  check(std::filesystem::is_regular_file(status), name, ": not a file");
  std::ifstream in(path, std::ios::binary);
  check(in.is_open(), name, ": cannot be opened");
  std::string bytes;
  const auto size = std::filesystem::file_size(path, error);
  if (!error) bytes.reserve(std::min<std::size_t>(static_cast<std::size_t>(size), budget));
  std::array<char, 1 << 16> part;
  while (in.read(part.data(), part.size()), in.gcount() > 0) {
    check(static_cast<std::size_t>(in.gcount()) <= budget - bytes.size(), name, ": larger than the budget of ", budget,
          " bytes");
    bytes.append(part.data(), static_cast<std::size_t>(in.gcount()));
  }
  check(in.eof(), name, ": read error at offset ", bytes.size());
  if (std::string_view(bytes).substr(0, 2) == "\x1f\x8b") return gunzip(bytes, name, budget);
  return bytes;
}

STAC3DL_NAMESPACE_END
