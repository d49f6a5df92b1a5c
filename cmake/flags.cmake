# One interface library that every target of ours links: warnings, hardening, sanitizers.
add_library(gatehouse_flags INTERFACE)
target_compile_options(gatehouse_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  -fPIE -fstack-protector-strong -fno-plt
  "SHELL:-Xclang -fno-pch-timestamp")
# Out of bounds in a container is an end with a message, never a read.
target_compile_definitions(gatehouse_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_include_directories(gatehouse_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT GATEHOUSE_SANITIZE)
  target_compile_definitions(gatehouse_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(GATEHOUSE_SANITIZE)
  target_compile_options(gatehouse_flags INTERFACE
    -fsanitize=${GATEHOUSE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gatehouse_flags INTERFACE -fsanitize=${GATEHOUSE_SANITIZE})
endif()
if(GATEHOUSE_FUZZ)
  target_compile_options(gatehouse_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(GATEHOUSE_LTO)
  # The cache lets the program and the unit tests share what was optimised once.
  target_compile_options(gatehouse_flags INTERFACE -flto=thin)
  target_link_options(gatehouse_flags INTERFACE -flto=thin
    -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/lto)
endif()
# AWS-LC's symbols stay inside: another libssl in the process would otherwise call into it.
# A sanitizer's runtime is an archive too, and its malloc must be seen by every library.
set(gatehouse_hidden ALL)
if(GATEHOUSE_SANITIZE)
  set(gatehouse_hidden libssl.a:libcrypto.a)
endif()
target_link_options(gatehouse_flags INTERFACE
  -pie -fuse-ld=lld -Wl,-z,relro,-z,now -Wl,--exclude-libs,${gatehouse_hidden})
