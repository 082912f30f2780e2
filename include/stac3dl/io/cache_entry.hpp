/// io/cache_entry.hpp - prepared streams and their report as a file, to the bit, with a checksum.
///
///   "stac3dl.prepared", version, key | report | streams: name, times, frames, valid, places | CRC-32 of all before
/// Whole numbers are u64, times f64, frames f32, masks u8, all little-endian; a text or a list has its length in front,
/// a tensor its shape.  Who was recorded is not in it: the same bytes may stand in two places of a data set.
///
/// Whatever is read is distrusted: lengths and shapes are believed when as many bytes are there, sizes must agree, and
/// nothing is handed on before the checksum is right.
#pragma once

#include <bit>
#include <istream>

#include "stac3dl/data/preparation_report.hpp"
#include "stac3dl/io/crc32.hpp"
#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

inline constexpr std::string_view cache_entry_format = "stac3dl.prepared";  ///< First bytes of an entry.
inline constexpr std::uint64_t cache_entry_version = 1;  ///< counts up when the layout changes

struct CacheEntry {
  std::vector<Stream> streams;  ///< prepared, in the recording's order
  RecordingReport report;  ///< without the recording's id
};

namespace detail {

/// Hands bytes to sink(data, size) and keeps their checksum.
template <class Sink>
class CacheWriter {
 public:
  explicit CacheWriter(Sink& sink) : sink_(sink) {}

  void bytes(const void* data, std::size_t size) {
    crc_.update(data, size);
    sink_(data, size);
  }
  void number(std::uint64_t value) { values(&value, 1); }
  void count(Index value) { number(static_cast<std::uint64_t>(value)); }
  void real(double value) { values(&value, 1); }
  void text(std::string_view text) {
    number(text.size());
    bytes(text.data(), text.size());
  }
  template <class T>
  void values(const T* from, std::size_t size) {
    if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) {
      bytes(from, size * sizeof(T));
    } else {
      for (std::size_t i = 0; i < size; ++i) {
        auto turned = std::bit_cast<std::array<unsigned char, sizeof(T)>>(from[i]);
        std::reverse(turned.begin(), turned.end());
        bytes(turned.data(), turned.size());
      }
    }
  }
  template <class T, int R>
  void tensor(const Tensor<T, R>& x) {
    for (const Index size : x.shape()) count(size);
    values(x.data(), static_cast<std::size_t>(x.size()));
  }
  void checksum() { number(crc_.value()); }

 private:
  Sink& sink_;
  Crc32 crc_;
};

/// Takes what CacheWriter wrote from a stream of `left` bytes.
class CacheReader {
 public:
  CacheReader(std::istream& in, std::uint64_t left) : in_(in), left_(left) {}

  void bytes(void* to, std::size_t size) {
    check(size <= left_, "cache entry: cut short");
    in_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    check(static_cast<std::size_t>(in_.gcount()) == size, "cache entry: cannot be read");
    left_ -= size;
    crc_.update(to, size);
  }
  std::uint64_t number() { return one<std::uint64_t>(); }
  double real() { return one<double>(); }
  /// A number that an Index holds.
  Index count() {
    const std::uint64_t value = number();
    check(value <= std::uint64_t{1} << 62, "cache entry: a size of ", value);
    return static_cast<Index>(value);
  }
  /// The length of a list whose items have at least `each` bytes, which are there.
  std::size_t length(std::uint64_t each) {
    const std::uint64_t value = number();
    check(value <= left_ / each, "cache entry: ", value, " items, with ", left_, " bytes left");
    return static_cast<std::size_t>(value);
  }
  std::string text() {
    std::string text(length(1), '\0');
    bytes(text.data(), text.size());
    return text;
  }
  template <class T>
  void values(T* to, std::size_t size) {
    bytes(to, size * sizeof(T));
    if constexpr (std::endian::native != std::endian::little && sizeof(T) > 1)
      for (std::size_t i = 0; i < size; ++i) {
        auto turned = std::bit_cast<std::array<unsigned char, sizeof(T)>>(to[i]);
        std::reverse(turned.begin(), turned.end());
        to[i] = std::bit_cast<T>(turned);
      }
  }
  template <class T, int R>
  Tensor<T, R> tensor() {
    Shape<R> shape;
    for (Index& size : shape) size = count();
    check(static_cast<std::uint64_t>(element_count(shape)) <= left_ / sizeof(T), "cache entry: a tensor of ",
          to_string(shape), ", with ", left_, " bytes left");
    Tensor<T, R> out(shape);
    values(out.data(), static_cast<std::size_t>(out.size()));
    return out;
  }
  /// Nothing but the checksum is left, and it is right.
  void finish() {
    const std::uint64_t computed = crc_.value();
    check(number() == computed && left_ == 0, "cache entry: the checksum is wrong");
  }

 private:
  template <class T>
  T one() {
    T value;
    values(&value, 1);
    return value;
  }

  std::istream& in_;
  std::uint64_t left_;
  Crc32 crc_;
};

}  // namespace detail

/// Hands an entry's bytes to sink(data, size), in order.
template <class Sink>
void write_cache_entry(Sink&& sink, std::string_view key, const std::vector<Stream>& streams,
                       const RecordingReport& report) {
  detail::CacheWriter out(sink);
  out.bytes(cache_entry_format.data(), cache_entry_format.size());
  out.number(cache_entry_version);
  out.text(key);
  out.number(report.streams.size());
  for (const StreamReport& s : report.streams) {
    out.text(s.stream);
    out.count(s.frames_before), out.count(s.frames_after);
    out.real(s.seconds), out.real(s.masked_seconds);
    out.number(s.steps.size());
    for (const StepReport& step : s.steps) {
      out.text(step.step);
      out.count(step.count.repaired), out.count(step.count.masked), out.count(step.count.dropped);
      out.real(step.repaired_seconds), out.real(step.masked_seconds);
    }
  }
  out.number(report.absent.size());
  for (const std::string& name : report.absent) out.text(name);
  out.number(streams.size());
  for (const Stream& s : streams) {
    out.text(s.name);
    out.number(s.times.size());
    out.values(s.times.data(), s.times.size());
    out.tensor(s.frames), out.tensor(s.valid), out.tensor(s.places);
  }
  out.checksum();
}

/// The entry in a stream of `size` bytes.  Throws unless it is whole, undamaged, and of this key.
inline CacheEntry read_cache_entry(std::istream& stream, std::uint64_t size, std::string_view key) {
  detail::CacheReader in(stream, size);
  std::string format(cache_entry_format.size(), '\0');
  in.bytes(format.data(), format.size());
  check(format == cache_entry_format, "cache entry: want ", cache_entry_format, ", got ", in_quotes(format));
  const std::uint64_t version = in.number();
  check(version == cache_entry_version, "cache entry: want version ", cache_entry_version, ", got ", version);
  const std::string got = in.text();
  check(got == key, "cache entry: want key ", key, ", got ", in_quotes(got));

  CacheEntry entry;
  for (std::size_t n = in.length(48); n > 0; --n) {
    StreamReport& s = entry.report.streams.emplace_back();
    s.stream = in.text();
    s.frames_before = in.count(), s.frames_after = in.count();
    s.seconds = in.real(), s.masked_seconds = in.real();
    for (std::size_t k = in.length(48); k > 0; --k) {
      StepReport& step = s.steps.emplace_back();
      step.step = in.text();
      step.count.repaired = in.count(), step.count.masked = in.count(), step.count.dropped = in.count();
      step.repaired_seconds = in.real(), step.masked_seconds = in.real();
    }
  }
  for (std::size_t n = in.length(8); n > 0; --n) entry.report.absent.push_back(in.text());
  for (std::size_t n = in.length(72); n > 0; --n) {
    Stream& s = entry.streams.emplace_back();
    s.name = in.text();
    s.times.resize(in.length(sizeof(double)));
    in.values(s.times.data(), s.times.size());
    s.frames = in.tensor<float, 4>();
    s.valid = in.tensor<std::uint8_t, 1>();
    s.places = in.tensor<std::uint8_t, 2>();
    const Index frames = s.size(), places = element_count(Shape<2>{s.frames.size(2), s.frames.size(3)});
    check(s.frames.size(0) == frames && (s.valid.empty() || s.valid.size() == frames) &&
              (s.places.empty() || s.places.shape() == Shape<2>{frames, places}),
          "cache entry: sizes of stream ", in_quotes(s.name), " do not agree");
  }
  in.finish();
  return entry;
}

STAC3DL_NAMESPACE_END
