#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::cli {

// A line of the access log as a person reads it:
//
//     16:40:03  200  GET files.example.com/x?y=1  192.0.2.7  12 ms  -> 127.0.0.1:3000
struct AccessLine {
  std::string host;  // without its port
  std::string text;  // one line, without a newline; harmless on a terminal

  // None when it is no line of an access log.
  static std::optional<AccessLine> parse(std::string_view json);
};

}  // namespace gatehouse::cli
