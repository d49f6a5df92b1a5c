#include "config/field_path.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "config/origins.h"

namespace gatehouse::config {
namespace {

// "site" of "sites", "copy" of "copies".
std::string singular(std::string_view map) {
  if (map.ends_with("ies")) return fmt::format("{}y", map.substr(0, map.size() - 3));
  return std::string(map.substr(0, map.size() - 1));
}

}  // namespace

std::string FieldPath::text() const {
  const std::string before = parent_ == nullptr ? "" : parent_->text();
  if (const auto* key = std::get_if<Key>(&step_)) return entry_path(before, key->key);
  if (const auto* item = std::get_if<Item>(&step_)) return element_path(before, item->index);
  if (const auto* field = std::get_if<Field>(&step_)) return field_path(before, field->name);
  return before;
}

// Entries of `sites`, `bindings`, `listeners` and `copies` are called by the singular and their
// key.
std::string FieldPath::subject() const {
  for (const FieldPath* at = this; at->parent_ != nullptr; at = at->parent_) {
    const auto* key = std::get_if<Key>(&at->step_);
    const auto* map = std::get_if<Field>(&at->parent_->step_);
    if (key == nullptr || map == nullptr) continue;
    return fmt::format("{} `{}`", singular(map->name), printable(key->key));
  }
  const std::string whole = text();
  return whole.empty() ? "" : fmt::format("`{}`", whole);
}

}  // namespace gatehouse::config
