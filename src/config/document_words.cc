#include "config/document_words.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "config/origins.h"
#include "config/visible.h"

namespace gatehouse::config {
namespace {

// PlainHttp -> plain http
std::string words_of(const Descriptor& type) {
  std::string words;
  for (const char c : type.name()) {
    const bool capital = c >= 'A' && c <= 'Z';
    if (capital && !words.empty()) words += ' ';
    words += capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

std::string of(const std::string& words) { return words.empty() ? "" : " of " + words; }

// "a, b WORD c"
std::string joined(const std::vector<std::string>& names, std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? fmt::format(" {} ", word) : ", ";
    out += names[i];
  }
  return out;
}

// Calls `see` with each message of a configuration, once for each way to it, and how a sentence
// says it. `depth` ends the way where a message holds itself.
template <class See>
void each_home(const Descriptor& type, const std::string& words, const See& see, int depth = 8) {
  see(type, words);
  if (depth == 0) return;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const FieldDescriptor& value = field.is_map() ? *field.message_type()->map_value() : field;
    if (value.message_type() == nullptr) continue;
    const Descriptor& below = *value.message_type();
    each_home(below,
              field.is_repeated() ? "a " + words_of(below)
                                  : fmt::format("`{}`{}", field.name(), of(words)),
              see, depth - 1);
  }
}

}  // namespace

Where Where::field(const FieldDescriptor& field) const {
  return {.path = field_path(path, field.name()),
          .words = fmt::format("`{}`{}", field.name(), of(words)),
          .above = words};
}

Where Where::entry(const FieldDescriptor& map, std::string_view key) const {
  const Descriptor* type = map.message_type()->map_value()->message_type();
  return {.path = entry_path(path, key),
          .words = fmt::format("{} {}", type == nullptr ? "entry" : words_of(*type), cited(key)),
          .above = words};
}

Where Where::element(const FieldDescriptor& list, std::size_t index) const {
  const Descriptor* type = list.message_type();
  const std::string number = std::to_string(index + 1);
  return {.path = element_path(path, index),
          .words = type == nullptr ? fmt::format("element {} of {}", number, words)
                                   : fmt::format("{} {}{}", words_of(*type), number, of(above)),
          .above = words};
}

std::string Where::in() const {
  return words.empty() ? " at the top of the configuration" : " in " + words;
}

const api::FieldNote& note_of(const FieldDescriptor& field) {
  return field.options().GetExtension(api::field);
}

const api::MessageNote& note_of(const Descriptor& type) {
  return type.options().GetExtension(api::message);
}

const FieldDescriptor* shorthand_of(const Descriptor& type) {
  const std::string& name = note_of(type).shorthand();
  return name.empty() ? nullptr : type.FindFieldByName(name);
}

std::string names_of_fields(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(cited(type.field(i)->name()));
  return joined(names, "and");
}

std::string values_of(const FieldDescriptor& field) {
  std::vector<std::string> values;
  for (const std::string& value : note_of(field).values()) values.push_back(cited(value));
  return joined(values, "or");
}

std::vector<std::string> secret_fields(const Descriptor& type) {
  std::vector<std::string> names;
  each_home(type, "", [&names](const Descriptor& one, const std::string&) {
    for (int i = 0; i < one.field_count(); ++i) {
      if (note_of(*one.field(i)).secret()) names.push_back(one.field(i)->name());
    }
  });
  return names;
}

std::string kind_of(const FieldDescriptor& field) {
  if (field.is_map()) return "a map of names";
  if (field.is_repeated()) {
    return field.message_type() != nullptr ? "a list of maps" : "a list of texts";
  }
  return kind_of_one(field);
}

std::string kind_of_one(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: return "a map of settings";
    case FieldDescriptor::CPPTYPE_STRING: return "one text";
    case FieldDescriptor::CPPTYPE_BOOL: return "true or false";
    default: return "one whole number";
  }
}

std::string how_to_write(const FieldDescriptor& field) {
  const std::string& example = note_of(field).example();
  if (!example.empty()) return fmt::format("write `{}: {}`", field.name(), example);
  const bool holds_settings = field.message_type() != nullptr && !field.is_map();
  if (holds_settings) return "its settings are " + names_of_fields(*field.message_type());
  return note_of(field).values().empty() ? "" : "write " + values_of(field);
}

std::string how_to_fill(const FieldDescriptor& field) {
  const std::string how = how_to_write(field);
  if (how.starts_with("write ")) return how + ", or remove the name";
  const bool holds_settings = field.message_type() != nullptr;
  return holds_settings ? "write its settings below it, or remove the name"
                        : "write a value, or remove the name";
}

std::string homes_of(std::string_view name) {
  std::vector<std::string> homes;
  each_home(*api::Configuration::descriptor(), "", [&](const Descriptor& type, const auto& words) {
    const bool known = type.FindFieldByName(std::string(name)) != nullptr;
    const std::string home = words.empty() ? "the configuration itself, at the top" : words;
    if (known && std::ranges::find(homes, home) == homes.end()) homes.push_back(home);
  });
  constexpr std::size_t kMost = 4;
  if (homes.size() > kMost) homes.resize(kMost);
  return joined(homes, "or");
}

}  // namespace gatehouse::config
