#include "api/messages.h"

#include <google/protobuf/descriptor.h>

#include <gtest/gtest.h>

namespace gatehouse::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The messages that a configuration is made of, each once.
void visit(const Descriptor* message, std::vector<const Descriptor*>& seen) {
  if (std::ranges::find(seen, message) != seen.end()) return;
  seen.push_back(message);
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* of = message->field(i);
    if (of->is_map()) of = of->message_type()->map_value();
    if (of->message_type() != nullptr) visit(of->message_type(), seen);
  }
}

TEST(Messages, every_field_of_the_configuration_says_what_it_is) {
  std::vector<const Descriptor*> messages;
  visit(Configuration::descriptor(), messages);
  EXPECT_GE(messages.size(), 12u);
  for (const Descriptor* message : messages) {
    EXPECT_FALSE(message->options().GetExtension(v1::message).doc().empty())
        << message->full_name();
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* one = message->field(i);
      EXPECT_FALSE(one->options().GetExtension(v1::field).doc().empty()) << one->full_name();
    }
  }
}

TEST(Messages, a_shorthand_names_a_field_of_its_message) {
  std::vector<const Descriptor*> messages;
  visit(Configuration::descriptor(), messages);
  for (const Descriptor* message : messages) {
    const std::string& shorthand = message->options().GetExtension(v1::message).shorthand();
    if (shorthand.empty()) continue;
    EXPECT_NE(message->FindFieldByName(shorthand), nullptr) << message->full_name();
  }
}

}  // namespace
}  // namespace gatehouse::api
