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
  list(JOIN lost ", " lost)
  set(${missing} "${lost}" PARENT_SCOPE)
  set(${libraries} nlohmann_json::nlohmann_json ZLIB::ZLIB stac3dl::stb PARENT_SCOPE)
endfunction()
