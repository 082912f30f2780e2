# stac3dl_compiled(<name> [<flags>]): the kernels as a library, for programs of many files (include/stac3dl/compiled.hpp).
# <flags>: a target whose options the programs share, for instance -march.  They compile with STAC3DL_COMPILED=1, and
# include stac3dl/compiled.hpp before the library's other headers: link <name>_included, which does so on every command
# line, or <name> where a precompiled header does.
function(stac3dl_compiled name)
  set(sources "")
  set(part 0)
  foreach(content IN ITEMS convolution winograd tiles sequence others)  # as numbered in core/compiled_parts.hpp
    math(EXPR part "${part} + 1")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}/${content}.cpp")
    file(CONFIGURE OUTPUT "${source}"
      CONTENT "#define STAC3DL_COMPILED_PART ${part}\n#include \"stac3dl/compiled.hpp\"\n" @ONLY)
    list(APPEND sources "${source}")
  endforeach()
  add_library(${name} STATIC EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(${name} PUBLIC stac3dl::stac3dl PRIVATE ${ARGN})
  target_compile_definitions(${name} PUBLIC STAC3DL_COMPILED=1)
  add_library(${name}_included INTERFACE)
  target_link_libraries(${name}_included INTERFACE ${name})
  target_compile_options(${name}_included INTERFACE "$<IF:$<CXX_COMPILER_ID:MSVC>,/FIstac3dl/compiled.hpp,SHELL:-include stac3dl/compiled.hpp>")
endfunction()
