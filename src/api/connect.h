#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

// The parts of the Connect protocol (https://connectrpc.com/docs/protocol) that both sides of the
// API need: how an error travels, and the envelopes of a stream.
namespace gatehouse::api {

// ------------------------------------------------------------------ errors

// The code that stands for a kind, and the HTTP status that goes with a code.
std::string_view connect_code(ErrorKind kind);
std::uint16_t http_status(std::string_view connect_code);

// The body of an answer that is an error: {"code", "message", "details"}. The detail
// (gatehouse.v1.ErrorDetail) holds what the code alone does not say: the exact kind, and whether
// the same call may succeed later.
std::string error_json(const Error& error);
// For an error whose code is no kind's (unimplemented, resource_exhausted).
std::string error_json(std::string_view code, std::string_view sentence);

// The error of such a body; `status` decides where the body says nothing that is understood. A
// message of the other side is made harmless for a terminal.
Error read_error(std::string_view json, std::uint16_t status);
// Of the message that ends a stream ({} or {"error": {...}}): nothing when it ended in order.
std::optional<Error> read_end_of_stream(std::string_view json);

// ------------------------------------------------------------------ envelopes

inline constexpr std::size_t kEnvelopeHead = 5;
inline constexpr std::uint8_t kEndOfStream = 2;

struct Envelope {
  std::uint8_t flags = 0;
  std::string_view data;
  std::size_t size = 0;  // bytes that it takes, its head included
};

// `data` behind its head of one byte of flags and four of length.
std::string envelope(std::uint8_t flags, std::string_view data);

// The envelope at the start of `bytes`; nothing while it is incomplete. Errors: larger than `most`,
// compressed, unknown flags.
Result<std::optional<Envelope>> read_envelope(std::string_view bytes, std::size_t most);

}  // namespace gatehouse::api
