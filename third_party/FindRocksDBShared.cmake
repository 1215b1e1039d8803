# RocksDB: Debian ships no CMake package for it (or one that names static libraries).
# Makes the imported target RocksDB::shared.
find_path(RocksDBShared_INCLUDE_DIR rocksdb/db.h)
find_library(RocksDBShared_LIBRARY rocksdb)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RocksDBShared REQUIRED_VARS RocksDBShared_LIBRARY RocksDBShared_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run third_party/install.sh")
if(RocksDBShared_FOUND AND NOT TARGET RocksDB::shared)
  add_library(RocksDB::shared UNKNOWN IMPORTED)
  set_target_properties(RocksDB::shared PROPERTIES
    IMPORTED_LOCATION ${RocksDBShared_LIBRARY}
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${RocksDBShared_INCLUDE_DIR}
    INTERFACE_INCLUDE_DIRECTORIES ${RocksDBShared_INCLUDE_DIR})
endif()
mark_as_advanced(RocksDBShared_INCLUDE_DIR RocksDBShared_LIBRARY)
