#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/h1_body.h"
#include "io/fd.h"

namespace gatehouse::cli {

using Until = std::chrono::steady_clock::time_point;

// One request of HTTP/1.1 on a Unix socket and its answer, blocking until a point in time.
class ApiConnection {
 public:
  static Result<ApiConnection> open(const std::string& path, Until until);

  struct Asked {
    std::string_view method;  // POST
    std::string_view target;
    std::string_view content_type;
    std::string_view content;
    std::chrono::milliseconds timeout{0};  // of the call; 0: none is told
  };
  Result<Ok> send(const Asked& asked, Until until);

  struct Head {
    std::uint16_t status = 0;
    std::string content_type;
  };
  Result<Head> read_head(Until until);
  // Some more content of the answer; nothing at its end.
  Result<std::optional<std::string>> read_some(Until until);
  // The rest of it, at most `most` bytes.
  Result<std::string> read_all(std::size_t most, Until until);

  int fd() const { return fd_.get(); }
  // Something is there that read_some() returns without waiting.
  bool has_input() const { return !in_.empty(); }

 private:
  ApiConnection(io::Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<Ok> wait_for(short events, Until until) const;
  // False at the end.
  Result<bool> receive(Until until);
  std::unexpected<Error> left_early() const;

  io::Fd fd_;
  std::string path_;
  std::string in_;
  http::BodyDecoder decoder_;
};

// A sentence for an errno of connect().
Error cannot_reach(const std::string& path, int error);

}  // namespace gatehouse::cli
