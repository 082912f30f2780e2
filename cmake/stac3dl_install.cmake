# cmake --install: headers, targets and a package that find_package(stac3dl [COMPONENTS io]) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_DATADIR}/cmake/stac3dl")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/stac3dl" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS stac3dl EXPORT stac3dl_targets)
install(EXPORT stac3dl_targets NAMESPACE stac3dl:: FILE stac3dl-targets.cmake DESTINATION "${package_dir}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/stac3dl-config.cmake.in"
  "${PROJECT_BINARY_DIR}/stac3dl-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/stac3dl-config-version.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/stac3dl-config.cmake" "${PROJECT_BINARY_DIR}/stac3dl-config-version.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/stac3dl_parts.cmake" "${CMAKE_CURRENT_LIST_DIR}/stac3dl_compiled.cmake"
  DESTINATION "${package_dir}")
