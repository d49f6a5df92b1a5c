# One interface library that every target of ours links: warnings, hardening, sanitizers.
add_library(gatehouse_flags INTERFACE)
target_compile_options(gatehouse_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  -fstack-protector-strong -fno-plt)
target_include_directories(gatehouse_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT GATEHOUSE_SANITIZE)
  target_compile_definitions(gatehouse_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(GATEHOUSE_SANITIZE)
  target_compile_options(gatehouse_flags INTERFACE
    -fsanitize=${GATEHOUSE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(gatehouse_flags INTERFACE -fsanitize=${GATEHOUSE_SANITIZE})
endif()
if(GATEHOUSE_FUZZ)
  target_compile_options(gatehouse_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
# The TLS library's symbols stay inside, or another libcrypto in the process would meet them. A
# sanitizer's runtime is a static library as well and must be seen by the shared ones (libfmt would
# allocate with one allocator and we would free with another).
set(gatehouse_hidden_libraries ALL)
if(GATEHOUSE_SANITIZE)
  set(gatehouse_hidden_libraries libcrypto.a:libssl.a)
endif()
target_link_options(gatehouse_flags INTERFACE
  -fuse-ld=lld -Wl,-z,relro,-z,now -Wl,--exclude-libs,${gatehouse_hidden_libraries})
