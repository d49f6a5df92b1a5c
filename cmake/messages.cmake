# The messages of api/ as C++, in a library of their own without our warnings.
find_program(GATEHOUSE_PROTOC protoc REQUIRED)
find_library(GATEHOUSE_PROTOBUF NAMES libprotobuf.a protobuf REQUIRED)

set(gatehouse_messages_out ${CMAKE_BINARY_DIR}/messages)
file(MAKE_DIRECTORY ${gatehouse_messages_out})
file(GLOB gatehouse_protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/api/gatehouse/v1/*.proto)
set(gatehouse_message_sources "")
foreach(proto IN LISTS gatehouse_protos)
  get_filename_component(name ${proto} NAME_WE)
  list(APPEND gatehouse_message_sources ${gatehouse_messages_out}/gatehouse/v1/${name}.pb.cc)
endforeach()
string(REPLACE ".pb.cc" ".pb.h" gatehouse_message_headers "${gatehouse_message_sources}")
add_custom_command(OUTPUT ${gatehouse_message_sources} ${gatehouse_message_headers}
  COMMAND ${GATEHOUSE_PROTOC} -I${CMAKE_SOURCE_DIR}/api --cpp_out=${gatehouse_messages_out}
          ${gatehouse_protos}
  DEPENDS ${gatehouse_protos} VERBATIM)
add_library(gatehouse_messages STATIC ${gatehouse_message_sources} ${gatehouse_message_headers})
target_include_directories(gatehouse_messages SYSTEM PUBLIC ${gatehouse_messages_out})
target_link_libraries(gatehouse_messages PUBLIC ${GATEHOUSE_PROTOBUF} Threads::Threads)
target_compile_options(gatehouse_messages PRIVATE -fPIE -w)
if(GATEHOUSE_SANITIZE)
  target_compile_options(gatehouse_messages PRIVATE -fsanitize=${GATEHOUSE_SANITIZE})
endif()
