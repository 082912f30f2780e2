/// io/safetensors_header.hpp - the head of a safetensors file: which tensor lies where.  Everything in it is
/// distrusted.
///
///   u64 little-endian N | N bytes of JSON, spaces at its end | data
///   {"__metadata__": {key: text, ...}, name: {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...}
///
/// Offsets count from the start of the data.  A header is accepted only if its tensors tile the data: the first begins
/// at 0, each begins where one ends, the last ends with the file, and each is as long as its dtype and shape say.
/// Numbers are unsigned decimals; products that do not fit into Index, repeated keys and unknown keys are errors.  The
/// parser is driven by events, builds nothing but the result, and leaves at the first thing out of place, so neither
/// depth nor size of the JSON can hurt it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

#include "stac3dl/core/shape.hpp"
#include "stac3dl/io/json.hpp"

STAC3DL_NAMESPACE_BEGIN

inline constexpr std::uint64_t safetensors_max_header = std::uint64_t{16} << 20;  ///< bytes of JSON
inline constexpr std::size_t safetensors_max_tensors = 65536;                     ///< and as many metadata entries
inline constexpr std::size_t safetensors_max_rank = 8;                            ///< Axes of a tensor, at most.

/// One tensor of a file: `size` bytes from `begin` on, counted from the start of the data.
struct SafetensorsEntry {
  std::string dtype;                 ///< "F32"
  std::vector<Index> shape;          ///< sizes of the axes
  std::uint64_t begin = 0, end = 0;  ///< bytes behind the header
};

struct SafetensorsHeader {
  std::map<std::string, SafetensorsEntry, std::less<>> tensors;  ///< by name
  std::map<std::string, std::string, std::less<>> metadata;      ///< free text by key
};

/// Bytes of an element; 0 for a dtype that the format does not know.
inline Index safetensors_dtype_size(std::string_view dtype) {
  struct Known {
    std::string_view name;
    Index size;
  };
  static constexpr Known known[] = {{"F64", 8}, {"F32", 4}, {"F16", 2},  {"BF16", 2},    {"I64", 8},
                                    {"U64", 8}, {"I32", 4}, {"U32", 4},  {"I16", 2},     {"U16", 2},
                                    {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};
  for (const Known& k : known)
    if (k.name == dtype) return k.size;
  return 0;
}

namespace detail {

/// Receives nlohmann's parse events; place_ says which part of the grammar above is open.
class SafetensorsHeaderParser {
 public:
  explicit SafetensorsHeaderParser(std::string file) : file_(std::move(file)) {}
  SafetensorsHeader take() { return std::move(header_); }

  bool key(std::string& key) {
    switch (place_) {
      case Place::top:
        name_ = std::move(key);
        if (name_ == "__metadata__")
          refuse(has_metadata_, "it occurs twice"), has_metadata_ = true;
        else
          begin_tensor();
        return true;
      case Place::metadata:
        slot_ = nullptr;
        refuse(header_.metadata.count(key) > 0, "key ", in_quotes(key), " occurs twice");
        refuse(header_.metadata.size() >= safetensors_max_tensors, "more than ", safetensors_max_tensors, " entries");
        slot_ = &header_.metadata[key];
        return true;
      case Place::tensor: {
        const int bit = key == "dtype" ? 1 : key == "shape" ? 2 : key == "data_offsets" ? 4 : 0;
        refuse(bit == 0, "key ", in_quotes(key), ": want dtype, shape, data_offsets");
        refuse((seen_ & bit) != 0, "key ", in_quotes(key), " occurs twice");
        seen_ |= bit, field_ = bit;
        return true;
      }
      default:
        unexpected("a key");
    }
  }
  bool start_object(std::size_t) {
    if (place_ == Place::outside)
      place_ = Place::top;
    else if (place_ == Place::top)
      place_ = name_ == "__metadata__" ? Place::metadata : Place::tensor;
    else
      unexpected("an object");
    return true;
  }
  bool end_object() {
    if (place_ == Place::tensor) refuse(seen_ != 7, "want dtype, shape and data_offsets");
    place_ = place_ == Place::top ? Place::outside : Place::top;
    return true;
  }
  bool start_array(std::size_t) {
    if (place_ != Place::tensor || field_ == 1) unexpected("an array");
    place_ = field_ == 2 ? Place::shape : Place::offsets, count_ = 0;
    return true;
  }
  bool end_array() {
    refuse(place_ == Place::offsets && count_ != 2, "data_offsets: want [begin, end]");
    place_ = Place::tensor;
    return true;
  }
  bool string(std::string& text) {
    if (place_ == Place::metadata)
      *slot_ = std::move(text);
    else if (place_ == Place::tensor && field_ == 1)
      entry_->dtype = std::move(text);
    else
      unexpected("a text");
    return true;
  }
  bool number_unsigned(std::uint64_t number) {
    if (place_ == Place::shape) {
      refuse(entry_->shape.size() >= safetensors_max_rank, "shape: more than ", safetensors_max_rank, " axes");
      refuse(number > static_cast<std::uint64_t>(std::numeric_limits<Index>::max()), "shape: size ", number,
             " is too large");
      entry_->shape.push_back(static_cast<Index>(number));
    } else if (place_ == Place::offsets) {
      refuse(count_ >= 2, "data_offsets: want [begin, end]");
      (count_ == 0 ? entry_->begin : entry_->end) = number, ++count_;
    } else {
      unexpected("a number");
    }
    return true;
  }
  bool number_integer(std::int64_t number) { unexpected(concat("the number ", number)); }
  bool number_float(double, const std::string& text) { unexpected("the number " + in_quotes(text)); }
  bool null() { unexpected("null"); }
  bool boolean(bool) { unexpected("true or false"); }
  bool binary(std::vector<std::uint8_t>&) { unexpected("binary data"); }
  bool parse_error(std::size_t offset, const std::string&, const Json::exception& error) {
    fail(file_, ": header: not JSON at offset ", 8 + offset, ": ", json_reason(error));
  }

 private:
  enum class Place { outside, top, metadata, tensor, shape, offsets };

  void begin_tensor() {
    refuse(header_.tensors.size() >= safetensors_max_tensors, "more than ", safetensors_max_tensors, " tensors");
    const auto [at, fresh] = header_.tensors.try_emplace(name_);
    refuse(!fresh, "the name occurs twice");
    entry_ = &at->second, seen_ = 0, field_ = 0;
  }
  template <class... Parts>
  void refuse(bool bad, const Parts&... parts) const {
    if (bad) fail(file_, ": header: ", name_ == "__metadata__" ? name_ : "tensor " + in_quotes(name_), ": ", parts...);
  }
  [[noreturn]] void unexpected(const std::string& what) const {
    static constexpr const char* wanted[] = {"one object",
                                             "an object",
                                             "a text",
                                             "dtype to be a text, shape and data_offsets arrays",
                                             "shape of unsigned numbers",
                                             "data_offsets of unsigned numbers"};
    fail(file_, ": header: ", place_ == Place::outside ? "" : in_quotes(name_) + ": ", "want ",
         wanted[static_cast<int>(place_)], ", got ", what);
  }

  std::string file_;
  SafetensorsHeader header_;
  Place place_ = Place::outside;
  std::string name_;
  bool has_metadata_ = false;
  SafetensorsEntry* entry_ = nullptr;
  std::string* slot_ = nullptr;
  int seen_ = 0, field_ = 0, count_ = 0;  // keys of the open tensor: dtype 1, shape 2, data_offsets 4
};

/// Throws unless `e` is as long as its dtype and shape say.
inline void check_entry_size(const std::string& file, const std::string& name, const SafetensorsEntry& e) {
  const Index element = safetensors_dtype_size(e.dtype);
  check(element > 0, file, ": tensor ", in_quotes(name), ": unknown dtype ", in_quotes(e.dtype));
  check(e.begin <= e.end, file, ": tensor ", in_quotes(name), ": data_offsets [", e.begin, ", ", e.end,
        "] run backwards");
  bool empty = false;  // a size of 0 makes every product fit
  for (const Index size : e.shape) empty = empty || size == 0;
  Index bytes = empty ? 0 : element;
  for (const Index size : e.shape) {
    check(empty || bytes <= std::numeric_limits<Index>::max() / size, file, ": tensor ", in_quotes(name), ": shape ",
          to_string(e.shape), " has too many elements");
    if (!empty) bytes *= size;
  }
  check(e.end - e.begin == static_cast<std::uint64_t>(bytes), file, ": tensor ", in_quotes(name), ": ", e.dtype, " ",
        to_string(e.shape), " wants ", bytes, " bytes, data_offsets [", e.begin, ", ", e.end, "] hold ",
        e.end - e.begin);
}
}  // namespace detail

/// Header of a file whose data has `data_size` bytes; throws "file: ..." at the first thing that is wrong.
inline SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_size,
                                                  const std::string& file) {
  check(!json.empty() && json.front() == '{', file, ": header: want JSON that begins with {");
  check(json.find('\0') == std::string_view::npos, file, ": header: NUL byte at offset ", 8 + json.find('\0'));
  check(json.find_last_not_of(' ') == json.find_last_of('}'), file, ": header: want } and then only spaces at its end");
  detail::SafetensorsHeaderParser parser(file);
  Json::sax_parse(json.begin(), json.end(), &parser);
  SafetensorsHeader header = parser.take();

  std::vector<const std::pair<const std::string, SafetensorsEntry>*> order;
  for (const auto& item : header.tensors) {
    detail::check_entry_size(file, item.first, item.second);
    order.push_back(&item);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t end = 0;
  for (const auto* item : order) {
    check(item->second.begin == end, file, ": tensor ", in_quotes(item->first), ": begins at ", item->second.begin,
          item->second.begin < end ? " inside another one; want " : " after a hole; want ", end);
    end = item->second.end;
  }
  check(end == data_size, file, ": its tensors have ", end, " bytes, the file holds ", data_size,
        end > data_size ? ": it is cut short" : ": something follows them");
  return header;
}

STAC3DL_NAMESPACE_END
