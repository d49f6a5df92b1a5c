#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <string>
#include <string_view>
#include <vector>

#include "api/messages.h"

namespace gatehouse::config {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Where in a configuration something stands: its path, and how a sentence says it.
struct Where {
  std::string path{};
  std::string words{};  // "site `files.example.com`", "`timeouts`"; empty at the top
  std::string above{};  // the same of what it is in

  Where field(const FieldDescriptor& field) const;
  Where entry(const FieldDescriptor& map, std::string_view key) const;
  Where element(const FieldDescriptor& list, std::size_t index) const;
  // " in site `files.example.com`"; " at the top of the configuration".
  std::string in() const;
};

const api::FieldNote& note_of(const FieldDescriptor& field);
const api::MessageNote& note_of(const Descriptor& type);

// The field that a scalar or list in the message's place means, if it has one.
const FieldDescriptor* shorthand_of(const Descriptor& type);

// "`a`, `b` and `c`"
std::string names_of_fields(const Descriptor& type);
// "`modern`, `intermediate` or `compatible`"
std::string values_of(const FieldDescriptor& field);

// The names of all fields below the type that hold secrets.
std::vector<std::string> secret_fields(const Descriptor& type);

// What a value of the field is: "a list of texts", "one whole number", "true or false".
std::string kind_of(const FieldDescriptor& field);
// The same of one element of it.
std::string kind_of_one(const FieldDescriptor& field);
// "write `listen: [":443"]`", from the field's example; else what it holds.
std::string how_to_write(const FieldDescriptor& field);
// The same for a field that has no value.
std::string how_to_fill(const FieldDescriptor& field);
// Where in a configuration a setting of this name belongs: "a site or a route"; empty: nowhere.
std::string homes_of(std::string_view name);

}  // namespace gatehouse::config
