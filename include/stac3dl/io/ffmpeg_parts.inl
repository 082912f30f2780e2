// io/ffmpeg_parts.inl - what io/video_ffmpeg.inl needs around FFmpeg's C: owners, bytes in, pictures upright.
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libswscale/swscale.h>
}

STAC3DL_NAMESPACE_BEGIN
namespace detail {

inline std::string ffmpeg_reason(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(code, text, sizeof text);
  return text;
}

/// FFmpeg's demuxers ask for memory by what a file declares, up to 2 GB at once: a file of 2 kB can do that.  From the
/// first video on, no single block of theirs is larger than 512 MiB (a picture of 2^25 pixels, 16 bits, takes 200 MB),
/// in the whole process: FFmpeg knows no other limit.
inline void limit_ffmpeg_blocks() {
  static const bool once = (av_max_alloc(std::size_t{1} << 29), true);
  (void)once;
}

/// Lets FFmpeg read a stream of bytes, and nothing else.
inline int ffmpeg_read(void* opaque, std::uint8_t* to, int size) {
  auto& in = *static_cast<std::istream*>(opaque);
  in.clear();
  in.read(reinterpret_cast<char*>(to), size);
  return in.gcount() > 0 ? static_cast<int>(in.gcount()) : AVERROR_EOF;
}
inline std::int64_t ffmpeg_seek(void* opaque, std::int64_t offset, int whence) {
  auto& in = *static_cast<std::istream*>(opaque);
  in.clear();
  if (whence == AVSEEK_SIZE) {
    const auto at = in.tellg();
    in.seekg(0, std::ios::end);
    const std::int64_t size = in.tellg();
    in.seekg(at);
    return size;
  }
  in.seekg(offset, whence == SEEK_SET ? std::ios::beg : whence == SEEK_CUR ? std::ios::cur : std::ios::end);
  return in.fail() ? AVERROR(EIO) : static_cast<std::int64_t>(in.tellg());
}
/// What playlists and the like would open.
inline int ffmpeg_refuse(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EACCES); }

struct FfmpegDelete {
  void operator()(AVIOContext* p) const {
    av_freep(&p->buffer);
    avio_context_free(&p);
  }
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};
template <class T>
using Ffmpeg = std::unique_ptr<T, FfmpegDelete>;

/// How often pictures are to be turned clockwise by 90 degrees, 0 to 3.
inline int ffmpeg_turns(const AVStream& stream) {
#if LIBAVFORMAT_VERSION_MAJOR >= 61
  const AVPacketSideData* side = av_packet_side_data_get(
      stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  const std::uint8_t* matrix = side != nullptr && side->size >= 36 ? side->data : nullptr;
#else
  std::size_t size = 0;
  const std::uint8_t* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (size < 36) matrix = nullptr;
#endif
  if (matrix == nullptr) return 0;
  const double degrees = av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));  // anticlockwise
  return std::isfinite(degrees) ? static_cast<int>(std::lround(-degrees / 90) % 4 + 4) % 4 : 0;
}

/// A picture turned clockwise by 90 degrees `turns` times.
inline Tensor<std::uint8_t, 3> turn_picture(const Tensor<std::uint8_t, 3>& x, int turns) {
  const Index h = x.size(0), w = x.size(1);
  Tensor<std::uint8_t, 3> y(turns % 2 == 0 ? Shape<3>{h, w, 3} : Shape<3>{w, h, 3});
  for (Index i = 0; i < h; ++i)
    for (Index j = 0; j < w; ++j) {
      const Index row = turns == 1 ? j : turns == 2 ? h - 1 - i : w - 1 - j;
      const Index column = turns == 1 ? h - 1 - i : turns == 2 ? w - 1 - j : i;
      for (Index c = 0; c < 3; ++c) y(row, column, c) = x(i, j, c);
    }
  return y;
}

}  // namespace detail

STAC3DL_NAMESPACE_END
