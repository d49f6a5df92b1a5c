#pragma once

#include <array>
#include <string_view>

#include "cli/check_command.h"

namespace gatehouse::cli {

// The rows of `gatehouse check` in the table of flags; `Flag` is the table's type.
template <class Flag>
constexpr std::array<Flag, 4> check_flags() {
  return {
      Flag{"--trust", "FILE",
           "Believe the CAs of this PEM file too, as clients do that were made to trust them.",
           [](CheckCommand& check, std::string_view text) { return add_trust(check, text); }, true},
      Flag{"--connect", "ADDRESS",
           "Dial this address instead of what the name resolves to: 192.0.2.7, 192.0.2.7:8443, "
           "[2001:db8::7]:443, unix:/path.",
           [](CheckCommand& check, std::string_view text) { return set_connect(check, text); }},
      Flag{"--http-port", "PORT",
           "Look for HTTP without TLS at this port; 80 unless said, for a site on port 443.",
           [](CheckCommand& check, std::string_view text) { return set_http_port(check, text); }},
      Flag{"--json", "", "Say it as one line of JSON.",
           [](CheckCommand& check, std::string_view) -> Result<Ok> {
             check.json = true;
             return Ok{};
           }},
  };
}

}  // namespace gatehouse::cli
