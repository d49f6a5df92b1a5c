#pragma once

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/client_commands.h"
#include "cli/surroundings.h"

namespace gatehouse::cli {

Result<int> show_logs(const ShowLogs& logs, const Surroundings& around);

// Lines of a file that grows, and that is moved away and made anew.
class GrowingFile {
 public:
  using TakeLine = std::function<void(const std::string& line)>;

  // Errors: not_found, not_permitted, failed.
  static Result<GrowingFile> open(std::filesystem::path path);

  // Every whole line that has not been taken yet; begins the new file, once the old one is read to
  // its end.
  void take(const TakeLine& line);
  // Leaves out all but the last `bytes` of the file.
  void skip_to_last(std::uint64_t bytes);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  using FilePtr = std::unique_ptr<std::FILE, Closer>;
  GrowingFile(std::filesystem::path path, FilePtr file)
      : path_(std::move(path)), file_(std::move(file)) {}
  void take_rest(const TakeLine& line);
  bool replaced() const;

  std::filesystem::path path_;
  FilePtr file_;
  std::string begun_;  // of a line whose end is not there yet
};

}  // namespace gatehouse::cli
