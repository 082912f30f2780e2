/// io/npy_header.hpp - what stands in front of the numbers of a NumPy .npy file.
///
///   93 'NUMPY'  major minor  length  {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  padding \n
/// `length` is 2 bytes in version 1 and 4 in versions 2 and 3, little-endian.  The dictionary has these three keys,
/// once each, in any order.  NumPy itself reads headers of at most 10,000 bytes, and so do we.  Python objects and
/// records are refused: a list of numbers is all that such a file can be here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stac3dl/core/shape.hpp"
#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

/// Type, order and shape of an array.
struct NpyHeader {
  char kind = 'f';  ///< f floating point, i signed, u unsigned, b true or false
  int width = 4;    ///< bytes of a number
  bool big_endian = false;   ///< order of bytes
  bool fortran = false;      ///< first axis fastest
  std::vector<Index> shape;  ///< empty: a single number
  std::size_t data = 0;      ///< offset of the first number in the file

  /// Number of elements.
  Index count() const {
    Index product = 1;
    for (Index size : shape) product *= size;
    return product;
  }
  /// NumPy's own words for the type: "<f4".
  std::string descr() const {
    return std::string(1, width == 1 ? '|' : big_endian ? '>' : '<') + kind + std::to_string(width);
  }
};

namespace detail {

inline constexpr std::size_t npy_max_header = 10000;
inline constexpr std::size_t npy_max_axes = 32;  // NumPy's own limit

/// Reads the dictionary, which is a Python literal of a very plain kind.
class NpyDictionary {
 public:
  NpyDictionary(std::string_view text, std::string name, std::size_t offset)
      : text_(text), name_(std::move(name)), offset_(offset) {}

  void read(NpyHeader& header) {
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      bool* const seen = key == "descr" ? &descr : key == "fortran_order" ? &order : key == "shape" ? &shape : nullptr;
      if (seen == nullptr) broken("want the keys descr, fortran_order and shape, got " + in_quotes(key));
      if (*seen) broken("key " + in_quotes(key) + " occurs twice");
      *seen = true;
      if (seen == &descr)
        read_descr(header);
      else if (seen == &order)
        header.fortran = boolean();
      else
        read_shape(header);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip();
    if (at_ != text_.size()) broken("want nothing but spaces behind the dictionary");
    if (!descr || !order || !shape)
      broken(std::string("the dictionary has no ") + (!descr ? "descr" : !order ? "fortran_order" : "shape"));
  }

 private:
  [[noreturn]] void broken(const std::string& what) const {
    fail(name_, ": npy header, offset ", offset_ + at_, ": ", what);
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  bool accept(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      broken(std::string("want '") + c + "', got " +
             (at_ == text_.size() ? "the end of the header" : in_quotes(text_.substr(at_, 12))));
  }
  std::string quoted() {
    skip();
    const char mark = at_ < text_.size() ? text_[at_] : '\0';
    if (mark != '\'' && mark != '"') broken("want a text in quotes, got " + in_quotes(text_.substr(at_, 12)));
    const std::size_t end = text_.find(mark, at_ + 1);
    if (end == text_.npos) broken("a text is not closed");
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return out;
  }
  bool boolean() {
    skip();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    broken("want True or False, got " + in_quotes(text_.substr(at_, 12)));
  }
  /// Order, kind, width: "<f4".
  void read_descr(NpyHeader& header) {
    skip();
    if (at_ < text_.size() && text_[at_] == '[')
      broken("the array holds records (a list of fields), want plain numbers");
    const std::string descr = quoted();
    std::string_view rest = descr;
    const char order = !rest.empty() && std::string_view("<>|=").find(rest[0]) != rest.npos ? rest[0] : '=';
    if (!rest.empty() && rest[0] == order) rest.remove_prefix(1);
    if (rest.substr(0, 1) == "O") broken("the array holds Python objects, which are not read: they could run code");
    const bool known =
        rest == "f8" || rest == "f4" || rest == "f2" || rest == "b1" ||
        ((rest.substr(0, 1) == "i" || rest.substr(0, 1) == "u") &&
         (rest.substr(1) == "1" || rest.substr(1) == "2" || rest.substr(1) == "4" || rest.substr(1) == "8"));
    if (!known || (order == '|' && rest[1] != '1'))
      broken("want a type f8, f4, f2, i1 to i8, u1 to u8 or b1, got " + in_quotes(descr));
    header.kind = rest[0];
    header.width = rest[1] - '0';
    header.big_endian = order == '>' || (order == '=' && std::endian::native == std::endian::big);
  }
  /// (), (3,), (3, 4), with the L that Python 2 put behind long numbers.
  void read_shape(NpyHeader& header) {
    expect('(');
    Index product = 1;
    while (!accept(')')) {
      skip();
      const std::size_t begin = at_;
      Index size = 0;
      for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
        if (size > (std::numeric_limits<Index>::max() - 9) / 10) broken("a size is too large");
        size = size * 10 + (text_[at_] - '0');
      }
      if (at_ == begin) broken("want a size, got " + in_quotes(text_.substr(at_, 12)));
      if (at_ < text_.size() && text_[at_] == 'L') ++at_;
      if (header.shape.size() == npy_max_axes) broken("more than " + std::to_string(npy_max_axes) + " axes");
      header.shape.push_back(size);
      // a later 0 does not excuse sizes whose product wraps around
      if (size != 0 && product > std::numeric_limits<Index>::max() / 8 / size)
        broken("shape " + to_string(header.shape) + " has too many numbers");
      product *= std::max<Index>(size, 1);
      if (!accept(',')) {
        expect(')');
        if (header.shape.size() == 1) broken("want a tuple, (3,), got a number in parentheses");
        break;
      }
    }
  }

  std::string_view text_;
  std::string name_;
  std::size_t offset_, at_ = 0;
};

}  // namespace detail

/// Reads the header at the beginning of `bytes`; the numbers themselves may be missing.  `name` is for messages.
inline NpyHeader parse_npy_header(std::string_view bytes, const std::string& name) {
  check(bytes.substr(0, 6) == "\x93NUMPY", name, ": not an npy file: want it to begin with \\x93NUMPY");
  check(bytes.size() >= 10, name, ": npy header is cut off at offset ", bytes.size());
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t major = byte(6), minor = byte(7), begin = major == 1 ? 10 : 12;
  check(major >= 1 && major <= 3 && minor == 0, name, ": npy version ", major, ".", minor, ", want 1.0, 2.0 or 3.0");
  check(bytes.size() >= begin, name, ": npy header is cut off at offset ", bytes.size());
  std::size_t length = byte(8) | byte(9) << 8;
  if (major > 1) length |= byte(10) << 16 | byte(11) << 24;
  check(length <= detail::npy_max_header, name, ": npy header of ", length, " bytes, want at most ",
        detail::npy_max_header);
  check(length <= bytes.size() - begin, name, ": npy header of ", length, " bytes, but only ", bytes.size() - begin,
        " follow");
  NpyHeader header;
  header.data = begin + length;
  detail::NpyDictionary(bytes.substr(begin, length), name, begin).read(header);
  return header;
}

STAC3DL_NAMESPACE_END
