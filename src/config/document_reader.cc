#include "config/document_reader.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.h"
#include "config/document_scalar.h"
#include "config/visible.h"

namespace gatehouse::config {
namespace {

// A path is stored for each value; a name is a part of many.
constexpr std::size_t kLongestName = 255;

bool is_collection(const Node& node) {
  return node.kind == Node::Kind::list || node.kind == Node::Kind::map;
}

std::string_view kind_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::list: return "a list";
    case Node::Kind::map: return "a map";
    default: return "a single value";
  }
}

bool has_control_character(std::string_view text) { return visible(text) != text; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// What whoever wrote an unknown name had in mind, as far as it can be told.
std::string meant_by(std::string_view name, const std::vector<std::string_view>& known,
                     const Descriptor& type) {
  if (const auto near = nearest(lower(name), known))
    return fmt::format("did you mean `{}`?", *near);
  const std::string_view before = name.substr(0, name.find(':'));
  if (before.size() < name.size() && std::ranges::find(known, before) != known.end()) {
    return fmt::format("write a blank behind the `:` of `{}`", before);
  }
  const std::string home = homes_of(name);
  if (!home.empty()) return fmt::format("it is a setting of {}", home);
  return "the names there are: " + names_of_fields(type);
}

}  // namespace

bool DocumentReader::is_name(const Node& name, const Where& where) {
  const auto refuse = [&](std::string_view code, std::string message, std::string hint) {
    sink_.error(std::string(code), span(name), std::move(message), std::move(hint));
    return false;
  };
  if (name.kind == Node::Kind::refused) return false;
  if (is_collection(name)) {
    return refuse("GH2105",
                  fmt::format("{} stands in the place of a name{}", kind_of(name), where.in()),
                  "write `name: value`; put text that begins with [ or { in quotes");
  }
  if (name.kind == Node::Kind::nothing || name.text.empty()) {
    return refuse("GH2105", "a name is missing before `:`" + where.in(), "write `name: value`");
  }
  if (name.plain && name.text == "<<") {
    return refuse("GH2008", "`<<` merges another map into this one" + where.in(),
                  "merging is not done inside a file: write the settings themselves");
  }
  if (name.text.size() > kLongestName) {
    return refuse("GH2105", "a name is longer than 255 characters" + where.in(), "");
  }
  if (has_control_character(name.text)) {
    return refuse("GH2105", "a name holds a line end or another control character" + where.in(),
                  "");
  }
  if (name.text.find("${") != std::string::npos) {
    return refuse("GH2105", fmt::format("the name {} cannot come from elsewhere", cited(name.text)),
                  "${...} stands in values only: write the name itself");
  }
  return true;
}

template <class Use>
void DocumentReader::each_entry(const Node& map, const Where& where, const Use& use) {
  std::map<std::string_view, const Node*> seen;
  for (std::size_t i = 0; i + 1 < map.children.size(); i += 2) {
    const Node& name = map.children[i];
    if (!is_name(name, where)) continue;
    const auto [first, fresh] = seen.emplace(name.text, &name);
    if (fresh) {
      const bool last = i + 2 >= map.children.size();
      use(Entry{name, map.children[i + 1], last ? nullptr : &map.children[i + 2]});
      continue;
    }
    sink_.error("GH2104", span(name),
                fmt::format("{} stands a second time{}", cited(name.text), where.in()),
                fmt::format("the first is in line {}: keep one of the two",
                            text_.line_at(first->second->offset)));
  }
}

void DocumentReader::read_fields(const Node& map, Message& message, const Where& where) {
  each_entry(map, where, [&](const Entry& entry) {
    const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(entry.name.text);
    if (field == nullptr) return unknown_field(entry.name, *message.GetDescriptor(), where);
    read_field(entry, {message, *field}, where.field(*field));
  });
}

void DocumentReader::unknown_field(const Node& name, const Descriptor& type, const Where& where) {
  std::vector<std::string_view> known;
  for (int i = 0; i < type.field_count(); ++i) known.push_back(type.field(i)->name());
  sink_.error("GH2107", span(name), fmt::format("unknown field {}{}", cited(name.text), where.in()),
              meant_by(name.text, known, type));
}

void DocumentReader::read_field(const Entry& entry, Target to, const Where& where) {
  if (note_of(to.field).secret()) hide(entry);
  if (!has_value(entry)) return no_value(entry, where, how_to_fill(to.field));
  read_value(entry, to, where);
}

void DocumentReader::read_value(const Entry& entry, Target to, const Where& where) {
  if (to.field.is_map()) return read_entries(entry, to, where);
  if (to.field.is_repeated()) return read_list(entry, to, where);
  read_element(entry, to, where);
}

// One value: of a field that is no list, of a map's entry, of a list.
void DocumentReader::read_element(const Entry& entry, Target to, const Where& where) {
  if (to.field.message_type() == nullptr) return read_scalar(entry, to, where);
  const auto* reflection = to.message.GetReflection();
  Message* const message = to.field.is_repeated()
                               ? reflection->AddMessage(&to.message, &to.field)
                               : reflection->MutableMessage(&to.message, &to.field);
  read_message(entry, *message, where);
}

void DocumentReader::read_message(const Entry& entry, Message& message, const Where& where) {
  note(where.path, entry.name);
  if (entry.value.kind == Node::Kind::map) return read_fields(entry.value, message, where);
  const FieldDescriptor* shorthand = shorthand_of(*message.GetDescriptor());
  if (shorthand != nullptr) {
    return read_value(entry, {message, *shorthand}, where.field(*shorthand));
  }
  sink_.error(
      "GH2108", span(entry),
      fmt::format("{} is a map of settings, and here stands {}", where.words, kind_of(entry.value)),
      "its settings are " + names_of_fields(*message.GetDescriptor()));
}

void DocumentReader::read_entries(const Entry& entry, Target to, const Where& where) {
  if (entry.value.kind != Node::Kind::map) return wrong_kind(entry, to.field, where);
  note(where.path, entry.name);
  const FieldDescriptor& value_field = *to.field.message_type()->map_value();
  each_entry(entry.value, where, [&](const Entry& one) {
    const Where here = where.entry(to.field, one.name.text);
    if (!has_value(one)) {
      return no_value(one, here, "write its settings below it, or remove it");
    }
    Message* const pair = to.message.GetReflection()->AddMessage(&to.message, &to.field);
    pair->GetReflection()->SetString(pair, to.field.message_type()->map_key(), one.name.text);
    read_element(one, {*pair, value_field}, here);
  });
}

void DocumentReader::read_list(const Entry& entry, Target to, const Where& where) {
  const Node& value = entry.value;
  if (value.kind == Node::Kind::map) return wrong_kind(entry, to.field, where);
  note(where.path, value.flow || value.kind == Node::Kind::scalar ? value : entry.name);
  if (value.kind == Node::Kind::scalar) {
    if (to.field.message_type() != nullptr) return wrong_kind(entry, to.field, where);
    return read_scalar(entry, to, {.path = element_path(where.path, 0), .words = where.words});
  }
  std::size_t index = 0;
  for (const Node& one : value.children) {
    const Where here = where.element(to.field, index++);
    const Entry element{one, one};
    if (has_value(element)) {
      read_element(element, to, here);
    } else if (one.kind != Node::Kind::refused) {
      sink_.error("GH2106", span_of_empty(one), here.words + " has no value",
                  "write a value there, or remove the element");
    }
  }
}

void DocumentReader::read_scalar(const Entry& entry, Target to, const Where& where) {
  if (entry.value.kind != Node::Kind::scalar) {
    sink_.error("GH2108", span(entry),
                fmt::format("{} is {}, and here stands {}", where.words, kind_of_one(to.field),
                            kind_of(entry.value)),
                to.field.is_repeated() ? "write each element as one text" : how_to_write(to.field));
    return;
  }
  const auto value = substitute(entry.value);
  if (!value) return;
  const Scalar scalar{.text = value->text,
                      .words = where.words,
                      .plain = entry.value.plain || value->any,
                      .came_from_elsewhere = value->any};
  note(where.path, entry.value, value->any || note_of(to.field).secret());
  const auto trouble = put_scalar(scalar, to.field, to.message);
  if (trouble) sink_.error(trouble->code, span(entry.value), trouble->message, trouble->hint);
}

std::optional<Substituted> DocumentReader::substitute(const Node& value) {
  if (value.text.find("${") == std::string::npos)
    return Substituted{.text = value.text, .troubles = {}};
  Substituted result = substitution_.apply(value.text, from_.may_read_files);
  for (const SubstitutionTrouble& one : result.troubles) {
    sink_.error(one.code, find_in(value, one.reference), one.message, one.hint);
  }
  if (!result.troubles.empty()) return std::nullopt;
  return result;
}

Span DocumentReader::find_in(const Node& value, std::string_view reference) const {
  const Span whole = span(value);
  const auto at = text_.text().substr(whole.offset, whole.size).find(reference);
  if (at == std::string_view::npos) return whole;
  return {.offset = whole.offset + at, .size = reference.size()};
}

bool DocumentReader::has_value(const Entry& entry) {
  return entry.value.kind != Node::Kind::nothing && entry.value.kind != Node::Kind::refused;
}

void DocumentReader::no_value(const Entry& entry, const Where& where, std::string hint) {
  if (entry.value.kind == Node::Kind::refused) return;
  sink_.error("GH2106", span(entry), where.words + " has no value", std::move(hint));
}

// The parser places an empty element where the next part of the text begins.
Span DocumentReader::span_of_empty(const Node& element) const {
  const std::string_view rest = text_.text().substr(std::min(element.offset, text_.text().size()));
  if (rest.starts_with('~') || lower(rest.substr(0, 4)) == "null") return span(element);
  for (unsigned line = text_.line_at(element.offset); line > 0; --line) {
    const std::string_view text = text_.line(line);
    const auto dash = text.find_first_not_of(' ');
    if (dash == std::string_view::npos || text[dash] != '-') continue;
    const std::size_t offset = text_.begin_of_line(line) + dash;
    if (offset < element.offset) return {.offset = offset, .size = 1};
  }
  return span(element);
}

void DocumentReader::wrong_kind(const Entry& entry, const FieldDescriptor& field,
                                const Where& where) {
  const bool lacks_dash =
      field.is_repeated() && !field.is_map() && entry.value.kind == Node::Kind::map;
  sink_.error("GH2108", span(entry),
              fmt::format("{} is {}, and here stands {}", where.words, config::kind_of(field),
                          kind_of(entry.value)),
              lacks_dash ? "begin each element with `- `" : how_to_write(field));
}

void DocumentReader::hide(const Entry& entry) {
  const unsigned first = text_.line_at(entry.name.offset);
  const unsigned next =
      entry.next == nullptr ? text_.lines() + 1 : text_.line_at(entry.next->offset);
  text_.hide(first, std::max(first, next - 1));
}

void DocumentReader::note(const std::string& path, const Node& node, bool hidden) {
  const Span at = span(node);
  Origin origin{.source = from_.source, .length = sink_.columns(at), .hidden = hidden};
  origin.place = sink_.place(at);
  origins_.set(path, std::move(origin));
}

Span DocumentReader::span(const Entry& entry) const {
  const bool in_line = entry.value.kind == Node::Kind::scalar || entry.value.flow;
  return span(in_line ? entry.value : entry.name);
}

}  // namespace gatehouse::config
