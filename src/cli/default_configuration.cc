#include <fmt/format.h>

#include "cli/help.h"
#include "cli/schema_text.h"
#include "config/document_words.h"
#include "config/yaml_text.h"

namespace gatehouse::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kWidth = 90;

constexpr std::string_view kHead =
    R"(## The configuration of gatehouse, with every setting explained.
## Without the first # a line takes effect. What stands there is the default, or an example.
## gatehouse config validate checks this file, gatehouse reload takes it over.

version: 1
)";

// The first key of an example: {files.example.com: ...}, {":443": ...}.
std::string key_of(std::string_view example) {
  example.remove_prefix(std::min(example.size(), example.find_first_not_of("{ ")));
  const bool in_quotes = example.starts_with('"');
  return std::string(in_quotes ? example.substr(0, example.find('"', 1) + 1)
                               : example.substr(0, example.find(": ")));
}

// A default may be told in words; then the example stands there.
bool is_value(std::string_view text) {
  return !text.empty() && text.find(' ') == std::string_view::npos;
}

class DefaultWriter {
 public:
  std::string write() {
    const Descriptor& all = *api::Configuration::descriptor();
    for (int i = 0; i < all.field_count(); ++i) {
      if (all.field(i)->name() == "version") continue;
      out_ += "\n";
      entry(*all.field(i), "", "");
    }
    return std::string(kHead) + out_;
  }

 private:
  // Comments and settings, each line behind a # that takes it out of force.
  void line(const std::string& text) { out_ += "#" + text + "\n"; }

  void comment(const FieldDescriptor& field, const std::string& indent) {
    const api::FieldNote& note = config::note_of(field);
    std::string text = note.doc();
    if (!note.values().empty()) {
      text += fmt::format(" One of {}.", fmt::join(note.values(), ", "));
    }
    if (!note.default_().empty()) text += fmt::format(" Default: {}.", note.default_());
    std::string_view rest = text;
    const std::string broken = wrapped(rest, 0, kWidth - indent.size() - 3);
    rest = broken;
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(one.size() + 1);
      line(fmt::format("{}# {}", indent, one));
    }
  }

  // `first` stands before the key, `indent` before everything below.
  void entry(const FieldDescriptor& field, const std::string& first, const std::string& indent) {
    comment(field, indent);
    const std::string name = first + field.name() + ":";
    if (field.is_map()) {
      line(name);
      line(fmt::format("{}  {}:", indent, key_of(config::note_of(field).example())));
      fields(*field.message_type()->map_value()->message_type(), indent + "    ");
    } else if (field.message_type() == nullptr || !config::note_of(field).example().empty()) {
      line(fmt::format("{} {}", name, value(field)));
    } else {
      line(name);
      fields(*field.message_type(), indent + "  ");
    }
  }

  void fields(const Descriptor& message, const std::string& indent) {
    for (int i = 0; i < message.field_count(); ++i) entry(*message.field(i), indent, indent);
  }

  static std::string value(const FieldDescriptor& field) {
    const api::FieldNote& note = config::note_of(field);
    if (!is_value(note.default_())) return example(field);
    const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const std::string text = is_text ? config::yaml_scalar(note.default_()) : note.default_();
    return field.is_repeated() ? fmt::format("[{}]", text) : text;
  }

  static std::string example(const FieldDescriptor& field) {
    const api::FieldNote& note = config::note_of(field);
    if (!note.example().empty()) return note.example();
    if (!note.values().empty()) return note.values(0);
    return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? "\"\"" : "1";
  }

  std::string out_;
};

}  // namespace

std::string default_configuration() { return DefaultWriter().write(); }

}  // namespace gatehouse::cli
