#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/server_name.h"
#include "base/shared_table.h"

namespace gatehouse {

// Maps server names to values; the ONE way in which the server name of a handshake and the Host of
// a request are looked up. Immutable once it is shared or copied; a copy shares what it does not
// change. Lookups never allocate and never block.
template <class Value>
class NameTable {
 public:
  void set(const NamePattern& pattern, Value value) {
    table_of(pattern).set(pattern.base().text(), std::move(value));
  }
  void erase(const NamePattern& pattern) { table_of(pattern).erase(pattern.base().text()); }
  void set_default(Value value) { default_ = std::move(value); }
  void clear_default() { default_.reset(); }

  // The exact name, else the wildcard one label up, else the default, else nullptr.
  const Value* find(const ServerName& name) const {
    if (const Value* named = find_named(name)) return named;
    return find_default();
  }

  // The same without the default.
  const Value* find_named(const ServerName& name) const {
    const std::string_view text = name.text();
    if (const Value* exact = exact_.find(text)) return exact;
    if (wildcards_.empty() || name.is_address()) return nullptr;
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return nullptr;
    return wildcards_.find(text.substr(dot + 1));
  }

  // For clients that send no name at all.
  const Value* find_default() const { return default_ ? &*default_ : nullptr; }

  bool empty() const { return exact_.empty() && wildcards_.empty() && !default_; }

 private:
  SharedTable<Value>& table_of(const NamePattern& pattern) {
    return pattern.wildcard() ? wildcards_ : exact_;
  }

  SharedTable<Value> exact_;
  SharedTable<Value> wildcards_;
  std::optional<Value> default_;
};

}  // namespace gatehouse
