/// Gzip data for tests.
#pragma once

#include <zlib.h>

#include <string>

namespace stac3dl_test {

/// `text` as one gzip member.
inline std::string gzip(const std::string& text) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, static_cast<uLong>(text.size())) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  const std::string done = out.substr(0, z.total_out);
  deflateEnd(&z);
  return done;
}

}  // namespace stac3dl_test
