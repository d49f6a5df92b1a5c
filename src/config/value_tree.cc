#include "config/value_tree.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/document_words.h"
#include "config/yaml_text.h"

namespace gatehouse::config {
namespace {

using google::protobuf::Reflection;
using Kind = ValueTree::Kind;

ValueTree text_scalar(const std::string& text, const FieldDescriptor& field) {
  return {.text = text, .is_text = true, .secret = note_of(field).secret()};
}

ValueTree scalar(const Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return text_scalar(reflection.GetString(message, &field), field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return {.text = reflection.GetBool(message, &field) ? "true" : "false"};
    case FieldDescriptor::CPPTYPE_INT32:
      return {.text = fmt::to_string(reflection.GetInt32(message, &field))};
    case FieldDescriptor::CPPTYPE_UINT32:
      return {.text = fmt::to_string(reflection.GetUInt32(message, &field))};
    case FieldDescriptor::CPPTYPE_UINT64:
      return {.text = fmt::to_string(reflection.GetUInt64(message, &field))};
    default: return {.text = "null"};  // no field has another type
  }
}

class TreeMaker {
 public:
  explicit TreeMaker(bool shortened) : shortened_(shortened) {}

  ValueTree make(const Message& message) const {
    std::vector<const FieldDescriptor*> set;
    message.GetReflection()->ListFields(message, &set);
    ValueTree tree{.kind = Kind::map, .of_message = true};
    for (const FieldDescriptor* field : set) {
      tree.entries.push_back(named(field->name(), field_tree(message, *field)));
    }
    const FieldDescriptor* alone = shorthand_of(*message.GetDescriptor());
    if (shortened_ && alone != nullptr && set.size() == 1 && set.front() == alone) {
      return without_list(named("", std::move(tree.entries.front())));
    }
    return tree;
  }

 private:
  static ValueTree named(const std::string& key, ValueTree tree) {
    tree.key = key;
    return tree;
  }

  static ValueTree without_list(ValueTree tree) {
    const bool one = tree.kind == Kind::list && tree.items.size() == 1;
    if (!one) return tree;
    ValueTree only = std::move(tree.items.front());
    return only;
  }

  ValueTree field_tree(const Message& message, const FieldDescriptor& field) const {
    if (field.is_map()) return map(message, field);
    if (field.is_repeated()) return list(message, field);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return make(message.GetReflection()->GetMessage(message, &field));
    }
    return scalar(message, field);
  }

  ValueTree list(const Message& message, const FieldDescriptor& field) const {
    const Reflection& reflection = *message.GetReflection();
    ValueTree tree{.kind = Kind::list};
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const bool texts = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
      tree.items.push_back(
          texts ? text_scalar(reflection.GetRepeatedString(message, &field, i), field)
                : make(reflection.GetRepeatedMessage(message, &field, i)));
    }
    return tree;
  }

  // Keys of maps are texts, their values messages.
  ValueTree map(const Message& message, const FieldDescriptor& field) const {
    const Reflection& reflection = *message.GetReflection();
    ValueTree tree{.kind = Kind::map};
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, &field, i);
      const Reflection& of_entry = *entry.GetReflection();
      tree.entries.push_back(
          named(of_entry.GetString(entry, field.message_type()->map_key()),
                make(of_entry.GetMessage(entry, field.message_type()->map_value()))));
    }
    std::ranges::sort(tree.entries, {}, &ValueTree::key);
    return tree;
  }

  bool shortened_;
};

}  // namespace

ValueTree value_tree(const Message& message) { return TreeMaker(false).make(message); }
ValueTree short_value_tree(const Message& message) { return TreeMaker(true).make(message); }

std::string flow_text(const ValueTree& tree) {
  if (tree.kind == Kind::scalar) {
    const std::string shown = tree.secret ? "***" : tree.text;
    return tree.is_text ? yaml_scalar(shown) : shown;
  }
  std::vector<std::string> parts;
  for (const ValueTree& item : tree.items) parts.push_back(flow_text(item));
  for (const ValueTree& entry : tree.entries) {
    parts.push_back(fmt::format("{}: {}", yaml_key(entry.key), flow_text(entry)));
  }
  const std::string inside = fmt::format("{}", fmt::join(parts, ", "));
  return tree.kind == Kind::list ? "[" + inside + "]" : "{" + inside + "}";
}

}  // namespace gatehouse::config
