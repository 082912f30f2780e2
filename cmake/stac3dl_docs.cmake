# Target docs: the documentation site, build/<preset>/site/html/index.html, from headers and pages (tools/docs_site).
# Where something is missing, the target says what.  STAC3DL_DOCS_CHECK is the same without pictures, in a folder of its own,
# for the tests; empty where something is missing.
find_package(Python3 QUIET COMPONENTS Interpreter)
find_program(STAC3DL_DOXYGEN doxygen)
find_program(STAC3DL_PANDOC pandoc)
find_program(STAC3DL_DOT dot)
mark_as_advanced(STAC3DL_DOXYGEN STAC3DL_PANDOC STAC3DL_DOT)
set(missing "")
if(NOT Python3_Interpreter_FOUND)
  list(APPEND missing "Python 3")
endif()
if(NOT STAC3DL_DOXYGEN)
  list(APPEND missing "Doxygen")
endif()
if(NOT STAC3DL_PANDOC)
  list(APPEND missing "pandoc (formulas)")
endif()

set(STAC3DL_DOCS_CHECK "")
if(missing)
  list(JOIN missing ", " missing)
  set(advice "The site needs ${missing}: tools/setup --docs, or apt-get install doxygen graphviz pandoc python3, or doxygen.nl and pandoc.org")
  add_custom_target(docs COMMAND "${CMAKE_COMMAND}" -E echo "${advice}" COMMAND "${CMAKE_COMMAND}" -E false VERBATIM)
else()
  set(command "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tools/docs_site" --doxygen "${STAC3DL_DOXYGEN}"
    --pandoc "${STAC3DL_PANDOC}")
  set(STAC3DL_DOCS_CHECK ${command} --output "${PROJECT_BINARY_DIR}/site_check" --dot=)
  if(STAC3DL_DOT)  # pictures of who includes whom; without it they are left out
    list(APPEND command --dot "${STAC3DL_DOT}")
  endif()
  add_custom_target(docs COMMAND ${command} --output "${PROJECT_BINARY_DIR}/site"
    COMMENT "Building the documentation site" VERBATIM)
endif()
