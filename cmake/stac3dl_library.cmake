# The targets that a program links.  No warning, optimisation or CPU flags are forced on it.
#   stac3dl::stac3dl   the headers, Eigen, and OpenMP if switched on and found
#   stac3dl::io        the above with what files and pictures need: nlohmann/json, zlib, stb
#   stac3dl::video     the above with FFmpeg's libraries, for video files
#   stac3dl::figures   stac3dl::io with librsvg, for PNG files of a report's figures

add_library(stac3dl INTERFACE)
add_library(stac3dl::stac3dl ALIAS stac3dl)
target_compile_features(stac3dl INTERFACE cxx_std_20)
target_include_directories(stac3dl INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:include>")
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
target_link_libraries(stac3dl INTERFACE Eigen3::Eigen)
if(STAC3DL_CHECKS)
  target_compile_definitions(stac3dl INTERFACE STAC3DL_CHECKS=1)
endif()

# OpenMP and the parts of io stay out of the installed targets: the package's config file looks for them anew on the
# machine that uses it (stac3dl-config.cmake.in).
include("${CMAKE_CURRENT_LIST_DIR}/stac3dl_parts.cmake")
if(STAC3DL_OPENMP)
  stac3dl_find_openmp(found)
  if(found)
    target_link_libraries(stac3dl INTERFACE "$<BUILD_INTERFACE:OpenMP::OpenMP_CXX>")
  elseif(PROJECT_IS_TOP_LEVEL)
    message(STATUS "stac3dl: no OpenMP found, everything will run on one thread")
  endif()
endif()

stac3dl_find_io_parts(io_libraries io_missing)
if(io_missing)
  message(STATUS "stac3dl: no stac3dl::io (files and pictures), missing: ${io_missing}")
else()
  add_library(stac3dl_io INTERFACE)
  add_library(stac3dl::io ALIAS stac3dl_io)
  target_link_libraries(stac3dl_io INTERFACE stac3dl ${io_libraries})
endif()

if(TARGET stac3dl_io AND STAC3DL_FFMPEG)
  stac3dl_find_video_parts(video_missing)
  if(video_missing)
    message(STATUS "stac3dl: no stac3dl::video (video files), missing: ${video_missing}")
  else()
    add_library(stac3dl_video INTERFACE)
    add_library(stac3dl::video ALIAS stac3dl_video)
    target_link_libraries(stac3dl_video INTERFACE stac3dl_io stac3dl::ffmpeg)
  endif()
endif()

if(TARGET stac3dl_io AND STAC3DL_RSVG)
  stac3dl_find_figure_parts(figures_missing)
  if(figures_missing)
    message(STATUS "stac3dl: no stac3dl::figures (PNG files of a report's figures), missing: ${figures_missing}")
  else()
    add_library(stac3dl_figures INTERFACE)
    add_library(stac3dl::figures ALIAS stac3dl_figures)
    target_link_libraries(stac3dl_figures INTERFACE stac3dl_io stac3dl::rsvg)
  endif()
endif()
