#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/diagnostic.h"

namespace gatehouse::config {

// Who set a value.
struct Origin {
  enum class Source : unsigned char { default_, file, api, flag, environment };
  Source source = Source::default_;
  Place place{};        // of a file
  std::string said{};   // of a flag or variable: "--listen"
  unsigned length = 0;  // columns that the value takes in its line
  bool hidden = false;  // came from ${...} or is a secret: a message must not say the value

  // "/etc/gatehouse/gatehouse.yaml:7", "api", "--listen", "default"
  std::string text() const;
};

// Paths of values. Keys of maps stand in quotes, with \ before a quote and before a backslash.
std::string field_path(std::string_view parent, std::string_view field);  // sites
std::string entry_path(std::string_view parent, std::string_view key);    // sites."a.example"
std::string element_path(std::string_view parent, std::size_t index);     // listen[0]
// Empty for the path of a field at the top.
std::string_view parent_path(std::string_view path);

// The origin of each value that was given, by its path: `sites."files.example.com".upstreams[0]`.
class Origins {
 public:
  void set(std::string path, Origin origin) {
    by_path_.insert_or_assign(std::move(path), std::move(origin));
  }
  // What has no entry has that of its nearest parent; nothing at all: the default.
  const Origin& of(std::string_view path) const;
  // Whether this very value was given. Tells an empty list or a false that was written from one
  // that was not.
  bool given(std::string_view path) const { return by_path_.contains(path); }
  // Forgets the path and everything below it.
  void erase(std::string_view path);
  // Moves here what `from` says about the path and everything below it.
  void take(std::string_view path, Origins& from);
  const std::map<std::string, Origin, std::less<>>& all() const { return by_path_; }

 private:
  std::map<std::string, Origin, std::less<>> by_path_;
  Origin default_;
};

}  // namespace gatehouse::config
