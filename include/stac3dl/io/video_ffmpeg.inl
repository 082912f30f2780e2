// io/video_ffmpeg.inl - the part of io/video.hpp that sees FFmpeg (4.4 to 7); included there where STAC3DL_FFMPEG is 1.
#include "stac3dl/io/ffmpeg_parts.inl"

STAC3DL_NAMESPACE_BEGIN
inline namespace STAC3DL_VIDEO {

inline constexpr bool has_video = true;

/// Decodes one file; for one thread at a time.
class VideoReader {
 public:
  explicit VideoReader(const std::filesystem::path& path, const VideoOptions& options = {})
      : name_(path.generic_string()), options_(options) {
    std::error_code error;
    check(std::filesystem::is_regular_file(path, error), name_, ": no such file");
    auto in = std::make_unique<std::ifstream>(path, std::ios::binary);
    check(in->is_open(), name_, ": cannot be opened");
    open(std::move(in));
  }
  /// A file that is already in memory; `name` is for messages.
  static VideoReader from_bytes(std::string bytes, std::string name, const VideoOptions& options = {}) {
    return VideoReader(std::make_unique<std::istringstream>(std::move(bytes)), std::move(name), options);
  }

  const VideoInfo& info() const { return info_; }
  /// The file's own time of the first picture, known once it has been read.
  double start() const { return std::isnan(start_) ? 0 : start_; }
  /// Pictures whose time stamps were missing or did not increase.
  Index repaired_times() const { return repaired_; }

  /// The next picture, in the order in which it is shown; false at the end.
  bool next(Picture& picture) {
    while (true) {
      const int got = avcodec_receive_frame(codec_.get(), frame_.get());
      if (got == 0) {
        errors_ = 0;
        show(picture);
        av_frame_unref(frame_.get());
        return true;
      }
      if (got == AVERROR_EOF) return at_end();
      if (got != AVERROR(EAGAIN) && (!options_.allow_damage || ++errors_ > 1000)) damaged(got);
      feed();
    }
  }

 private:
  VideoReader(std::unique_ptr<std::istream> in, std::string name, const VideoOptions& options)
      : name_(std::move(name)), options_(options) {
    open(std::move(in));
  }

  void open(std::unique_ptr<std::istream> in) {
    detail::limit_ffmpeg_blocks();
    in_ = std::move(in);
    constexpr int buffer = 1 << 16;
    auto* memory = static_cast<unsigned char*>(av_malloc(buffer));
    bytes_.reset(avio_alloc_context(memory, buffer, 0, in_.get(), detail::ffmpeg_read, nullptr, detail::ffmpeg_seek));
    AVFormatContext* format = avformat_alloc_context();
    check(bytes_ != nullptr && format != nullptr, name_, ": out of memory");
    format->pb = bytes_.get();
    format->io_open = detail::ffmpeg_refuse;
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    int code = avformat_open_input(&format, "", nullptr, nullptr);  // frees `format` where it fails
    check(code >= 0, name_, ": not a video that FFmpeg reads (", detail::ffmpeg_reason(code), ")");
    format_.reset(format);
    code = avformat_find_stream_info(format, nullptr);
    check(code >= 0, name_, ": the video is damaged (", detail::ffmpeg_reason(code), ")");
    const int best = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    check(best >= 0, name_, ": there is no video in it");
    stream_ = format->streams[best];
    for (unsigned s = 0; s < format->nb_streams; ++s)
      if (static_cast<int>(s) != best) format->streams[s]->discard = AVDISCARD_ALL;

    const AVCodecParameters& parameters = *stream_->codecpar;
    const AVCodec* decoder = avcodec_find_decoder(parameters.codec_id);
    check(decoder != nullptr, name_, ": this FFmpeg has no decoder for ", avcodec_get_name(parameters.codec_id));
    codec_.reset(avcodec_alloc_context3(decoder));
    frame_.reset(av_frame_alloc()), packet_.reset(av_packet_alloc());
    check(codec_ && frame_ && packet_, name_, ": out of memory");
    check(parameters.width >= 0 && parameters.height >= 0 &&
              (parameters.height == 0 || parameters.width <= options_.max_pixels / parameters.height),
          name_, ": pictures of ", parameters.width, " x ", parameters.height, " pixels, want at most ",
          options_.max_pixels);
    code = avcodec_parameters_to_context(codec_.get(), &parameters);
    codec_->thread_count = 1;  // decoded ahead of those who wait for it anyway
    codec_->max_pixels = options_.max_pixels;
    codec_->pkt_timebase = stream_->time_base;
    if (code >= 0) code = avcodec_open2(codec_.get(), decoder, nullptr);
    check(code >= 0, name_, ": cannot decode ", decoder->name, " (", detail::ffmpeg_reason(code), ")");

    turns_ = detail::ffmpeg_turns(*stream_);
    info_.height = turns_ % 2 == 0 ? parameters.height : parameters.width;
    info_.width = turns_ % 2 == 0 ? parameters.width : parameters.height;
    const AVRational rate = av_guess_frame_rate(format, stream_, nullptr);
    info_.rate = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 25;
    info_.duration = stream_->duration > 0  ? static_cast<double>(stream_->duration) * av_q2d(stream_->time_base)
                     : format->duration > 0 ? static_cast<double>(format->duration) / AV_TIME_BASE
                                            : 0;
    info_.declared_frames = std::max<Index>(0, stream_->nb_frames);
    info_.codec = decoder->name;
    info_.format = format->iformat->name;
  }

  /// Gives the decoder one more packet, or the end.
  void feed() {
    while (true) {
      const int read = av_read_frame(format_.get(), packet_.get());
      if (read < 0) {
        if (read != AVERROR_EOF && !options_.allow_damage) damaged(read);
        const int code = avcodec_send_packet(codec_.get(), nullptr);
        if (code < 0 && code != AVERROR_EOF) damaged(code);
        return;
      }
      const bool ours = packet_->stream_index == stream_->index;
      const bool corrupt = (packet_->flags & AV_PKT_FLAG_CORRUPT) != 0;
      const int code = ours ? avcodec_send_packet(codec_.get(), packet_.get()) : 0;
      av_packet_unref(packet_.get());
      if (!ours) continue;
      if (code == AVERROR(ENOMEM) || ((code < 0 || corrupt) && !options_.allow_damage)) damaged(code);
      return;
    }
  }

  void show(Picture& picture) {
    const AVFrame& frame = *frame_;
    const bool corrupt = frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0;
    if (corrupt && !options_.allow_damage) damaged(0);
    const int width = frame.width, height = frame.height;
    check(width > 0 && height > 0 && width <= options_.max_pixels / height, name_, ": picture ", shown_, " is of ",
          width, " x ", height, " pixels, want at most ", options_.max_pixels);
    // flags: exact arithmetic; nothing is scaled here, only colours are converted
    const auto format = static_cast<AVPixelFormat>(frame.format);
    scale_.reset(sws_getCachedContext(scale_.release(), width, height, format, width, height, AV_PIX_FMT_RGB24,
                                      SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
    check(scale_ != nullptr, name_, ": cannot convert its colours");
    const bool full = frame.color_range == AVCOL_RANGE_JPEG || format == AV_PIX_FMT_YUVJ420P ||
                      format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
    sws_setColorspaceDetails(scale_.get(), sws_getCoefficients(frame.colorspace), full,
                             sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
    // rows are padded to 64 bytes and more: swscale writes whole vectors
    const int stride = (3 * width + 127) / 64 * 64;
    if (const Shape<2> size{height + 1, stride}; rows_.shape() != size) rows_.resize(size);
    std::uint8_t* const to[4] = {rows_.data(), nullptr, nullptr, nullptr};
    const int strides[4] = {stride, 0, 0, 0};
    const int done = sws_scale(scale_.get(), frame.data, frame.linesize, 0, height, to, strides);
    check(done == height, name_, ": cannot convert the colours of picture ", shown_);
    picture.rgb.resize({height, width, 3});
    for (int y = 0; y < height; ++y)
      std::copy_n(rows_.data() + static_cast<Index>(y) * stride, 3 * width,
                  picture.rgb.data() + static_cast<Index>(y) * 3 * width);
    if (turns_ != 0) picture.rgb = detail::turn_picture(picture.rgb, turns_);
    picture.time = time_of(frame);
    ++shown_;
  }

  double time_of(const AVFrame& frame) {
    const bool known = frame.best_effort_timestamp != AV_NOPTS_VALUE;
    double time = known ? static_cast<double>(frame.best_effort_timestamp) * av_q2d(stream_->time_base) : 0;
    if (std::isnan(start_)) start_ = time;
    time -= start_;
    if (shown_ > 0 && (!known || time <= last_)) time = last_ + 1 / info_.rate, ++repaired_;
    return last_ = time;
  }

  /// A file that ends before the pictures that it declares was cut off.
  bool at_end() const {
    const Index grace = 2 + info_.declared_frames / 100;  // writers miscount by one or two
    check(options_.allow_damage || shown_ + grace >= info_.declared_frames, name_, ": declares ", info_.declared_frames,
          " pictures, but only ", shown_, " are there: the file is cut off (allow_damage reads what there is)");
    return false;
  }
  [[noreturn]] void damaged(int code) const {
    fail(name_, ": the video is damaged behind picture ", shown_, " at ", last_, " s",
         code < 0 ? " (" + detail::ffmpeg_reason(code) + ")" : "", "; allow_damage shows what can be decoded");
  }

  std::string name_;
  VideoOptions options_;
  VideoInfo info_;
  std::unique_ptr<std::istream> in_;  // what stands first is destroyed last
  detail::Ffmpeg<AVIOContext> bytes_;
  detail::Ffmpeg<AVFormatContext> format_;
  detail::Ffmpeg<AVCodecContext> codec_;
  detail::Ffmpeg<AVFrame> frame_;
  detail::Ffmpeg<AVPacket> packet_;
  detail::Ffmpeg<SwsContext> scale_;
  Tensor<std::uint8_t, 2> rows_;
  AVStream* stream_ = nullptr;
  double start_ = std::numeric_limits<double>::quiet_NaN(), last_ = 0;
  Index shown_ = 0, repaired_ = 0;
  int turns_ = 0, errors_ = 0;  // errors: in a row
};

}  // namespace STAC3DL_VIDEO
STAC3DL_NAMESPACE_END
