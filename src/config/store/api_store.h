#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace gatehouse::config {

// One state that the configuration had.
struct Revision {
  std::uint64_t number = 0;
  std::string when;  // RFC 3339
  std::string who;   // "root (uid 0)", "file /etc/gatehouse/gatehouse.yaml"
  std::string why;
  std::vector<std::string> summary;  // the plan's lines
};

// What the API made of the configuration, as YAML with its Revision in comments before it, so that
// each file is a configuration that a person can read and use:
//
//   config/api.yaml          in force; its replacement is the moment of a change
//   config/history-42.yaml   the newest kMost states, also of changes that came by a file
//
// All of it blocks on the disk: control thread only.
class ApiStore {
 public:
  static constexpr std::size_t kMost = 100;

  // Opens nothing yet: the state folder is made with the first change.
  explicit ApiStore(std::filesystem::path state) : state_(std::move(state)) {}

  struct Kept {
    Revision revision;
    std::string yaml;
  };
  // What is in force; nothing before the first change. Errors: the folder or a file in it can be
  // read by others, or not by us; `invalid`: the file is damaged.
  Result<std::optional<Kept>> current() const;

  // Durable when it returns; after an error what was in force still is.
  Result<Ok> keep(const Revision& revision, const std::string& yaml);

  // Newest first; without those that never came into force.
  Result<std::vector<Revision>> history() const;
  // Errors: not_found.
  Result<Kept> at(std::uint64_t number) const;

 private:
  std::vector<std::uint64_t> numbers() const;
  void forget_old_ones() const;

  std::filesystem::path state_;
};

// The text of a kept state, and back; for tests and fuzzing.
std::string revision_text(const Revision& revision, const std::string& yaml);
Result<ApiStore::Kept> parse_revision(std::string_view text);

}  // namespace gatehouse::config
