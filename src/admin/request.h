#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace gatehouse::admin {

// How the messages of a call are written.
enum class Codec : unsigned char { json, binary };

// What is looked at of a request's head. Owns its texts, so that the buffer is free for the body.
struct Request {
  std::string method;
  std::string path;
  std::string content_type;
  std::string content_encoding;  // of the body or of a stream's messages
  std::string protocol_version;  // Connect-Protocol-Version
  std::string timeout;           // Connect-Timeout-Ms
  http::BodyLength body;
  bool keep_alive = true;
  bool expects_continue = false;
  bool http_1_0 = false;

  static Request from(const http::RequestHead& head);
};

// How long a client waits for a call at most, and what it waits when it says nothing.
inline constexpr std::chrono::milliseconds kLongestCall = std::chrono::minutes{10};
inline constexpr std::chrono::milliseconds kUsualCall = std::chrono::minutes{5};
inline constexpr std::size_t kMostBody = 4 * 1024 * 1024;

// A request that is answered without a call.
struct Refused {
  std::uint16_t status = 400;
  std::string_view code;  // of Connect
  std::string sentence;
  std::string_view allow;  // the one method that would do
};

// The form of a call, apart from its body.
struct Form {
  Codec codec = Codec::json;
  std::chrono::milliseconds timeout = kUsualCall;
};

// Checks everything but path, role and body of a call of Connect; `stream` tells which content
// types it may have.
std::expected<Form, Refused> check_form(const Request& request, bool stream);

}  // namespace gatehouse::admin
