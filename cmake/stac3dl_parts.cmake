# Finds what stac3dl can use beside Eigen.  Shared by the build and by the installed package.

# <found> is true if OpenMP::OpenMP_CXX exists afterwards.
function(stac3dl_find_openmp found)
  find_package(OpenMP QUIET COMPONENTS CXX)
  set(${found} ${OpenMP_CXX_FOUND} PARENT_SCOPE)
endfunction()

# <libraries>: targets to link for stac3dl::io.  <missing>: what was not found, for people; empty if all was.
function(stac3dl_find_io_parts libraries missing)
  set(lost "")
  find_package(nlohmann_json 3.10 QUIET CONFIG)
  if(NOT nlohmann_json_FOUND)
    list(APPEND lost "nlohmann/json 3.10 (nlohmann-json3-dev)")
  endif()
  find_package(ZLIB QUIET)
  if(NOT ZLIB_FOUND)
    list(APPEND lost "zlib (zlib1g-dev)")
  endif()
  # The directory that holds stb/stb_image.h.
  find_path(STAC3DL_STB_INCLUDE_DIR stb/stb_image.h)
  mark_as_advanced(STAC3DL_STB_INCLUDE_DIR)
  if(NOT STAC3DL_STB_INCLUDE_DIR)
    list(APPEND lost "stb/stb_image.h (libstb-dev)")
  elseif(NOT TARGET stac3dl::stb)
    add_library(stac3dl::stb INTERFACE IMPORTED GLOBAL)
    target_include_directories(stac3dl::stb SYSTEM INTERFACE "${STAC3DL_STB_INCLUDE_DIR}")
  endif()
  find_package(Threads QUIET)
  if(NOT Threads_FOUND)
    list(APPEND lost "threads")
  endif()
  list(JOIN lost ", " lost)
  set(${missing} "${lost}" PARENT_SCOPE)
  set(${libraries} nlohmann_json::nlohmann_json ZLIB::ZLIB stac3dl::stb Threads::Threads PARENT_SCOPE)
endfunction()

# stac3dl::<part>, if pkg-config finds <modules>...; it defines <definition>=1.  <missing>: <words>, for people, if it does
# not; empty if it does.
function(stac3dl_find_pkg part definition words missing)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND AND NOT TARGET stac3dl::${part})
    pkg_check_modules(stac3dl_${part} QUIET IMPORTED_TARGET GLOBAL ${ARGN})
    if(stac3dl_${part}_FOUND)
      add_library(stac3dl::${part} INTERFACE IMPORTED GLOBAL)
      target_link_libraries(stac3dl::${part} INTERFACE PkgConfig::stac3dl_${part})
      target_compile_definitions(stac3dl::${part} INTERFACE ${definition}=1)
    endif()
  endif()
  set(${missing} "" PARENT_SCOPE)
  if(NOT TARGET stac3dl::${part})
    set(${missing} "${words}" PARENT_SCOPE)
  endif()
endfunction()

# stac3dl::ffmpeg for video files, stac3dl::rsvg for figures.  <missing>: what was not found; empty if all was.
macro(stac3dl_find_video_parts missing)
  stac3dl_find_pkg(ffmpeg STAC3DL_FFMPEG
    "FFmpeg 4.4 (pkg-config libavformat-dev libavcodec-dev libswscale-dev libavutil-dev)" ${missing}
    libavformat>=58.76 libavcodec libswscale libavutil)
endmacro()
macro(stac3dl_find_figure_parts missing)
  stac3dl_find_pkg(rsvg STAC3DL_RSVG "librsvg 2.50 (pkg-config librsvg2-dev)" ${missing} librsvg-2.0>=2.50)
endmacro()
