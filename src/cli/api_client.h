#pragma once

#include <chrono>
#include <functional>
#include <google/protobuf/message.h>
#include <memory>
#include <string>
#include <string_view>

#include "api/messages.h"
#include "base/result.h"

namespace gatehouse::cli {

struct ApiClientOptions {
  std::chrono::milliseconds connect = std::chrono::seconds{5};
  // For a call; the server is told. What it has begun goes on all the same.
  std::chrono::milliseconds call = std::chrono::minutes{2};
  // The server says in a sentence when that is over; this is for one that says nothing.
  std::chrono::milliseconds grace = std::chrono::seconds{5};
};

// Calls a running gatehouse on its admin socket. Everything blocks, with a deadline. One thread at
// a time.
//
// Errors are those of the server with its kind and sentence, and of our own: unreachable (nobody
// answers; says at which socket, and how gatehouse is started), not_permitted (the socket's folder
// is closed to this user), timed_out.
class ApiClient {
 public:
  // Finds out whether somebody answers there; a relative path is below the working directory.
  static Result<ApiClient> connect(std::string given, ApiClientOptions options = {});

  // What came of an event; false ends the watching.
  using OnEvent = std::function<bool(const api::Event&)>;

  // `method` is e.g. "gatehouse.v1.SiteService/List". `response` is empty after an error.
  Result<Ok> call(std::string_view method, const google::protobuf::Message& request,
                  google::protobuf::Message& response) const;
  // The same, and tells of the events that happen until the answer is there or `on_event` has
  // enough; for live progress.
  Result<Ok> call(std::string_view method, const google::protobuf::Message& request,
                  google::protobuf::Message& response, const OnEvent& on_event) const;
  // Events from now on, until `on_event` has enough or the server ends. Without a deadline.
  Result<Ok> watch(const OnEvent& on_event) const;
  // Prometheus text.
  Result<std::string> metrics() const;

  const std::string& path() const { return path_; }

 private:
  ApiClient(std::string path, ApiClientOptions options)
      : path_(std::move(path)), options_(options) {}

  std::string path_;
  ApiClientOptions options_;
};

}  // namespace gatehouse::cli
