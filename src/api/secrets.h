#pragma once

#include <google/protobuf/message.h>

namespace gatehouse::api {

// Overwrites the texts and bytes of every field that is marked as secret, at any depth, and leaves
// them empty. Copies that were made of them before are others' to wipe.
void wipe_secrets(google::protobuf::Message& message);

}  // namespace gatehouse::api
