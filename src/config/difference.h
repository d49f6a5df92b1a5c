#pragma once

#include <string>
#include <vector>

#include "api/messages.h"

namespace gatehouse::config {

// One value that differs, as a file would say it in one line (`[":443", ":8443"]`); empty: there is
// none. Secrets are ***, also where they differ.
struct Change {
  std::string path;  // sites."files.example.com".listen
  std::string before;
  std::string after;
  friend bool operator==(const Change&, const Change&) = default;
};

// What makes `after` of `before`, in the order of the paths. A list is one value. A site, binding
// or listener that comes or goes is a change of its own, without its parts.
std::vector<Change> difference(const api::Configuration& before, const api::Configuration& after);

// For people: "+ path: value", "- path: value", "~ path: before -> after", a line each.
std::string text(const std::vector<Change>& changes);

}  // namespace gatehouse::config
