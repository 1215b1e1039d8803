# libuv: Debian ships no CMake package for it (or one that names static libraries).
# Makes the imported target LibUv::uv.
find_path(LibUv_INCLUDE_DIR uv.h)
find_library(LibUv_LIBRARY uv)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibUv REQUIRED_VARS LibUv_LIBRARY LibUv_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run third_party/install.sh")
if(LibUv_FOUND AND NOT TARGET LibUv::uv)
  add_library(LibUv::uv UNKNOWN IMPORTED)
  set_target_properties(LibUv::uv PROPERTIES
    IMPORTED_LOCATION ${LibUv_LIBRARY}
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${LibUv_INCLUDE_DIR}
    INTERFACE_INCLUDE_DIRECTORIES ${LibUv_INCLUDE_DIR})
endif()
mark_as_advanced(LibUv_INCLUDE_DIR LibUv_LIBRARY)
