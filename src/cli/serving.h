#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace gatehouse::cli {

// What `run` tells when it serves.
struct Serving {
  struct Address {
    std::string url;      // https://127.0.0.1:8443
    std::string address;  // 127.0.0.1:8443
    bool tls = true;
    bool everywhere = false;  // every address of the machine: names of the certificate lead here
  };
  struct Certificate {
    std::vector<std::string> names;
    std::string issuer;  // common name
    WallTime not_after{};
    std::string sha256;  // lower-case hex
  };

  std::string version;
  std::vector<Address> addresses;
  std::vector<std::string> upstreams;        // http://127.0.0.1:3000; empty: the welcome page
  std::vector<std::string> sites{};          // https://files.example.com  ->  http://...
  std::vector<std::string> routes{};         // /api  ->  http://127.0.0.1:9000
  std::optional<Certificate> certificate{};  // none: only plain listeners
  std::string anchor;                        // file of the local CA's root; empty: not its child
  std::string trust_command;                 // makes this machine trust that root
  std::optional<std::string> metrics{};      // 127.0.0.1:9100
  long pid = 0;
  unsigned workers = 1;
};

// The command that makes this machine trust the local CA of a state folder, to be copied into a
// shell: it says which program and which folder, because sudo changes PATH and HOME.
std::string trust_command(std::string_view program, const std::filesystem::path& state);

// For a person, some lines.
std::string render_serving(const Serving& serving);
// For a program, one line; its fields are stable.
std::string render_serving_json(const Serving& serving);

}  // namespace gatehouse::cli
