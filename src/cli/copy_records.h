#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace gatehouse::cli {

// What came of the last time that a copy was looked at and something was to be done.
struct CopyRecord {
  std::string name;
  std::string when;                  // RFC 3339
  std::string certificate;           // its SHA-256
  std::string standing;              // of certs::standing(), afterwards
  std::vector<std::string> changed;  // paths
  std::string command;               // as words with spaces; empty: none
  int status = 0;                    // of the command
  std::string output;                // of the command, its end
  std::string error;                 // a sentence; empty: it succeeded

  bool succeeded() const { return error.empty(); }
  friend bool operator==(const CopyRecord&, const CopyRecord&) = default;
};

// Blocks on the disk. A record that cannot be read is none.
std::optional<CopyRecord> read_copy_record(const std::filesystem::path& folder,
                                           const std::string& name);
std::vector<CopyRecord> read_copy_records(const std::filesystem::path& folder);
Result<Ok> write_copy_record(const std::filesystem::path& folder, const CopyRecord& record);

std::string to_json(const CopyRecord& record);

}  // namespace gatehouse::cli
