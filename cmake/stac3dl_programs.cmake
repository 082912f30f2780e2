# Flags of our own tests, examples and benchmarks, and how they are collected.

# stac3dl_plain_flags: warnings alone.  stac3dl_program_flags: those, and for this machine's CPU.
include(CheckCXXCompilerFlag)
add_library(stac3dl_plain_flags INTERFACE)
add_library(stac3dl_program_flags INTERFACE)
target_link_libraries(stac3dl_program_flags INTERFACE stac3dl_plain_flags)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  target_compile_options(stac3dl_plain_flags INTERFACE -Wall -Wextra -Wconversion)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 sees uninitialised values inside Eigen's packets where there are none.
    target_compile_options(stac3dl_plain_flags INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized)
  endif()
  check_cxx_compiler_flag(-march=native STAC3DL_HAS_MARCH_NATIVE)
  if(STAC3DL_NATIVE AND STAC3DL_HAS_MARCH_NATIVE)
    target_compile_options(stac3dl_program_flags INTERFACE -march=native)
  endif()
elseif(MSVC)
  target_compile_options(stac3dl_plain_flags INTERFACE /W4 /bigobj)
endif()

# stac3dl_collect(<list> <pattern>): files that match, seen anew at every build.
macro(stac3dl_collect list pattern)
  file(GLOB ${list} CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${pattern}")
endmacro()

# stac3dl_program(<name> <sources>...): an executable that links stac3dl, or stac3dl::io (with video, where it can be) if a source includes io
# headers.
# Where stac3dl::io is missing, such a program is left out and a message says so; <name> is then no target.
# FLAGS <target> takes the place of stac3dl_program_flags.
function(stac3dl_program name)
  cmake_parse_arguments(PARSE_ARGV 1 program "" "FLAGS" "")
  set(ARGN ${program_UNPARSED_ARGUMENTS})
  if(NOT program_FLAGS)
    set(program_FLAGS stac3dl_program_flags)
  endif()
  set(library stac3dl::stac3dl)
  foreach(source IN LISTS ARGN)
    file(STRINGS "${source}" io_lines REGEX "#include [<\"]stac3dl/io[./]")
    if(io_lines)
      set(library stac3dl::io)
      if(TARGET stac3dl::video)
        set(library stac3dl::video)
      endif()
    endif()
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARGN})
  if(NOT TARGET ${library})
    message(STATUS "stac3dl: ${name} is not built, it needs ${library}")
    return()
  endif()
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE ${library} ${program_FLAGS})
endfunction()
