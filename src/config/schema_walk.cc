#include "config/schema_walk.h"

#include <algorithm>

namespace gatehouse::config {
namespace {

void visit(const Descriptor& type, std::vector<const Descriptor*>& seen) {
  if (std::ranges::find(seen, &type) != seen.end()) return;
  seen.push_back(&type);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->is_map()) field = field->message_type()->map_value();
    if (field->message_type() != nullptr) visit(*field->message_type(), seen);
  }
}

}  // namespace

std::vector<const Descriptor*> types_of_the_configuration() {
  std::vector<const Descriptor*> types;
  visit(*api::Configuration::descriptor(), types);
  return types;
}

std::string sample_of(const FieldDescriptor& field) {
  const api::FieldNote& note = note_of(field);
  if (!note.example().empty()) return note.example();
  if (!note.default_().empty()) return note.default_();
  return note.values_size() > 0 ? note.values(0) : "";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    auto end = text.rfind(' ', width);
    if (end == std::string_view::npos) end = std::min(text.find(' '), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!text.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace gatehouse::config
