/// Little video files for tests, written by hand: YUV4MPEG2, and AVI with plain RGB pictures.
#pragma once

#include <string>
#include <vector>

namespace stac3dl_test {

/// YUV4MPEG2, 4:2:0, studio range: one grey level (16 black, 235 white) a picture.
inline std::string y4m_bytes(int height, int width, const std::string& rate, const std::vector<int>& levels) {
  std::string out =
      "YUV4MPEG2 W" + std::to_string(width) + " H" + std::to_string(height) + " F" + rate + " Ip A1:1 C420jpeg\n";
  const auto pixels = static_cast<std::size_t>(height * width),
             chroma = static_cast<std::size_t>((height + 1) / 2 * ((width + 1) / 2));
  for (int level : levels)
    out += "FRAME\n" + std::string(pixels, static_cast<char>(level)) + std::string(2 * chroma, '\x80');
  return out;
}

/// An AVI file that declares `declared` pictures and holds one a colour (r, g, b in one number).
inline std::string avi_bytes(int height, int width, int rate, int declared, const std::vector<unsigned>& colours) {
  const auto put = [](std::string& to, std::size_t value, int bytes = 4) {
    for (int k = 0; k < bytes; ++k) to += static_cast<char>(value >> (8 * k) & 255);
  };
  const auto chunk = [&](const std::string& kind, const std::string& data) {
    std::string out = kind;
    put(out, data.size());
    return out + data + std::string(data.size() % 2, '\0');
  };
  const auto h = static_cast<std::size_t>(height), w = static_cast<std::size_t>(width), row = (3 * w + 3) / 4 * 4;
  std::string main, stream, format, movie;
  for (std::size_t value :
       {std::size_t(1000000 / rate), h * row * 25, std::size_t{0}, std::size_t{0x10}, std::size_t(declared),
        std::size_t{0}, std::size_t{1}, h * row, w, h, std::size_t{0}, std::size_t{0}, std::size_t{0}, std::size_t{0}})
    put(main, value);
  stream = "vidsDIB ";
  for (std::size_t value : {std::size_t{0}, std::size_t{0}, std::size_t{0}, std::size_t{1}, std::size_t(rate),
                            std::size_t{0}, std::size_t(declared), h * row, std::size_t{0}, std::size_t{0}})
    put(stream, value);
  put(stream, 0), put(stream, w | h << 16);
  put(format, 40), put(format, w), put(format, h), put(format, 1, 2), put(format, 24, 2), put(format, 0),
      put(format, h * row);
  for (int k = 0; k < 4; ++k) put(format, 0);
  for (unsigned colour : colours) {
    std::string line;
    for (std::size_t x = 0; x < w; ++x) put(line, colour, 3);  // blue, green, red
    line.resize(row, '\0');
    std::string picture;
    for (std::size_t y = 0; y < h; ++y) picture += line;
    movie += chunk("00db", picture);
  }
  const std::string headers = chunk(
      "LIST", "hdrl" + chunk("avih", main) + chunk("LIST", "strl" + chunk("strh", stream) + chunk("strf", format)));
  return chunk("RIFF", "AVI " + headers + chunk("LIST", "movi" + movie));
}

}  // namespace stac3dl_test
