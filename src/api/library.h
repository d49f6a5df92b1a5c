#pragma once

namespace gatehouse::api {

// protobuf writes to stderr what it thinks of a message; what is wrong with one is said by those
// who read it. To be called once, where a program begins.
void keep_protobuf_silent();

}  // namespace gatehouse::api
