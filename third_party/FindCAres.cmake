# c-ares: Debian ships no CMake package for it (or one that names static libraries).
# Makes the imported target CAres::cares.
find_path(CAres_INCLUDE_DIR ares.h)
find_library(CAres_LIBRARY cares)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAres REQUIRED_VARS CAres_LIBRARY CAres_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run third_party/install.sh")
if(CAres_FOUND AND NOT TARGET CAres::cares)
  add_library(CAres::cares UNKNOWN IMPORTED)
  set_target_properties(CAres::cares PROPERTIES
    IMPORTED_LOCATION ${CAres_LIBRARY}
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${CAres_INCLUDE_DIR}
    INTERFACE_INCLUDE_DIRECTORIES ${CAres_INCLUDE_DIR})
endif()
mark_as_advanced(CAres_INCLUDE_DIR CAres_LIBRARY)
