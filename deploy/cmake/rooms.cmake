# A room is a folder with one purpose and one library. It sees its own headers and those of the
# rooms that it names in USES (and what these use), nothing else: each room has an include root of
# its own that holds only itself, so an include of a room above is a compile error.
#
#   chimera_room(agents/claims SOURCES reference.cpp USES agents/evidence/facts LIBRARIES fmt::fmt)

add_library(chimera_flags INTERFACE)
target_compile_options(chimera_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Werror
  # libstdc++ 12 calls its own deprecated get_temporary_buffer from std::stable_sort.
  -Wno-deprecated-declarations)

function(chimera_room room)
  cmake_parse_arguments(R "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" target "${room}")
  set(root "${CMAKE_BINARY_DIR}/roots/${target}")
  get_filename_component(above "${root}/${room}" DIRECTORY)
  file(MAKE_DIRECTORY "${above}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${room}" "${root}/${room}" SYMBOLIC)
  list(TRANSFORM R_SOURCES PREPEND "${CMAKE_SOURCE_DIR}/${room}/")
  list(TRANSFORM R_USES REPLACE "/" "_")
  if(R_SOURCES)
    add_library(${target} STATIC ${R_SOURCES})
    target_include_directories(${target} PUBLIC "${root}")
    target_link_libraries(${target} PUBLIC ${R_USES} PRIVATE ${R_LIBRARIES} chimera_flags)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${root}")
    target_link_libraries(${target} INTERFACE ${R_USES})
  endif()
endfunction()

# chimera_test(agents/claims SOURCES reference_test.cpp USES agents/claims): one test binary per
# room that links that room alone; ctest runs it under the room's name.
function(chimera_test room)
  cmake_parse_arguments(T "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" target "test_${room}")
  list(TRANSFORM T_USES REPLACE "/" "_")
  add_executable(${target} ${T_SOURCES})
  target_link_libraries(${target} PRIVATE ${T_USES} ${T_LIBRARIES} chimera_test_main chimera_flags)
  add_test(NAME ${room} COMMAND ${target})
  # Properties try the same cases in each run; RC_PARAMS= PROGRAM tries others.
  set_tests_properties(${room} PROPERTIES ENVIRONMENT "RC_PARAMS=seed=1")
endfunction()
