/// io/picture.hpp - pictures one after the other, from a video or a folder, become a stream (T, 3, H, W) in [0, 1].
///
/// A source of pictures is anything with  bool next(Picture&)  that returns false at the end.  Pictures may be fitted
/// to another size while they come in, so that a long recording in full size is never in memory:
///   y(i, j) = mean of x over the rectangle that pixel (i, j) of the result covers     (no aliasing when it shrinks)
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "stac3dl/data/recording.hpp"

STAC3DL_NAMESPACE_BEGIN

/// One frame and when it was seen.
struct Picture {
  double time = 0;              ///< seconds
  Tensor<std::uint8_t, 3> rgb;  ///< (H, W, 3)
};

/// What of a source is kept, and how large.
struct FrameOptions {
  Index height = 0, width = 0;  ///< fitted to this size; 0: as they are, and then all must be of one size
  double begin = 0, end = std::numeric_limits<double>::infinity();  ///< only pictures with begin <= time < end
  std::size_t budget = std::size_t{1} << 32;                        ///< bytes that the stream may take
  std::string name = "rgb";                                         ///< of the stream
};

namespace detail {

/// Which of `from` pixels each of `to` pixels covers, and how much of each.
struct Cover {
  std::vector<Index> first;
  std::vector<std::vector<float>> share;  ///< adds up to 1

  Cover(Index from, Index to) {
    const double step = static_cast<double>(from) / static_cast<double>(to);
    for (Index i = 0; i < to; ++i) {
      const double begin = static_cast<double>(i) * step, end = std::min(begin + step, static_cast<double>(from));
      const Index low = std::min(static_cast<Index>(begin), from - 1);
      first.push_back(low);
      std::vector<float>& weights = share.emplace_back();
      for (Index p = low; p < from && (p == low || static_cast<double>(p) < end - 1e-9); ++p) {
        const double part = std::min(end, static_cast<double>(p + 1)) - std::max(begin, static_cast<double>(p));
        weights.push_back(static_cast<float>(part / (end - begin)));
      }
    }
  }
};

}  // namespace detail

/// A picture (H, W, 3) at another size.
inline Tensor<std::uint8_t, 3> fit_picture(CView<std::uint8_t, 3> x, Index height, Index width) {
  check(!x.empty() && x.size(2) == 3 && height > 0 && width > 0,
        "fit_picture: want a picture (H, W, 3) and a size, got ", to_string(x.shape()), " and ", height, " x ", width);
  if (x.size(0) == height && x.size(1) == width) return Tensor<std::uint8_t, 3>(x);
  const detail::Cover rows(x.size(0), height), columns(x.size(1), width);
  const Index row = x.size(1) * 3;
  Tensor<std::uint8_t, 3> y({height, width, 3});
  std::vector<float> line(static_cast<std::size_t>(row));
  for (Index i = 0; i < height; ++i) {
    const auto at = static_cast<std::size_t>(i);
    std::fill(line.begin(), line.end(), 0.0f);
    for (std::size_t k = 0; k < rows.share[at].size(); ++k) {
      const std::uint8_t* from = x.data() + (rows.first[at] + static_cast<Index>(k)) * row;
      const float share = rows.share[at][k];
      for (Index p = 0; p < row; ++p) line[static_cast<std::size_t>(p)] += share * static_cast<float>(from[p]);
    }
    std::uint8_t* to = y.data() + i * width * 3;
    for (std::size_t j = 0; j < columns.share.size(); ++j)
      for (Index c = 0; c < 3; ++c) {
        float sum = 0;
        for (std::size_t k = 0; k < columns.share[j].size(); ++k)
          sum +=
              columns.share[j][k] * line[static_cast<std::size_t>((columns.first[j] + static_cast<Index>(k)) * 3 + c)];
        *to++ = static_cast<std::uint8_t>(std::clamp(sum + 0.5f, 0.0f, 255.0f));
      }
  }
  return y;
}

/// All pictures of a source as a stream, values in [0, 1]; `source` is for messages.  Throws where pictures differ in
/// size and none is asked for, where times do not increase, and where the stream would not fit the budget.
template <class Source>
Stream collect_frames(Source&& pictures, const FrameOptions& options, const std::string& source) {
  check((options.height > 0) == (options.width > 0) && options.height >= 0 && options.width >= 0,
        "FrameOptions: want height and width, or neither, got ", options.height, " x ", options.width);
  Stream stream;
  stream.name = options.name;
  std::vector<Tensor<std::uint8_t, 3>> kept;
  Shape<3> size{options.height, options.width, 3};
  for (Picture picture; pictures.next(picture);) {
    if (picture.time < options.begin) continue;
    if (picture.time >= options.end) break;
    if (size[0] == 0) size = picture.rgb.shape();
    check(options.height > 0 || picture.rgb.shape() == size, source, ": the picture at ", picture.time, " s is of ",
          picture.rgb.size(1), " x ", picture.rgb.size(0), " pixels, those before of ", size[1], " x ", size[0],
          "; ask for a size to fit them to");
    check(stream.times.empty() || picture.time > stream.times.back(), source, ": a picture at ", picture.time,
          " s behind one at ", stream.times.empty() ? 0 : stream.times.back(), " s");
    const std::size_t floats = static_cast<std::size_t>(element_count(size)) * sizeof(float);
    check(floats <= options.budget / (kept.size() + 1), source, ": ", kept.size() + 1, " pictures of ", size[1], " x ",
          size[0], " pixels are more than the budget of ", options.budget, " bytes; ask for a smaller size");
    kept.push_back(fit_picture(picture.rgb, size[0], size[1]));
    stream.times.push_back(picture.time);
  }
  const Index frames = static_cast<Index>(kept.size()), pixels = size[0] * size[1];
  stream.frames = Tensor<float, 4>({frames, 3, size[0], size[1]});
  for (Index t = 0; t < frames; ++t) {
    Tensor<std::uint8_t, 3>& picture = kept[static_cast<std::size_t>(t)];
    float* to = stream.frames.data() + t * 3 * pixels;
    for (Index p = 0; p < pixels; ++p)
      for (Index c = 0; c < 3; ++c) to[c * pixels + p] = static_cast<float>(picture.data()[3 * p + c]) / 255.0f;
    picture = {};  // its memory is free for the others
  }
  return stream;
}

STAC3DL_NAMESPACE_END
