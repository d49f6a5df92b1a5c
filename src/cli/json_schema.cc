#include <nlohmann/json.hpp>

#include "cli/schema_text.h"
#include "config/document_words.h"

namespace gatehouse::cli {
namespace {

using Json = nlohmann::ordered_json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

class SchemaWriter {
 public:
  std::string write() {
    Json schema;
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
    schema["title"] = "gatehouse configuration";
    schema.update(object(*api::Configuration::descriptor()));
    schema["$defs"] = std::move(definitions_);
    return schema.dump(2) + "\n";
  }

 private:
  static Json reference(const Descriptor& message) {
    return {{"$ref", "#/$defs/" + message.name()}};
  }

  Json object(const Descriptor& message) {
    Json made{{"type", "object"},
              {"description", config::note_of(message).doc()},
              {"additionalProperties", false}};
    Json& properties = made["properties"] = Json::object();
    for (int i = 0; i < message.field_count(); ++i) {
      properties[message.field(i)->name()] = field(*message.field(i));
    }
    return made;
  }

  // A definition of its own; a shorthand is an alternative to the object.
  Json message(const Descriptor& of) {
    if (definitions_.contains(of.name())) return reference(of);
    definitions_[of.name()] = nullptr;  // it may hold itself
    Json made = object(of);
    if (const FieldDescriptor* shorthand = config::shorthand_of(of)) {
      Json all = Json::array({made, field(*shorthand)});
      if (shorthand->is_repeated()) all.push_back(scalar(*shorthand));
      made = Json{{"anyOf", std::move(all)}};
    }
    definitions_[of.name()] = std::move(made);
    return reference(of);
  }

  Json field(const FieldDescriptor& of) {
    Json made;
    if (of.is_map()) {
      made = {{"type", "object"}, {"additionalProperties", value(*of.message_type()->map_value())}};
    } else if (of.is_repeated()) {
      made = {{"type", "array"}, {"items", value(of)}};
    } else {
      made = value(of);
    }
    made["description"] = config::note_of(of).doc();
    return made;
  }

  Json value(const FieldDescriptor& of) {
    return of.message_type() != nullptr ? message(*of.message_type()) : scalar(of);
  }

  static Json scalar(const FieldDescriptor& of) {
    Json made;
    switch (of.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL: made["type"] = "boolean"; break;
      case FieldDescriptor::CPPTYPE_STRING: made["type"] = "string"; break;
      default: made["type"] = "integer"; break;
    }
    const auto& values = config::note_of(of).values();
    if (!values.empty()) made["enum"] = std::vector<std::string>(values.begin(), values.end());
    return made;
  }

  Json definitions_ = Json::object();
};

}  // namespace

std::string json_schema() { return SchemaWriter().write(); }

}  // namespace gatehouse::cli
