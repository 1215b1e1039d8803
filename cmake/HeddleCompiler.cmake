# Compiler settings every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Only libraries that are used are loaded: start-up time and memory of the small programs.
add_link_options(LINKER:--as-needed)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports std::string concatenation as overlapping copies (GCC bug 105329).
  set(HEDDLE_WARNINGS -Wall -Wextra -Wpedantic -Wshadow=local -Wnon-virtual-dtor
      -Woverloaded-virtual -Wimplicit-fallthrough -Werror -Wno-restrict)
else()
  # Clang builds the fuzzers and nothing that ships: which warnings matter is GCC's to say.
  set(HEDDLE_WARNINGS -w)
endif()

# keep_precompiled(TARGET): what ccache needs to keep objects of a target that has a precompiled header.
function(keep_precompiled TARGET)
  target_compile_options(${TARGET} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  if(CCACHE)
    set_target_properties(${TARGET} PROPERTIES CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${CCACHE}")
  endif()
endfunction()

# use_test_options(TARGET): the options of test programs, which must be the same for all that share a precompiled header.
# Test code is not optimised: what it tests is.
function(use_test_options TARGET)
  target_compile_options(${TARGET} PRIVATE ${HEDDLE_WARNINGS} -O0)
  keep_precompiled(${TARGET})
endfunction()

# HEDDLE_SANITIZE: empty, "address" (with undefined behaviour) or "thread".
set(HEDDLE_SANITIZE "" CACHE STRING "sanitizer to build with: address, thread or none")
if(HEDDLE_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(HEDDLE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
elseif(NOT HEDDLE_SANITIZE STREQUAL "")
  message(FATAL_ERROR "HEDDLE_SANITIZE is '${HEDDLE_SANITIZE}': expected address, thread or nothing")
endif()
if(HEDDLE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Instrumented code makes GCC 12 see uninitialised members of every std::variant, and overflows in std::string.
  list(APPEND HEDDLE_WARNINGS -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds)
endif()

# HEDDLE_FUZZ: every layer is instrumented for libFuzzer, and tests/fuzz makes programs that search (preset fuzz).
option(HEDDLE_FUZZ "build the fuzzers with libFuzzer; needs Clang" OFF)
if(HEDDLE_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "HEDDLE_FUZZ needs Clang, whose libFuzzer it uses: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
