#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::certs {

// What one file of a copy holds, as PEM.
enum class Part : unsigned char { certificate, chain, fullchain, key, combined };
std::string_view part_text(Part part);
// Whether it has the private key.
constexpr bool holds_key(Part part) { return part == Part::key || part == Part::combined; }

// A certificate that is kept current as files for other software.
struct Copy {
  struct File {
    Part part;
    std::filesystem::path path;  // absolute; each once
    friend bool operator==(const File&, const File&) = default;
  };

  std::string name;
  std::string certificate;  // see Selector::parse(); empty: the default identity
  std::vector<File> files;  // one at least
  std::string owner = "root";
  std::string group;             // empty: the owner's
  unsigned mode = 0600;          // of files that hold the key; others have 0644
  std::vector<std::string> run;  // empty: nothing is run
  std::chrono::milliseconds timeout = std::chrono::seconds{30};
  friend bool operator==(const Copy&, const Copy&) = default;
};

}  // namespace gatehouse::certs
