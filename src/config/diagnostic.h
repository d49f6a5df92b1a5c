#pragma once

#include <string>
#include <vector>

namespace gatehouse::config {

// A place in a file, from 1; line 0: not in a file.
struct Place {
  std::string file;
  unsigned line = 0;
  unsigned column = 0;
};

enum class Severity : unsigned char { error, warning };

// One thing that is wrong with a configuration.
struct Diagnostic {
  std::string code;  // GH2107; `gatehouse explain` knows each
  Severity severity = Severity::error;
  std::string message;  // unknown field `upstrem` in site `files.example.com`
  Place place{};
  std::string text{};   // the line itself; empty where it could hold a secret
  unsigned length = 0;  // columns that are marked
  std::string hint{};   // did you mean `upstreams`?
};

using Diagnostics = std::vector<Diagnostic>;

bool has_errors(const Diagnostics& diagnostics);

// As interfaces.md shows it: several lines for each, ending with a newline.
std::string render(const Diagnostics& diagnostics, bool colour = false);

}  // namespace gatehouse::config
