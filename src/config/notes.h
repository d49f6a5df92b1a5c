#pragma once

#include <google/protobuf/descriptor.h>

#include "api/messages.h"

namespace gatehouse::config {

// What the schema says of its fields and messages.
inline const api::FieldNote& note(const google::protobuf::FieldDescriptor& field) {
  return field.options().GetExtension(api::field);
}
inline const api::MessageNote& note(const google::protobuf::Descriptor& message) {
  return message.options().GetExtension(api::message);
}

// The field that a scalar or list in the message's place means; nullptr: there is none.
inline const google::protobuf::FieldDescriptor* shorthand(
    const google::protobuf::Descriptor& message) {
  return message.FindFieldByName(note(message).shorthand());
}

}  // namespace gatehouse::config
