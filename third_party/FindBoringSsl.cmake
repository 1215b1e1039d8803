# BoringSSL as Debian packages it for Android's tools: headers and libraries in folders of their own, so that they do
# not meet OpenSSL's. Linked by full path, with a run path to the folder. Makes the imported target BoringSsl::ssl.
find_path(BoringSsl_INCLUDE_DIR openssl/base.h PATHS /usr/include/android NO_DEFAULT_PATH)
find_library(BoringSsl_SSL_LIBRARY ssl PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/android NO_DEFAULT_PATH)
find_library(BoringSsl_CRYPTO_LIBRARY crypto PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/android NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BoringSsl REQUIRED_VARS BoringSsl_SSL_LIBRARY BoringSsl_CRYPTO_LIBRARY
  BoringSsl_INCLUDE_DIR REASON_FAILURE_MESSAGE "run third_party/install.sh")
if(BoringSsl_FOUND AND NOT TARGET BoringSsl::ssl)
  get_filename_component(_boringssl_dir ${BoringSsl_SSL_LIBRARY} DIRECTORY)
  add_library(BoringSsl::ssl INTERFACE IMPORTED)
  set_target_properties(BoringSsl::ssl PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${BoringSsl_INCLUDE_DIR}
    INTERFACE_INCLUDE_DIRECTORIES ${BoringSsl_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES "${BoringSsl_SSL_LIBRARY};${BoringSsl_CRYPTO_LIBRARY}"
    INTERFACE_LINK_OPTIONS "LINKER:-rpath,${_boringssl_dir}")
endif()
mark_as_advanced(BoringSsl_INCLUDE_DIR BoringSsl_SSL_LIBRARY BoringSsl_CRYPTO_LIBRARY)
