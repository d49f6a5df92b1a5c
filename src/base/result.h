#pragma once

#include <expected>
#include <string>
#include <utility>

namespace gatehouse {

// Who has to change something before the same call can succeed.
enum class Fault { ours, operator_input, client, upstream, issuer, machine };

// What a caller outside (command line, API) is told; one-to-one with the exit codes of the program.
enum class ErrorKind {
  failed,
  usage,
  invalid,
  not_found,
  unreachable,
  not_permitted,
  conflict,
  timed_out,
};

// `what` is a whole sentence for the person who can act on it: what, where, why, and what to do.
// It never holds a secret.
struct Error {
  Fault fault = Fault::ours;
  bool retry = false;
  std::string what;
  ErrorKind kind = ErrorKind::failed;
};

template <class T>
using Result = std::expected<T, Error>;

// The value of a Result that has nothing to say but "done".
struct Ok {
  friend bool operator==(Ok, Ok) = default;
};

[[nodiscard]] inline std::unexpected<Error> fail(Fault fault, std::string what,
                                                 ErrorKind kind = ErrorKind::failed) {
  return std::unexpected(Error{fault, false, std::move(what), kind});
}

[[nodiscard]] inline std::unexpected<Error> fail_for_now(Fault fault, std::string what,
                                                         ErrorKind kind = ErrorKind::failed) {
  return std::unexpected(Error{fault, true, std::move(what), kind});
}

template <class T>
[[nodiscard]] std::unexpected<Error> pass_on(Result<T>& result) {
  return std::unexpected(std::move(result.error()));
}

}  // namespace gatehouse
