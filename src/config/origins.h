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
  Place place{};       // of a file
  std::string said{};  // of a flag or variable: "--listen"

  // "/etc/gatehouse/gatehouse.yaml:7", "api", "--listen", "default"
  std::string text() const;
};

// The origin of each value that was given, by its path: `sites."files.example.com".upstreams[0]`.
// Keys of maps stand in quotes. What has no entry has that of its nearest parent.
class Origins {
 public:
  void set(std::string path, Origin origin) {
    by_path_.insert_or_assign(std::move(path), std::move(origin));
  }
  const Origin& of(std::string_view path) const;
  const std::map<std::string, Origin, std::less<>>& all() const { return by_path_; }

 private:
  std::map<std::string, Origin, std::less<>> by_path_;
};

}  // namespace gatehouse::config
