# HEDDLE_PRECOMPILE: layers read the headers of the standard library and of Abseil that most of them include from one
# precompiled header: half of the time that a small source takes to compile. The presets have it on.
option(HEDDLE_PRECOMPILE "compile common headers once for all layers; GCC" OFF)
if(HEDDLE_PRECOMPILE AND NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(HEDDLE_PRECOMPILE OFF)
endif()

if(HEDDLE_PRECOMPILE)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/precompiled.cc CONTENT "#include \"cmake/precompiled.h\"\n")
  add_library(precompiled STATIC ${CMAKE_BINARY_DIR}/generated/precompiled.cc)
  target_include_directories(precompiled PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(precompiled PRIVATE absl::flat_hash_map absl::status absl::statusor absl::strings)
  target_compile_options(precompiled PRIVATE ${HEDDLE_WARNINGS})
  keep_precompiled(precompiled)
  target_precompile_headers(precompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h)
endif()
