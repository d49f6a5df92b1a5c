#include "config/origins.h"

#include <fmt/format.h>

namespace gatehouse::config {
namespace {

// Whether `path` names `above` or something in it.
bool is_below(std::string_view path, std::string_view above) {
  if (!path.starts_with(above)) return false;
  if (path.size() == above.size() || above.empty()) return true;
  return path[above.size()] == '.' || path[above.size()] == '[';
}

// Calls `see` with each entry at or below `path`. What lies between in the order ("listen_on"
// between "listen" and "listen[0]") is passed over.
template <class Map, class See>
void each_below(Map& map, std::string_view path, const See& see) {
  for (auto at = map.lower_bound(path); at != map.end() && at->first.starts_with(path);) {
    const auto here = at++;
    if (is_below(here->first, path)) see(here);
  }
}

}  // namespace

std::string Origin::text() const {
  switch (source) {
    case Source::default_: return "default";
    case Source::api: return "api";
    case Source::flag:
    case Source::environment: return said;
    case Source::file: break;
  }
  return place.line == 0 ? place.file : fmt::format("{}:{}", place.file, place.line);
}

std::string field_path(std::string_view parent, std::string_view field) {
  return parent.empty() ? std::string(field) : fmt::format("{}.{}", parent, field);
}

std::string entry_path(std::string_view parent, std::string_view key) {
  std::string path(parent);
  path += ".\"";
  for (const char c : key) {
    if (c == '"' || c == '\\') path += '\\';
    path += c;
  }
  path += '"';
  return path;
}

std::string element_path(std::string_view parent, std::size_t index) {
  return fmt::format("{}[{}]", parent, index);
}

std::string_view parent_path(std::string_view path) {
  std::size_t end = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (quoted && path[i] == '\\') {
      ++i;
    } else if (path[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && (path[i] == '.' || path[i] == '[')) {
      end = i;
    }
  }
  return path.substr(0, end);
}

const Origin& Origins::of(std::string_view path) const {
  for (; !path.empty(); path = parent_path(path)) {
    const auto found = by_path_.find(path);
    if (found != by_path_.end()) return found->second;
  }
  return default_;
}

void Origins::erase(std::string_view path) {
  each_below(by_path_, path, [this](auto at) { by_path_.erase(at); });
}

void Origins::take(std::string_view path, Origins& from) {
  each_below(from.by_path_, path, [&](auto at) {
    auto put = by_path_.insert(from.by_path_.extract(at));
    if (!put.inserted) put.position->second = std::move(put.node.mapped());
  });
}

}  // namespace gatehouse::config
