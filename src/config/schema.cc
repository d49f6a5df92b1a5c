#include "config/schema.h"

#include <charconv>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/document_words.h"
#include "config/schema_walk.h"

namespace gatehouse::config {
namespace {

using Json = nlohmann::ordered_json;

bool is_text(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

std::string reference_to(const Descriptor& type) { return "#/$defs/" + type.name(); }

// One value of the field, whether it is a list or not.
Json one_value(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: return {{"$ref", reference_to(*field.message_type())}};
    case FieldDescriptor::CPPTYPE_BOOL: return {{"type", "boolean"}};
    case FieldDescriptor::CPPTYPE_STRING: break;
    default: return {{"type", "integer"}, {"minimum", 0}};
  }
  Json text{{"type", "string"}};
  for (const std::string& value : note_of(field).values()) text["enum"].push_back(value);
  return text;
}

// A list of texts may be a single text.
Json value_of(const FieldDescriptor& field) {
  if (field.is_map()) {
    return {{"type", "object"},
            {"additionalProperties", one_value(*field.message_type()->map_value())}};
  }
  if (!field.is_repeated()) return one_value(field);
  Json list{{"type", "array"}, {"items", one_value(field)}};
  if (!is_text(field)) return list;
  return {{"anyOf", Json::array({one_value(field), list})}};
}

// The default as a value; nothing where it is a sentence for people.
Json default_of(const FieldDescriptor& field) {
  const std::string& text = note_of(field).default_();
  if (text.empty() || text.find(' ') != std::string::npos) return {};
  if (field.is_repeated()) return Json::array({text});
  if (is_text(field)) return text;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return text == "true";
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc{} ? Json(number) : Json();
}

Json described(const FieldDescriptor& field) {
  Json value = value_of(field);
  std::string doc = note_of(field).doc();
  const Json standard = default_of(field);
  const std::string& in_words = note_of(field).default_();
  if (standard.is_null() && !in_words.empty()) doc += " Default: " + in_words + ".";
  value["description"] = doc;
  if (!standard.is_null()) value["default"] = standard;
  if (note_of(field).secret()) value["writeOnly"] = true;
  return value;
}

Json whole(const Descriptor& type) {
  Json properties = Json::object();
  for (int i = 0; i < type.field_count(); ++i) {
    properties[type.field(i)->name()] = described(*type.field(i));
  }
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

Json definition(const Descriptor& type) {
  Json made = whole(type);
  const FieldDescriptor* shorthand = shorthand_of(type);
  if (shorthand != nullptr) {
    made = Json{{"anyOf", Json::array({std::move(made), value_of(*shorthand)})}};
  }
  made["description"] = note_of(type).doc();
  return made;
}

}  // namespace

std::string json_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "Configuration of gatehouse"},
              {"$ref", reference_to(*api::Configuration::descriptor())}};
  for (const Descriptor* type : types_of_the_configuration()) {
    schema["$defs"][type->name()] = definition(*type);
  }
  return schema.dump(2) + "\n";
}

}  // namespace gatehouse::config
