#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "http/h1_body.h"

namespace gatehouse::certs {

// Reads the answer to a GET of a small file: a head of at most 32 KiB, then content up to a bound.
class FileAnswer {
 public:
  struct Answer {
    std::uint16_t status = 0;
    std::string location;  // as the server sent it
    std::string content;   // of 200 only
  };
  // A predicate about the server: "sent more than 64 KiB".
  using Outcome = std::expected<Answer, std::string>;

  explicit FileAnswer(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Room for the next bytes; never empty before the end.
  std::span<char> room();
  // `bytes` of room() have been filled; 0: the server's end. True when outcome() is there.
  bool take(std::size_t bytes);
  const Outcome& outcome() const { return outcome_; }

 private:
  bool parse_head();
  bool take_content(std::span<char> bytes);
  bool closed();
  bool end() {
    outcome_ = std::move(answer_);
    return true;
  }
  bool give_up(std::string what) {
    outcome_ = std::unexpected(std::move(what));
    return true;
  }

  std::size_t most_bytes_;
  std::string buffer_ = std::string(http::HeadLimits{}.bytes, '\0');
  std::size_t size_ = 0;  // of the head, as far as it is here
  http::HeadProgress progress_;
  int interim_ = 0;
  bool in_content_ = false;
  http::BodyDecoder decoder_;
  Answer answer_;
  Outcome outcome_{std::unexpect};
};

}  // namespace gatehouse::certs
