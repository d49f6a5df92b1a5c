#include "api/secrets.h"

#include <cstring>
#include <string>
#include <vector>

#include "api/messages.h"

namespace gatehouse::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void wipe(std::string& text) {
  explicit_bzero(text.data(), text.size());
  text.clear();
}

// There is no reference to write to; those to read are of the message's own texts.
void wipe_texts(Message& message, const Reflection& reflection, const FieldDescriptor* field) {
  std::string unused;
  const auto wipe_text = [](const std::string& text) {
    wipe(const_cast<std::string&>(text));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  };
  if (!field->is_repeated()) {
    return wipe_text(reflection.GetStringReference(message, field, &unused));
  }
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    wipe_text(reflection.GetRepeatedStringReference(message, field, i, &unused));
  }
  reflection.ClearField(&message, field);
}

void wipe_below(Message& message, const Reflection& reflection, const FieldDescriptor* field) {
  if (!field->is_repeated()) return wipe_secrets(*reflection.MutableMessage(&message, field));
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    wipe_secrets(*reflection.MutableRepeatedMessage(&message, field, i));
  }
}

}  // namespace

void wipe_secrets(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      wipe_below(message, reflection, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
               field->options().GetExtension(api::field).secret()) {
      wipe_texts(message, reflection, field);
    }
  }
}

}  // namespace gatehouse::api
