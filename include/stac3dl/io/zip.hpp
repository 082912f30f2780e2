/// io/zip.hpp - members of a ZIP archive in memory, stored or deflated; what .npz files are made of.
///
///   local header, data | local header, data | ... | central directory | end record
/// The central directory counts: where a member begins, its sizes and its CRC-32.  Before anything is unpacked, members
/// must lie inside the file, must not overlap, and must not claim more than deflate can give (1032 bytes a byte).  What
/// comes out must have the declared size and CRC.  Encryption, other methods and parts over several files are refused,
/// as are archives beyond 4 GiB (ZIP64 directories).
#pragma once

#include <map>
#include <vector>

#include "stac3dl/io/crc32.hpp"
#include "stac3dl/io/gzip.hpp"
#include "stac3dl/io/json.hpp"
#include "stac3dl/io/safetensors.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {

/// Unpacks deflate data without a frame (RFC 1951) into exactly `size` bytes.
inline std::string inflate_raw(std::string_view packed, std::size_t size, const std::string& name) {
  z_stream z{};
  check(inflateInit2(&z, -15) == Z_OK, name, ": zlib does not start (out of memory?)");
  struct End {
    z_stream& z;
    ~End() { inflateEnd(&z); }
  } end{z};
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());  // an archive is below 4 GiB
  std::string out;
  std::size_t used = 0;
  for (int code = Z_OK; code != Z_STREAM_END;) {
    if (used == out.size()) {
      check(used <= size, name, ": unpacks to more than the ", size, " bytes that it declares");
      out.resize(std::min(size, std::max<std::size_t>({out.size() * 2, packed.size() * 4, 4096})) + 1);
    }
    const std::size_t room = std::min<std::size_t>(std::size_t{1} << 30, out.size() - used);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + used);
    z.avail_out = static_cast<uInt>(room);
    code = inflate(&z, Z_NO_FLUSH);
    used += room - z.avail_out;
    const bool starved = code == Z_BUF_ERROR || (code == Z_OK && z.avail_in == 0 && z.avail_out > 0);
    check(!starved || z.avail_out == 0, name, ": deflate data is cut off");
    check(starved || code == Z_OK || code == Z_STREAM_END, name, ": deflate data is damaged near offset ",
          packed.size() - z.avail_in, " of its ", packed.size(), " bytes (", z.msg ? z.msg : "zlib error", ")");
  }
  check(used == size, name, ": unpacks to ", used, " bytes, declares ", size);
  out.resize(used);
  return out;
}

}  // namespace detail

/// Members by name; all bytes are held in memory.
class ZipArchive {
 public:
  /// From the whole of a file; a member may unpack to at most `budget` bytes.
  ZipArchive(std::string bytes, std::string name, std::size_t budget = default_file_budget)
      : bytes_(std::move(bytes)), name_(std::move(name)), budget_(budget) {
    read_directory();
  }

  const std::string& name() const { return name_; }  ///< Where it came from, for messages.
  /// Is there a member of that name?
  bool contains(const std::string& member) const { return members_.count(member) > 0; }
  /// Sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, member] : members_) names.push_back(name);
    return names;
  }

  /// The unpacked bytes of a member.
  std::string read(const std::string& member) const {
    const auto found = members_.find(member);
    check(found != members_.end(), name_, ": there is no member ", in_quotes(member));
    const Member& m = found->second;
    const std::string what = name_ + ": member " + in_quotes(member);
    check(m.size <= budget_, what, ": unpacks to more than the budget of ", budget_, " bytes");
    const std::string_view packed = std::string_view(bytes_).substr(m.data, m.packed);
    std::string out = m.method == 0 ? std::string(packed) : detail::inflate_raw(packed, m.size, what);
    check(crc32(out) == m.crc, what, ": its CRC-32 is not the one stored: the file is damaged");
    return out;
  }

 private:
  struct Member {
    std::uint32_t method = 0, crc = 0;
    std::size_t header = 0, data = 0, packed = 0, size = 0;
  };

  template <class U>
  U load(std::size_t at) const {
    return detail::load_little<U>(reinterpret_cast<const unsigned char*>(bytes_.data()) + at);
  }
  std::size_t u16(std::size_t at) const { return load<std::uint16_t>(at); }
  std::size_t u32(std::size_t at) const { return load<std::uint32_t>(at); }

  /// The end record is the last one, at most a comment of 65,535 bytes before the end of the file.
  std::size_t find_end() const {
    constexpr std::size_t record = 22;
    check(bytes_.size() >= record, name_, ": not a ZIP archive: want at least ", record, " bytes, got ", bytes_.size());
    const std::size_t last = bytes_.size() - record, first = last > 65535 ? last - 65535 : 0;
    for (std::size_t at = last + 1; at-- > first;)
      if (u32(at) == 0x06054b50 && u16(at + 20) == last - at) return at;
    fail(name_, ": not a ZIP archive: it has no end record (cut off?)");
  }

  void read_directory() {
    check(bytes_.size() < 0xFFFFFFFF, name_, ": larger than 4 GiB");
    const std::size_t end = find_end(), count = u16(end + 10), size = u32(end + 12), begin = u32(end + 16);
    check(count != 0xFFFF && size != 0xFFFFFFFF && begin != 0xFFFFFFFF, name_, ": ZIP64 archives are not read");
    check(u16(end + 4) == 0 && u16(end + 6) == 0 && u16(end + 8) == count, name_,
          ": archives in several parts are not read");
    check(begin <= end && size == end - begin, name_, ": its directory, ", size, " bytes from offset ", begin,
          ", does not end at its end record, offset ", end);
    std::map<std::size_t, std::size_t> spans;  // of members: begin to end
    std::size_t at = begin;
    for (std::size_t i = 0; i < count; ++i) {
      check(end - at >= 46 && u32(at) == 0x02014b50, name_, ": directory entry ", i, " of ", count,
            " is damaged, offset ", at);
      const std::size_t name_size = u16(at + 28), length = 46 + name_size + u16(at + 30) + u16(at + 32);
      check(end - at >= length, name_, ": directory entry ", i, " of ", count, " is cut off, offset ", at);
      const std::string member = bytes_.substr(at + 46, name_size);
      const std::string what = name_ + ": member " + in_quotes(member);
      Member m{static_cast<std::uint32_t>(u16(at + 10)),
               load<std::uint32_t>(at + 16),
               u32(at + 42),
               0,
               u32(at + 20),
               u32(at + 24)};
      check((u16(at + 8) & 0x41) == 0, what, ": encrypted");
      check(m.method == 0 || m.method == 8, what, ": packed by method ", m.method, ", want 0 (stored) or 8 (deflate)");
      check(m.size != 0xFFFFFFFF && m.packed != 0xFFFFFFFF && m.header != 0xFFFFFFFF, what, ": ZIP64 is not read");
      check(m.method == 8 || m.size == m.packed, what, ": stored, but of ", m.packed, " and ", m.size, " bytes");
      check(m.size / 1032 <= m.packed, what, ": declares ", m.size, " bytes, more than its ", m.packed,
            " packed bytes can give");
      check(begin >= 30 && m.header <= begin - 30 && u32(m.header) == 0x04034b50, what, ": no member begins at offset ",
            m.header);
      m.data = m.header + 30 + u16(m.header + 26) + u16(m.header + 28);
      check(m.data <= begin && m.packed <= begin - m.data, what, ": ", m.packed, " bytes from offset ", m.data,
            " reach into the directory");
      check(spans.emplace(m.header, m.data + m.packed).second, what, ": shares its place with another member");
      check(members_.emplace(member, m).second, what, ": occurs twice");
      at += length;
    }
    check(at == end, name_, ": ", end - at, " bytes behind the directory's ", count, " entries");
    std::size_t before = 0;
    for (const auto& [from, to] : spans) {
      check(from >= before, name_, ": members overlap at offset ", from);
      before = to;
    }
  }

  std::string bytes_, name_;
  std::size_t budget_;
  std::map<std::string, Member> members_;
};

/// An archive's bytes: members in the given order, deflated where that makes them smaller and `deflated` is set.
/// Depends on the content alone: times of members are 1980-01-01.
inline std::string zip_bytes(const std::vector<std::pair<std::string, std::string>>& members, bool deflated = true) {
  std::string out, directory;
  const auto put = [](std::string& to, std::size_t value, int bytes) {
    for (int b = 0; b < bytes; ++b) to += static_cast<char>(value >> (8 * b) & 255);
  };
  check(members.size() < 0xFFFF, "zip_bytes: ", members.size(), " members, want fewer than 65535");
  for (const auto& [name, bytes] : members) {
    check(!name.empty() && name.size() <= 0xFFFF && bytes.size() < (std::size_t{1} << 31), "zip_bytes: member ",
          in_quotes(name), " of ", bytes.size(), " bytes, want a name and less than 2 GiB");
    std::string packed;
    if (deflated) {
      z_stream z{};
      check(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zip_bytes: zlib does not start");
      packed.resize(deflateBound(&z, static_cast<uLong>(bytes.size())));
      z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      z.avail_in = static_cast<uInt>(bytes.size());
      z.next_out = reinterpret_cast<Bytef*>(packed.data());
      z.avail_out = static_cast<uInt>(packed.size());
      const int code = deflate(&z, Z_FINISH);
      packed.resize(z.total_out);
      deflateEnd(&z);
      check(code == Z_STREAM_END, "zip_bytes: zlib cannot pack member ", in_quotes(name));
    }
    const bool smaller = deflated && packed.size() < bytes.size();
    const std::string& data = smaller ? packed : bytes;
    const std::size_t offset = out.size();
    std::string common;                                                          // what both headers say
    put(common, 20, 2), put(common, 0x800, 2), put(common, smaller ? 8 : 0, 2);  // version 2.0; names are UTF-8
    put(common, 0, 2), put(common, 33, 2), put(common, crc32(bytes), 4);         // 33: 1980-01-01
    put(common, data.size(), 4), put(common, bytes.size(), 4), put(common, name.size(), 2), put(common, 0, 2);
    put(out, 0x04034b50, 4), out += common + name + data;
    put(directory, 0x02014b50, 4), put(directory, 20, 2), directory += common;
    put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 4), put(directory, offset, 4);
    directory += name;
    check(out.size() < 0xF0000000, "zip_bytes: more than 4 GiB");
  }
  const std::size_t begin = out.size();
  out += directory;
  put(out, 0x06054b50, 4), put(out, 0, 4), put(out, members.size(), 2), put(out, members.size(), 2);
  put(out, directory.size(), 4), put(out, begin, 4), put(out, 0, 2);
  return out;
}

STAC3DL_NAMESPACE_END
