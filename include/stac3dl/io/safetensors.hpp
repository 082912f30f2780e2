/// io/safetensors.hpp - tensors by name in one file, as PyTorch and others read and write them.
///
///   SafetensorsFile file("weights.safetensors");
///   Tensor<float, 2> w = file.read<float, 2>("lstm.weight_x");      // F64, F32, F16 and BF16 are converted
///
///   write_safetensors("weights.safetensors", {{"w", w}}, {{"author", "me"}}, Replace::no);
///
/// A reader holds the header only; numbers are read from the file when asked for, in small pieces, so that memory never
/// depends on what a file declares.  A writer's bytes depend on the content alone: names are sorted, the header is
/// padded with spaces to a multiple of 8.
#pragma once

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>

#include "stac3dl/core/tensor.hpp"
#include "stac3dl/io/atomic_file.hpp"
#include "stac3dl/io/safetensors_header.hpp"

STAC3DL_NAMESPACE_BEGIN

namespace detail {
/// Little-endian bytes to and from an unsigned number, on any machine.
template <class U>
U load_little(const unsigned char* bytes) {
  U value = 0;
  for (std::size_t i = 0; i < sizeof(U); ++i) value = static_cast<U>(value | static_cast<U>(U{bytes[i]} << (8 * i)));
  return value;
}
template <class U>
void store_little(U value, unsigned char* bytes) {
  for (std::size_t i = 0; i < sizeof(U); ++i) bytes[i] = static_cast<unsigned char>(value >> (8 * i));
}
template <class Real>
using BitsOf = std::conditional_t<sizeof(Real) == 8, std::uint64_t, std::uint32_t>;

/// IEEE half: sign, 5 bits of exponent with bias 15, 10 bits of fraction.
inline float half_to_float(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const float size = exponent == 31  ? (fraction == 0 ? HUGE_VALF : std::nanf(""))
                     : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                     : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return std::copysign(size, (bits >> 15) != 0 ? -1.0f : 1.0f);
}
/// bfloat16: the upper half of a float.
inline float bfloat16_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

/// `count` numbers of a dtype to Real.
template <class Real>
void convert_from(std::string_view dtype, const unsigned char* from, std::size_t count, Real* to) {
  const auto each = [&](auto bits, auto&& value_of) {
    using Bits = decltype(bits);
    for (std::size_t i = 0; i < count; ++i)
      to[i] = static_cast<Real>(value_of(load_little<Bits>(from + i * sizeof(Bits))));
  };
  if (dtype == "F64") each(std::uint64_t{}, [](std::uint64_t bits) { return std::bit_cast<double>(bits); });
  if (dtype == "F32") each(std::uint32_t{}, [](std::uint32_t bits) { return std::bit_cast<float>(bits); });
  if (dtype == "F16") each(std::uint16_t{}, half_to_float);
  if (dtype == "BF16") each(std::uint16_t{}, bfloat16_to_float);
}
}  // namespace detail

/// An open file.  Reading moves a file position: one thread at a time.
class SafetensorsFile {
 public:
  /// Reads the header.  Error where it is damaged; tensors are read when asked for.
  explicit SafetensorsFile(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code error;
    check(std::filesystem::is_regular_file(path, error), "read ", name_, ": there is no such file");
    auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
    check(stream->good(), "read ", name_, ": cannot open it");
    open(std::move(stream));
  }
  /// A file that is already in memory; `name` is for messages.
  static SafetensorsFile from_bytes(std::string bytes, std::string name) {
    SafetensorsFile file;
    file.name_ = std::move(name);
    file.open(std::make_unique<std::istringstream>(std::move(bytes)));
    return file;
  }

  const std::string& name() const { return name_; }  ///< The path, for messages.
  /// What there is, by name.
  const std::map<std::string, SafetensorsEntry, std::less<>>& tensors() const { return header_.tensors; }
  /// Free text by key.
  const std::map<std::string, std::string, std::less<>>& metadata() const { return header_.metadata; }
  /// Is there a tensor of that name?
  bool contains(std::string_view tensor) const { return header_.tensors.count(tensor) > 0; }
  /// All names, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : header_.tensors) names.push_back(name);
    return names;
  }
  /// Type, shape and place of a tensor.  Error where there is none of that name.
  const SafetensorsEntry& entry(std::string_view tensor) const {
    const auto at = header_.tensors.find(tensor);
    check(at != header_.tensors.end(), name_, ": there is no tensor ", in_quotes(tensor));
    return at->second;
  }
  /// Sizes of a tensor's axes.
  const std::vector<Index>& shape(std::string_view tensor) const { return entry(tensor).shape; }

  /// Fills `out`, whose shape must be the tensor's (a single number may be read as shape (1)).
  template <class Real, int R>
  void read(std::string_view tensor, BasicView<Real, R> out) {
    const SafetensorsEntry& e = entry(tensor);
    const bool scalar = R == 1 && e.shape.empty() && out.size() == 1;
    check(scalar || std::equal(e.shape.begin(), e.shape.end(), out.shape().begin(), out.shape().end()), name_,
          ": tensor ", in_quotes(tensor), ": want ", to_string(out.shape()), ", got ", to_string(e.shape));
    read_numbers(tensor, e, out.data());
  }
  /// A tensor of R axes, converted to Real.  Error where it has not R axes (a single number: R = 1).
  template <class Real, int R>
  Tensor<Real, R> read(std::string_view tensor) {
    const std::vector<Index>& got = shape(tensor);
    const bool scalar = R == 1 && got.empty();
    check(scalar || got.size() == static_cast<std::size_t>(R), name_, ": tensor ", in_quotes(tensor), ": want ", R,
          " axes, got ", to_string(got));
    Shape<R> shape;
    shape.fill(1);
    std::copy(got.begin(), got.end(), shape.begin());
    Tensor<Real, R> out(shape);
    read(tensor, out.view());
    return out;
  }

  /// Calls use(bytes, count) for all data of the file in order, for checksums.
  template <class Use>
  void for_each_data_block(Use&& use) {
    for_each_block(0, data_size_, use);
  }

 private:
  SafetensorsFile() = default;

  void open(std::unique_ptr<std::istream> stream) {
    stream_ = std::move(stream);
    stream_->seekg(0, std::ios::end);
    const std::streamoff end = std::max<std::streamoff>(0, stream_->tellg());
    check(end >= 8, name_, ": not a safetensors file: want at least 8 bytes, got ", end);
    const std::uint64_t rest = static_cast<std::uint64_t>(end) - 8;
    unsigned char head[8];
    stream_->seekg(0);
    fetch(head, 8);
    const std::uint64_t size = detail::load_little<std::uint64_t>(head);
    check(size <= rest, name_, ": not a safetensors file, or cut short: its header wants ", size,
          " bytes, the file has ", rest, " after the first 8");
    check(size <= safetensors_max_header, name_, ": a header of ", size, " bytes: at most ", safetensors_max_header,
          " are read");
    std::string json(static_cast<std::size_t>(size), ' ');
    fetch(json.data(), json.size());
    data_begin_ = 8 + size, data_size_ = rest - size;
    header_ = parse_safetensors_header(json, data_size_, name_);
  }
  void fetch(void* to, std::size_t size) {
    stream_->read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    check(stream_->good() && static_cast<std::size_t>(stream_->gcount()) == size, name_, ": cannot read ", size,
          " bytes: has the file changed?");
  }
  template <class Use>
  void for_each_block(std::uint64_t begin, std::uint64_t end, Use&& use) {
    stream_->clear();
    stream_->seekg(static_cast<std::streamoff>(data_begin_ + begin));
    std::vector<unsigned char> block(1 << 16);
    while (begin < end) {
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), end - begin));
      fetch(block.data(), size);
      use(static_cast<const unsigned char*>(block.data()), size);
      begin += size;
    }
  }
  template <class Real>
  void read_numbers(std::string_view tensor, const SafetensorsEntry& e, Real* out) {
    static_assert(std::is_floating_point_v<Real>);
    const bool readable = e.dtype == "F64" || e.dtype == "F32" || e.dtype == "F16" || e.dtype == "BF16";
    check(readable, name_, ": tensor ", in_quotes(tensor), ": want F64, F32, F16 or BF16, got ", e.dtype);
    const std::size_t element = static_cast<std::size_t>(safetensors_dtype_size(e.dtype));
    for_each_block(e.begin, e.end, [&](const unsigned char* bytes, std::size_t size) {
      detail::convert_from(e.dtype, bytes, size / element, out);
      out += size / element;
    });
  }

  std::string name_;
  std::unique_ptr<std::istream> stream_;
  std::uint64_t data_begin_ = 0, data_size_ = 0;
  SafetensorsHeader header_;
};

/// A tensor to be written; borrows the numbers.
struct SafetensorsSource {
  std::string name;            ///< the tensor's
  std::string_view dtype;      ///< "F32" or "F64"
  std::vector<Index> shape;    ///< sizes of the axes
  const void* data = nullptr;  ///< borrowed: must outlive the source

  /// Borrows the numbers of a view.
  template <class T, int R>
  SafetensorsSource(std::string tensor, BasicView<T, R> view)
      : name(std::move(tensor)),
        dtype(sizeof(T) == 8 ? "F64" : "F32"),
        shape(view.shape().begin(), view.shape().end()),
        data(view.data()) {
    static_assert(std::is_floating_point_v<typename BasicView<T, R>::Scalar>);
  }
  /// Borrows the numbers of a tensor.
  template <class Real, int R>
  SafetensorsSource(std::string tensor, const Tensor<Real, R>& values)
      : SafetensorsSource(std::move(tensor), values.view()) {}

  /// Numbers in it.
  std::uint64_t element_count() const {
    std::uint64_t count = 1;
    for (const Index size : shape) count *= static_cast<std::uint64_t>(size);
    return count;
  }
  std::uint64_t byte_count() const { return element_count() * (dtype == "F64" ? 8 : 4); }  ///< Bytes in the file.
};

namespace detail {
template <class Real, class Use>
void for_each_source_block(const SafetensorsSource& source, Use&& use) {
  constexpr std::uint64_t most = (1 << 16) / sizeof(Real);
  std::vector<unsigned char> block(most * sizeof(Real));
  const auto* from = static_cast<const Real*>(source.data);
  for (std::uint64_t left = source.element_count(); left > 0;) {
    const std::size_t count = static_cast<std::size_t>(std::min(left, most));
    for (std::size_t i = 0; i < count; ++i)
      store_little(std::bit_cast<BitsOf<Real>>(from[i]), block.data() + i * sizeof(Real));
    use(static_cast<const unsigned char*>(block.data()), count * sizeof(Real));
    from += count, left -= count;
  }
}
}  // namespace detail

/// Calls use(bytes, count) for the data that write_safetensors writes for these sources, which must be sorted by name.
template <class Use>
void for_each_data_block(const std::vector<SafetensorsSource>& sources, Use&& use) {
  for (const SafetensorsSource& source : sources)
    source.dtype == "F64" ? detail::for_each_source_block<double>(source, use)
                          : detail::for_each_source_block<float>(source, use);
}

/// In the order in which files have them.
inline void sort_by_name(std::vector<SafetensorsSource>& sources) {
  std::sort(sources.begin(), sources.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

/// Writes one file, whole or not at all.
inline void write_safetensors(const std::filesystem::path& path, std::vector<SafetensorsSource> sources,
                              const std::map<std::string, std::string>& metadata, Replace replace) {
  const std::string what = "write " + path.string();
  sort_by_name(sources);
  check(sources.size() <= safetensors_max_tensors && metadata.size() <= safetensors_max_tensors, what, ": at most ",
        safetensors_max_tensors, " tensors and as many metadata entries, got ", sources.size(), " and ",
        metadata.size());
  std::string json = metadata.empty() ? "{" : "{\"__metadata__\":" + dump_json(Json(metadata), what) + ",";
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const SafetensorsSource& s = sources[i];
    check(s.name != "__metadata__" && (i == 0 || s.name != sources[i - 1].name), what, ": tensor name ",
          in_quotes(s.name), s.name == "__metadata__" ? " is reserved" : " occurs twice");
    const Json entry = {{"dtype", s.dtype}, {"shape", s.shape}, {"data_offsets", {end, end + s.byte_count()}}};
    json += dump_json(Json(s.name), what) + ":" + dump_json(entry, what) + ",";
    end += s.byte_count();
  }
  if (json.size() > 1) json.pop_back();
  json += "}";
  json.resize((json.size() + 7) / 8 * 8, ' ');
  check(json.size() <= safetensors_max_header, what, ": names and metadata need ", json.size(), " bytes, at most ",
        safetensors_max_header, " can be read back");

  AtomicFile file(path, replace);
  unsigned char head[8];
  detail::store_little<std::uint64_t>(json.size(), head);
  file.write(head, 8);
  file.write(json);
  for_each_data_block(sources, [&](const unsigned char* bytes, std::size_t size) { file.write(bytes, size); });
  file.commit();
}

STAC3DL_NAMESPACE_END
