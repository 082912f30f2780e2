/// io/npy.hpp - one array in a NumPy .npy file.
///
///   Tensor<float, 4> x = read_npy<float, 4>("frames.npy");      // f8 f4 f2, i1 to i8, u1 to u8 and b1 are converted
///   write_npy("frames.npy", x.view(), Replace::no);
///
/// Both byte orders and both memory orders are read.  The numbers must be there exactly as declared: none missing, none
/// left over.  Whole numbers beyond 2^24 (float) or 2^53 (double) are rounded as C++ rounds them; a number that an
/// integer result cannot hold is an error.  What is written is little-endian, last axis fastest, version 1.
#pragma once

#include "stac3dl/io/gzip.hpp"
#include "stac3dl/io/npy_header.hpp"
#include "stac3dl/io/safetensors.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
template <std::size_t Bytes>
using BitsOfWidth = std::conditional_t<
    Bytes == 8, std::uint64_t,
    std::conditional_t<Bytes == 4, std::uint32_t, std::conditional_t<Bytes == 2, std::uint16_t, std::uint8_t>>>;
}

/// An array as it is in its file; numbers are converted when asked for.
class NpyArray {
 public:
  /// From the whole of a file.
  NpyArray(std::string bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {
    header_ = parse_npy_header(bytes_, name_);
    const std::size_t got = bytes_.size() - header_.data;
    const std::size_t want = static_cast<std::size_t>(header_.count()) * static_cast<std::size_t>(header_.width);
    check(got == want, name_, ": array ", to_string(header_.shape), " of ", header_.descr(), ": want ", want,
          " bytes of numbers, got ", got);
  }

  const NpyHeader& header() const { return header_; }                ///< What stands in front of the numbers.
  const std::vector<Index>& shape() const { return header_.shape; }  ///< Sizes of the axes.
  const std::string& name() const { return name_; }                  ///< Where it came from, for messages.

  /// The numbers; the array must have R axes (a single number may be read as shape (1)).
  template <class Number, int R>
  Tensor<Number, R> read() const {
    const bool scalar = R == 1 && shape().empty();
    check(scalar || shape().size() == static_cast<std::size_t>(R), name_, ": want ", R, " axes, got ",
          to_string(shape()));
    Shape<R> sizes;
    sizes.fill(1);
    std::copy(shape().begin(), shape().end(), sizes.begin());
    Tensor<Number, R> out(sizes);
    read_numbers(out.data());
    return out;
  }

  /// All numbers in C order (last axis fastest), header().count() of them.
  template <class Number>
  void read_numbers(Number* to) const {
    const Index count = header_.count();
    const std::size_t axes = shape().size();
    if (!header_.fortran || axes < 2) {
      for (Index i = 0; i < count; ++i) to[i] = number<Number>(i);
      return;
    }
    std::vector<Index> at(axes, 0), stride(axes, 1);  // of the result, per axis of the file
    for (std::size_t k = axes - 1; k > 0; --k) stride[k - 1] = stride[k] * shape()[k];
    for (Index i = 0, place = 0; i < count; ++i) {
      to[place] = number<Number>(i);
      for (std::size_t k = 0; k < axes; ++k) {  // first axis fastest
        place += stride[k];
        if (++at[k] < shape()[k]) break;
        place -= stride[k] * shape()[k], at[k] = 0;
      }
    }
  }

 private:
  /// Number i in the order of the file.
  template <class Number>
  Number number(Index i) const {
    const auto width = static_cast<std::size_t>(header_.width);
    std::uint64_t bits = 0;
    for (std::size_t b = 0; b < width; ++b) {
      const std::size_t from =
          header_.data + static_cast<std::size_t>(i) * width + (header_.big_endian ? b : width - 1 - b);
      bits = bits << 8 | static_cast<unsigned char>(bytes_[from]);
    }
    switch (header_.kind) {
      case 'b':
        return static_cast<Number>(bits != 0);
      case 'u':
        return whole<Number>(bits, i);
      case 'i':
        return whole<Number>(static_cast<std::int64_t>(bits << (64 - 8 * width)) >> (64 - 8 * width), i);
      default:
        break;
    }
    if constexpr (std::is_integral_v<Number>) {
      fail(name_, ": want whole numbers, got ", header_.descr());
    } else {
      if (width == 8) return static_cast<Number>(std::bit_cast<double>(bits));
      if (width == 4) return static_cast<Number>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
      return static_cast<Number>(detail::half_to_float(static_cast<std::uint16_t>(bits)));
    }
  }
  template <class Number, class Whole>
  Number whole(Whole value, Index i) const {
    if constexpr (std::is_integral_v<Number> && !std::is_same_v<Number, bool>)
      check(std::in_range<Number>(value), name_, ": number ", i, " is ", value, ", too large for the type asked for");
    return static_cast<Number>(value);
  }

  std::string bytes_, name_;
  NpyHeader header_;
};

/// The array in a file, which may be packed with gzip.
inline NpyArray read_npy(const std::filesystem::path& path, std::size_t budget = default_file_budget) {
  return NpyArray(read_file(path, budget), path.generic_string());
}
/// Reads one array.  Error where rank or type does not fit, or the file is damaged or over `budget` bytes.
template <class Number, int R>
Tensor<Number, R> read_npy(const std::filesystem::path& path, std::size_t budget = default_file_budget) {
  return read_npy(path, budget).template read<Number, R>();
}

/// A file's bytes for an array of float, double, or whole numbers of 1 to 8 bytes.
template <class Element, int R>
std::string npy_bytes(BasicView<Element, R> x) {
  using Number = std::remove_const_t<Element>;
  constexpr char kind = std::is_same_v<Number, bool>       ? 'b'
                        : std::is_floating_point_v<Number> ? 'f'
                        : std::is_signed_v<Number>         ? 'i'
                                                           : 'u';
  std::string dictionary = "{'descr': '" + std::string(sizeof(Number) == 1 ? "|" : "<") + kind +
                           std::to_string(sizeof(Number)) + "', 'fortran_order': False, 'shape': (";
  for (int k = 0; k < R; ++k) dictionary += (k > 0 ? ", " : "") + std::to_string(x.size(k));
  dictionary += R == 1 ? ",), }" : "), }";
  const std::size_t whole = (10 + dictionary.size() + 1 + 63) / 64 * 64;  // so that the numbers are aligned
  dictionary.append(whole - 10 - dictionary.size() - 1, ' ') += '\n';
  std::string out = std::string("\x93NUMPY\x01\x00", 8);
  out += static_cast<char>(dictionary.size() & 255), out += static_cast<char>(dictionary.size() >> 8);
  out += dictionary;
  out.resize(whole + static_cast<std::size_t>(x.size()) * sizeof(Number));
  auto* to = reinterpret_cast<unsigned char*>(out.data()) + whole;
  for (Index i = 0; i < x.size(); ++i, to += sizeof(Number))
    detail::store_little(std::bit_cast<detail::BitsOfWidth<sizeof(Number)>>(x.data()[i]), to);
  return out;
}

/// Writes one array, whole or not at all.
template <class Number, int R>
void write_npy(const std::filesystem::path& path, BasicView<Number, R> x, Replace replace) {
  write_file(path, npy_bytes(x), replace);
}

STAC3DL_NAMESPACE_END
