#pragma once

#include <string>
#include <vector>

namespace gatehouse::config {

// A place in a file, from 1; line 0: not in a file, or the file as a whole. Columns count
// characters.
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

// Several lines for each diagnostic, ending with a newline, and an empty line between two:
//
//     error[GH2107]: unknown field `upstrem` in site `files.example.com`
//       --> /etc/gatehouse/conf.d/10-files.yaml:7:5
//        7 |     upstrem: http://127.0.0.1:8080
//          |     ^^^^^^^ did you mean `upstreams`?
std::string render(const Diagnostics& diagnostics, bool colour = false);

// The first error in one line, for logs: `/etc/gatehouse/gatehouse.yaml:7:5: unknown field
// `upstrem` in site `files.example.com` (did you mean `upstreams`?); and 2 more errors`. Empty
// without one.
std::string one_line(const Diagnostics& diagnostics);

}  // namespace gatehouse::config
