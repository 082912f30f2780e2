/// io/figure_png.hpp - an SVG drawing as the bytes of a PNG file, through librsvg.
///
/// librsvg is an optional part: CMake finds it and defines STAC3DL_RSVG=1 for stac3dl::io.  Without it everything here
/// compiles, has_figure_png is false, and reports come as HTML and SVG alone.
#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "stac3dl/core/check.hpp"

#ifndef STAC3DL_RSVG
#define STAC3DL_RSVG 0
#endif
// What depends on it has a name of its own, so that parts of a program that see librsvg and parts that do not may be
// linked.
#if STAC3DL_RSVG
#define STAC3DL_FIGURES with_rsvg
#include <librsvg/rsvg.h>
#else
#define STAC3DL_FIGURES without_rsvg
#endif

STAC3DL_NAMESPACE_BEGIN
inline namespace STAC3DL_FIGURES {

#if STAC3DL_RSVG
/// True if drawings can become PNG files.
inline constexpr bool has_figure_png = true;

/// `width` and `height` are the drawing's, `scale` pixels a unit; `what` is for messages.
inline std::string figure_png(const std::string& svg, double width, double height, double scale,
                              const std::string& what) {
  GError* error = nullptr;
  const std::unique_ptr<RsvgHandle, void (*)(void*)> handle(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error), [](void* h) {
        if (h) g_object_unref(h);
      });
  const auto reason = [&] {
    const std::string text = error ? error->message : "no reason given";
    g_clear_error(&error);
    return text;
  };
  if (!handle) fail(what, ": not an SVG drawing: ", reason());
  const int w = static_cast<int>(std::lround(width * scale)), h = static_cast<int>(std::lround(height * scale));
  const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_ARGB32, w, h), cairo_surface_destroy);
  const std::unique_ptr<cairo_t, void (*)(cairo_t*)> canvas(cairo_create(surface.get()), cairo_destroy);
  const RsvgRectangle all{0, 0, static_cast<double>(w), static_cast<double>(h)};
  if (!rsvg_handle_render_document(handle.get(), canvas.get(), &all, &error))
    fail(what, ": cannot be drawn: ", reason());
  std::string bytes;
  const auto append = [](void* out, const unsigned char* data, unsigned size) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
  };
  check(cairo_surface_write_to_png_stream(surface.get(), append, &bytes) == CAIRO_STATUS_SUCCESS, what,
        ": cannot be encoded");
  return bytes;
}
#else
inline constexpr bool has_figure_png = false;  ///< True where this program was built with librsvg.

/// A drawing as the bytes of a PNG file.  Error where librsvg is missing.
inline std::string figure_png(const std::string&, double, double, double, const std::string& what) {
  fail(what,
       ": PNG files of drawings need librsvg, which this program was built without; install it (Debian: librsvg2-dev)");
}
#endif

}  // namespace STAC3DL_FIGURES
STAC3DL_NAMESPACE_END
