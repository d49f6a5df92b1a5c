# AWS-LC, static, from the prefix that tools/aws_lc.sh prints and builds where it is missing.
set(GATEHOUSE_AWS_LC "" CACHE PATH "Prefix of a static AWS-LC build: include/ and lib/")
if(NOT EXISTS ${GATEHOUSE_AWS_LC}/lib/libssl.a)
  message(FATAL_ERROR "GATEHOUSE_AWS_LC=${GATEHOUSE_AWS_LC} holds no AWS-LC. `make build` builds it; "
    "by hand: GATEHOUSE_AWS_LC=$(tools/aws_lc.sh) cmake --preset release")
endif()
add_library(aws_lc::crypto STATIC IMPORTED)
set_target_properties(aws_lc::crypto PROPERTIES
  IMPORTED_LOCATION ${GATEHOUSE_AWS_LC}/lib/libcrypto.a
  INTERFACE_INCLUDE_DIRECTORIES ${GATEHOUSE_AWS_LC}/include
  INTERFACE_LINK_LIBRARIES Threads::Threads)
add_library(aws_lc::ssl STATIC IMPORTED)
set_target_properties(aws_lc::ssl PROPERTIES
  IMPORTED_LOCATION ${GATEHOUSE_AWS_LC}/lib/libssl.a
  INTERFACE_INCLUDE_DIRECTORIES ${GATEHOUSE_AWS_LC}/include
  INTERFACE_LINK_LIBRARIES aws_lc::crypto)
