#pragma once

#include <filesystem>

#include "base/result.h"
#include "io/fd.h"

namespace gatehouse::kv::sqlite {

// The right of one process to write to a store, until it is destroyed or the process ends. It rests
// in a file of its own, FILE.lock, which names the process: to open and close the database itself
// beside SQLite would drop SQLite's locks (POSIX locks belong to the process).
class WriterLock {
 public:
  // Does not wait. Errors: `conflict`: another process has it, and which.
  static Result<WriterLock> take(const std::filesystem::path& file);

 private:
  explicit WriterLock(io::Fd held) : held_(std::move(held)) {}

  io::Fd held_;
};

// Whether the folder (0700) and the files of the store that are there (0600) are ours alone.
Result<Ok> check_private(const std::filesystem::path& file);

// Makes the file, empty and private, where it is missing, and its name durable.
Result<Ok> make_private(const std::filesystem::path& file);

// Makes the names in the folder of `file` durable.
Result<Ok> synchronize_folder(const std::filesystem::path& file);

}  // namespace gatehouse::kv::sqlite
