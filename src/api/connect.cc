#include "api/connect.h"

#include <array>

#include "api/json.h"
#include "api/messages.h"
#include "base/json_text.h"
#include "base/utf8.h"

namespace gatehouse::api {
namespace {

struct Row {
  ErrorKind kind;
  std::string_view name;  // in ErrorDetail
  std::string_view code;
};

// The first row of a code says what it means when no detail does.
constexpr std::array kKinds{
    Row{ErrorKind::failed, "failed", "internal"},
    Row{ErrorKind::invalid, "invalid", "invalid_argument"},
    Row{ErrorKind::usage, "usage", "invalid_argument"},
    Row{ErrorKind::not_found, "not_found", "not_found"},
    Row{ErrorKind::unreachable, "unreachable", "unavailable"},
    Row{ErrorKind::not_permitted, "not_permitted", "permission_denied"},
    Row{ErrorKind::conflict, "conflict", "aborted"},
    Row{ErrorKind::timed_out, "timed_out", "deadline_exceeded"},
};

struct Status {
  std::string_view code;
  std::uint16_t status;
};

constexpr std::array kStatuses{
    Status{"invalid_argument", 400},  Status{"failed_precondition", 400},
    Status{"out_of_range", 400},      Status{"unauthenticated", 401},
    Status{"permission_denied", 403}, Status{"not_found", 404},
    Status{"unimplemented", 501},     Status{"aborted", 409},
    Status{"already_exists", 409},    Status{"resource_exhausted", 429},
    Status{"canceled", 499},          Status{"internal", 500},
    Status{"unavailable", 503},       Status{"deadline_exceeded", 504},
};

const Row& row_of(ErrorKind kind) {
  for (const Row& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return kKinds.front();
}

std::string_view code_of(std::uint16_t status) {
  for (const Status& row : kStatuses) {
    if (row.status == status) return row.code;
  }
  return status == 408 ? "deadline_exceeded" : "unknown";
}

ErrorKind kind_of(const ConnectError& error, const ErrorDetail& detail) {
  for (const Row& row : kKinds) {
    if (row.name == detail.kind()) return row.kind;
  }
  for (const Row& row : kKinds) {
    if (row.code == error.code()) return row.kind;
  }
  return error.code() == "already_exists" ? ErrorKind::conflict : ErrorKind::failed;
}

ErrorDetail detail_of(const ConnectError& error) {
  ErrorDetail detail;
  for (const auto& each : error.details()) {
    if (each.type() == ErrorDetail::descriptor()->full_name()) {
      if (!detail.ParseFromString(each.value())) detail.Clear();
    }
  }
  return detail;
}

Error error_of(const ConnectError& error) {
  const ErrorDetail detail = detail_of(error);
  const ErrorKind kind = kind_of(error, detail);
  const Fault fault = kind == ErrorKind::failed || kind == ErrorKind::unreachable
                          ? Fault::machine
                          : Fault::operator_input;
  return {fault, detail.retry(), printable(error.message()), kind};
}

}  // namespace

std::string_view connect_code(ErrorKind kind) { return row_of(kind).code; }

std::uint16_t http_status(std::string_view connect_code) {
  for (const Status& row : kStatuses) {
    if (row.code == connect_code) return row.status;
  }
  return 500;
}

std::string error_json(const Error& error) {
  ErrorDetail detail;
  detail.set_kind(std::string(row_of(error.kind).name));
  detail.set_retry(error.retry);
  ConnectError out;
  out.set_code(std::string(connect_code(error.kind)));
  out.set_message(valid_utf8(error.what));
  auto& added = *out.add_details();
  added.set_type(ErrorDetail::descriptor()->full_name());
  added.set_value(detail.SerializeAsString());
  return to_json(out);
}

std::string error_json(std::string_view code, std::string_view sentence) {
  ConnectError out;
  out.set_code(std::string(code));
  out.set_message(valid_utf8(sentence));
  return to_json(out);
}

Error read_error(std::string_view json, std::uint16_t status) {
  ConnectError error;
  const auto read = from_json(json, error, UnknownFields::ignored);
  if (!read || error.code().empty()) {
    error.Clear();
    error.set_code(std::string(code_of(status)));
  }
  if (error.message().empty()) {
    error.set_message("gatehouse answered with HTTP status " + std::to_string(status) +
                      " and without a reason.");
  }
  return error_of(error);
}

std::optional<Error> read_end_of_stream(std::string_view json) {
  ConnectEndOfStream end;
  if (const auto read = from_json(json, end, UnknownFields::ignored); !read) return read.error();
  if (!end.has_error()) return std::nullopt;
  return error_of(end.error());
}

std::string envelope(std::uint8_t flags, std::string_view data) {
  const auto size = static_cast<std::uint32_t>(data.size());
  std::string out;
  out.reserve(kEnvelopeHead + data.size());
  out.push_back(static_cast<char>(flags));
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(size >> shift & 0xff));
  out += data;
  return out;
}

Result<std::optional<Envelope>> read_envelope(std::string_view bytes, std::size_t most) {
  if (bytes.size() < kEnvelopeHead) return std::nullopt;
  const auto flags = static_cast<std::uint8_t>(bytes[0]);
  if ((flags & ~kEndOfStream) != 0) {
    return fail(Fault::client,
                "A message of the stream has flags that are not understood here; send it "
                "uncompressed.",
                ErrorKind::usage);
  }
  std::size_t size = 0;
  for (std::size_t i = 1; i < kEnvelopeHead; ++i) {
    size = size << 8 | static_cast<std::uint8_t>(bytes[i]);
  }
  if (size > most) {
    return fail(Fault::client,
                "A message of the stream is larger than " + std::to_string(most) + " bytes.",
                ErrorKind::usage);
  }
  if (bytes.size() - kEnvelopeHead < size) return std::nullopt;
  return Envelope{flags, bytes.substr(kEnvelopeHead, size), kEnvelopeHead + size};
}

}  // namespace gatehouse::api
