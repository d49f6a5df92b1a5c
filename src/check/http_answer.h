#pragma once

#include <span>
#include <string>

#include "check/report.h"

namespace gatehouse::check {

// Reads the head of an answer from its first bytes; the content is never read. At most 32 KiB, and
// at most a few interim answers (1xx) before the one that counts.
class AnswerReader {
 public:
  static constexpr std::size_t kMostBytes = 32 * 1024;

  // Room for the next bytes; empty when enough was read.
  std::span<char> room();
  // `bytes` of room() have been filled; 0: the server's end. True when result() is there.
  bool take(std::size_t bytes);
  const HttpResult& result() const { return result_; }

 private:
  bool parse();
  bool end(HttpResult result);

  std::string buffer_ = std::string(kMostBytes, '\0');
  std::size_t size_ = 0;
  int interim_ = 0;
  HttpResult result_ = std::unexpected(NoAnswer());
};

}  // namespace gatehouse::check
