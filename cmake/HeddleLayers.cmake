# layer(NAME DEPS layer... EXTERNAL target...)
#
# Makes the static library of the folder that calls it, from every *.cc in it (headers alone make an interface
# library). NAME is the folder's path from the root (lib/dtab); the target is the same with '_' for '/' (lib_dtab).
# DEPS are the layers whose headers it may include, directly or through one of them; EXTERNAL are third-party targets.
#
# The declared edges are written to layers.txt in the build folder, where tests/layering/check_layers.py holds every
# #include of the tree against them.
function(layer NAME)
  cmake_parse_arguments(ARG "" "" "DEPS;EXTERNAL" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "layer(${NAME}): unexpected ${ARG_UNPARSED_ARGUMENTS}; use DEPS and EXTERNAL")
  endif()
  if(NOT "${CMAKE_SOURCE_DIR}/${NAME}" STREQUAL "${CMAKE_CURRENT_SOURCE_DIR}")
    message(FATAL_ERROR "layer(${NAME}) is called in ${CMAKE_CURRENT_SOURCE_DIR}: a layer is its folder")
  endif()
  string(REPLACE "/" "_" target ${NAME})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  set(dep_targets "")
  foreach(dep ${ARG_DEPS})
    string(REPLACE "/" "_" dep_target ${dep})
    list(APPEND dep_targets ${dep_target})
  endforeach()
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
    target_compile_options(${target} PRIVATE ${HEDDLE_WARNINGS})
    target_link_libraries(${target} PUBLIC ${dep_targets} ${ARG_EXTERNAL})
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${dep_targets} ${ARG_EXTERNAL})
  endif()
  string(JOIN " " deps ${ARG_DEPS})
  set_property(GLOBAL APPEND_STRING PROPERTY HEDDLE_LAYERS "${NAME}: ${deps}\n")
endfunction()

# program(NAME SOURCES file... DEPS layer... EXTERNAL target...): an executable in build/<preset>/bin. Its sources are
# the composition root: they may include every layer of their block.
function(program NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;EXTERNAL" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_include_directories(${NAME} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${NAME} PRIVATE ${HEDDLE_WARNINGS})
  foreach(dep ${ARG_DEPS})
    string(REPLACE "/" "_" dep_target ${dep})
    target_link_libraries(${NAME} PRIVATE ${dep_target})
  endforeach()
  target_link_libraries(${NAME} PRIVATE ${ARG_EXTERNAL})
endfunction()

# unit_test(NAME DEPS layer... EXTERNAL target...): a Catch2 program of every *.cc in the folder that calls it,
# registered with CTest as one test.
function(unit_test NAME)
  cmake_parse_arguments(ARG "" "" "DEPS;EXTERNAL" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  add_executable(${NAME} ${sources})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  use_test_options(${NAME})
  target_precompile_headers(${NAME} REUSE_FROM catch_main)
  foreach(dep ${ARG_DEPS})
    string(REPLACE "/" "_" dep_target ${dep})
    target_link_libraries(${NAME} PRIVATE ${dep_target})
  endforeach()
  target_link_libraries(${NAME} PRIVATE catch_main ${ARG_EXTERNAL})
  add_test(NAME ${NAME} COMMAND ${NAME})
  set_tests_properties(${NAME} PROPERTIES TIMEOUT 120)
endfunction()

function(write_layer_map FILE)
  get_property(layers GLOBAL PROPERTY HEDDLE_LAYERS)
  file(WRITE ${FILE} "${layers}")
endfunction()
