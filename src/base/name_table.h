#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/server_name.h"

namespace gatehouse {

// Maps server names to values; the ONE way in which the server name of a handshake and the Host of
// a request are looked up. Immutable once it is shared. Lookups never allocate and never block.
template <class Value>
class NameTable {
 public:
  void set(const NamePattern& pattern, Value value) {
    auto& table = pattern.wildcard() ? wildcards_ : exact_;
    table.insert_or_assign(pattern.base().text(), std::move(value));
  }
  void set_default(Value value) { default_ = std::move(value); }

  // The exact name, else the wildcard one label up, else the default, else nullptr.
  const Value* find(const ServerName& name) const {
    if (const Value* named = find_named(name)) return named;
    return find_default();
  }

  // The same without the default.
  const Value* find_named(const ServerName& name) const {
    const std::string_view text = name.text();
    if (const auto it = exact_.find(text); it != exact_.end()) return &it->second;
    if (wildcards_.empty() || name.is_address()) return nullptr;
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const auto it = wildcards_.find(text.substr(dot + 1));
    return it == wildcards_.end() ? nullptr : &it->second;
  }

  // For clients that send no name at all.
  const Value* find_default() const { return default_ ? &*default_ : nullptr; }

  bool empty() const { return exact_.empty() && wildcards_.empty() && !default_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Table = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  Table exact_;
  Table wildcards_;
  std::optional<Value> default_;
};

}  // namespace gatehouse
