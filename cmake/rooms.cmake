# One static library per room of layers.txt, linked exactly to what its row names.
# In a room: *.cc is the room, *_test.cc its unit tests (one executable per room, run by ctest),
# *_fuzz.cc is a fuzz target each, main.cc is the program; testing/ holds helpers of its tests and
# of those above (headers, or *.cc compiled into this room's tests). Sub-rooms are rooms of their own.

include(GoogleTest)
find_package(GTest REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)

# Static where Debian has the archive, so that the program runs where c-ares is not installed.
find_library(GATEHOUSE_CARES NAMES libcares.a cares REQUIRED)

# Of HTTP/2.
find_library(GATEHOUSE_NGHTTP2 NAMES libnghttp2.a nghttp2 REQUIRED)

# The same for the control plane's.
find_library(GATEHOUSE_YAML_CPP NAMES libyaml-cpp.a yaml-cpp REQUIRED)

# The store's.
find_library(GATEHOUSE_SQLITE NAMES libsqlite3.a sqlite3 REQUIRED)

# The keys of its passphrases.
find_library(GATEHOUSE_ARGON2 NAMES libargon2.a argon2 REQUIRED)

# Third-party libraries of a room: gatehouse_uses_<room with / as _>.
# Debian has no archive of fmt, but all of it is in the headers too.
set(gatehouse_fmt fmt::fmt)
if(GATEHOUSE_PORTABLE)
  set(gatehouse_fmt fmt::fmt-header-only)
endif()
set(gatehouse_uses_base ${gatehouse_fmt} Threads::Threads)
set(gatehouse_uses_io ${GATEHOUSE_CARES})
set(gatehouse_uses_crypto aws_lc::crypto)
set(gatehouse_uses_crypto_exchange aws_lc::crypto)
set(gatehouse_uses_http_h2 ${GATEHOUSE_NGHTTP2})
set(gatehouse_uses_tls aws_lc::ssl aws_lc::crypto)
set(gatehouse_uses_api gatehouse_messages)
set(gatehouse_uses_config ${GATEHOUSE_YAML_CPP})
set(gatehouse_uses_certs_store ${GATEHOUSE_ARGON2} Threads::Threads)
set(gatehouse_uses_kv_sqlite ${GATEHOUSE_SQLITE} m ${CMAKE_DL_LIBS})

# Sets gatehouse_rooms, and gatehouse_knows_<room> for each.
function(gatehouse_read_layers file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} rows REGEX "^[a-z]")
  set(rooms "")
  foreach(row IN LISTS rows)
    string(REGEX MATCH "^([a-z0-9_/]+): *([^#]*)" _ "${row}")
    set(room ${CMAKE_MATCH_1})
    string(STRIP "${CMAKE_MATCH_2}" known)
    if(known STREQUAL "*")
      set(known ${rooms})
    else()
      separate_arguments(known UNIX_COMMAND "${known}")
    endif()
    list(APPEND rooms ${room})
    set(gatehouse_knows_${room} "${known}" PARENT_SCOPE)
  endforeach()
  set(gatehouse_rooms ${rooms} PARENT_SCOPE)
endfunction()

function(gatehouse_room_target room out)
  string(REPLACE "/" "_" name ${room})
  set(${out} gh_${name} PARENT_SCOPE)
endfunction()

# The headers that nearly every file reads, compiled once: `gh_headers` for rooms, `gh_test_headers`
# for unit tests; with the messages, which are a quarter of what such a file costs, for the rooms that
# know `api`.
function(gatehouse_add_headers)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/headers.cc CONTENT "")
  set(common <algorithm> <array> <chrono> <coroutine> <expected> <filesystem> <functional> <map>
    <memory> <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <variant>
    <vector> <fmt/format.h>)
  set(tests <gmock/gmock.h> <gtest/gtest.h>)
  set(messages ${gatehouse_message_headers})
  list(TRANSFORM messages REPLACE "^${gatehouse_messages_out}/(.*)$" "<\\1>")
  gatehouse_add_header_set(gh_headers "gatehouse_flags;${gatehouse_uses_base}" "${common}")
  gatehouse_add_header_set(gh_test_headers "gh_headers;GTest::gtest;GTest::gmock"
    "${common};${tests}")
  gatehouse_add_header_set(gh_api_headers "gh_headers;gatehouse_messages" "${common};${messages}")
  gatehouse_add_header_set(gh_api_test_headers "gh_test_headers;gatehouse_messages"
    "${common};${tests};${messages}")
  gatehouse_compile_test(gh_test_headers)
  gatehouse_compile_test(gh_api_test_headers)
endfunction()

# A unit test runs once, so time spent on optimising it is lost: half of what it takes to compile.
# In the release, sizes and calls are measured as they are with inlining.
function(gatehouse_compile_test target)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O0 -U_FORTIFY_SOURCE)
  endif()
endfunction()

function(gatehouse_add_header_set target links headers)
  add_library(${target} OBJECT ${CMAKE_BINARY_DIR}/headers.cc)
  target_link_libraries(${target} PUBLIC ${links})
  target_precompile_headers(${target} PRIVATE ${headers})
endfunction()

# `out` is the set that a room's files, or its tests with `kind` _test, start from.
function(gatehouse_room_headers room kind out)
  set(known ${room} ${gatehouse_knows_${room}})
  if("api" IN_LIST known)
    set(${out} gh_api${kind}_headers PARENT_SCOPE)
  else()
    set(${out} gh${kind}_headers PARENT_SCOPE)
  endif()
endfunction()

# What a room links: the flags, its third-party libraries, and the rooms of its row.
function(gatehouse_room_links room out)
  string(REPLACE "/" "_" name ${room})
  set(links gatehouse_flags ${gatehouse_uses_${name}})
  set(below ${gatehouse_knows_${room}})
  if(NOT room STREQUAL "base")
    list(PREPEND below base)
  endif()
  foreach(known IN LISTS below)
    gatehouse_room_target(${known} known_target)
    if(TARGET ${known_target})
      list(APPEND links ${known_target})
    endif()
  endforeach()
  set(${out} ${links} PARENT_SCOPE)
endfunction()

function(gatehouse_add_room_library target sources links headers)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC ${links})
    target_precompile_headers(${target} REUSE_FROM ${headers})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE ${links})
  endif()
endfunction()

# GATEHOUSE_TESTS_OF: the rooms whose tests are built, where that is not all of them. `unit_tests`
# builds every test there is.
function(gatehouse_add_room_tests name target tests headers)
  add_executable(${name}_test ${tests})
  target_link_libraries(${name}_test PRIVATE ${target} GTest::gtest_main GTest::gmock)
  target_precompile_headers(${name}_test REUSE_FROM ${headers})
  gatehouse_compile_test(${name}_test)
  gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 120)
  add_dependencies(unit_tests ${name}_test)
endfunction()

function(gatehouse_add_room_fuzzers target fuzzers)
  foreach(fuzzer IN LISTS fuzzers)
    get_filename_component(fuzz ${fuzzer} NAME_WE)
    add_executable(${fuzz} ${fuzzer})
    target_link_libraries(${fuzz} PRIVATE ${target})
    # libFuzzer refuses a program that counts nothing at all.
    target_compile_options(${fuzz} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${fuzz} PRIVATE -fsanitize=fuzzer)
    set_property(GLOBAL APPEND PROPERTY gatehouse_fuzzers ${fuzz})
  endforeach()
endfunction()

# The program is the one main.cc of the house, in app.
function(gatehouse_add_program target main)
  add_executable(gatehouse ${main})
  target_compile_definitions(${target} PUBLIC GATEHOUSE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(gatehouse PRIVATE ${target})
  target_precompile_headers(gatehouse REUSE_FROM gh_headers)
endfunction()

function(gatehouse_add_room room)
  file(GLOB all CONFIGURE_DEPENDS src/${room}/*.cc)
  if(NOT all AND NOT IS_DIRECTORY ${CMAKE_SOURCE_DIR}/src/${room})
    return()
  endif()
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cc$|/main\\.cc$")
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(tests)
    file(GLOB helpers CONFIGURE_DEPENDS src/${room}/testing/*.cc)
    list(APPEND tests ${helpers})
  endif()
  set(fuzzers ${all})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  set(main ${all})
  list(FILTER main INCLUDE REGEX "/app/main\\.cc$")

  gatehouse_room_target(${room} target)
  gatehouse_room_links(${room} links)
  gatehouse_room_headers(${room} "" headers)
  gatehouse_add_room_library(${target} "${sources}" "${links}" ${headers})
  if(main)
    gatehouse_add_program(${target} ${main})
  endif()
  if(GATEHOUSE_SANITIZE MATCHES address)
    gatehouse_add_room_fuzzers(${target} "${fuzzers}")
  endif()
  if(tests AND NOT GATEHOUSE_FUZZ AND (NOT GATEHOUSE_TESTS_OF OR room IN_LIST GATEHOUSE_TESTS_OF))
    string(REPLACE "/" "_" name ${room})
    gatehouse_room_headers(${room} _test headers)
    gatehouse_add_room_tests(${name} ${target} "${tests}" ${headers})
  endif()
endfunction()

# `fuzzers` builds every fuzz target; fuzzers.txt in the build folder names them.
function(gatehouse_list_fuzzers)
  get_property(fuzzers GLOBAL PROPERTY gatehouse_fuzzers)
  list(JOIN fuzzers "\n" lines)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/fuzzers.txt CONTENT "${lines}\n")
  add_custom_target(fuzzers DEPENDS ${fuzzers})
endfunction()

function(gatehouse_add_rooms)
  gatehouse_add_headers()
  add_custom_target(unit_tests)
  foreach(room IN LISTS gatehouse_rooms)
    gatehouse_add_room(${room})
  endforeach()
  gatehouse_list_fuzzers()
endfunction()
