#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/server_name.h"
#include "crypto/certificate.h"
#include "io/socket.h"
#include "tls/anonymous_request.h"
#include "tls/handles.h"
#include "tls/stream.h"

namespace gatehouse::tls {

// What a client of some kind says in its hello.
struct ProbeOptions {
  static constexpr const char* kModernGroups = "X25519MLKEM768:X25519:P-256:P-384";

  // Sent by SNI unless it is an address; none: a client that asks for no name.
  std::optional<ServerName> server_name;
  std::uint16_t oldest = 0x0303;  // as on the wire: 0x0301 is TLS 1.0
  std::uint16_t newest = 0x0304;
  const char* groups = kModernGroups;
  std::vector<std::string> alpn{};
  bool rsa_only = false;  // knows no certificates with other keys
};

// What a server did in a handshake. Nothing of it is verified.
struct Observation {
  enum class End : unsigned char {
    completed,
    alerted,     // the server ended it with an alert
    closed,      // closed or reset
    timed_out,   // said nothing more
    plain_http,  // answered in HTTP without TLS
    not_tls,     // answered with something else
    misbehaved,  // TLS, but not as it should be
    ours,        // cancelled, or this machine is short of something
  };

  End end = End::ours;
  // The predicate of a sentence about the server: "answered with the TLS alert \"...\"".
  std::string reason;
  std::optional<std::uint8_t> alert;
  HandshakeInfo info{};  // all zero unless completed
  std::string alpn;
  // As sent, the leaf first, at most kMostCertificates; also of a handshake that failed later.
  std::vector<crypto::Certificate> chain;
  std::size_t unreadable = 0;  // certificates that were sent and are damaged
  bool asked_for_certificate = false;
  std::chrono::nanoseconds duration{};

  bool completed() const { return end == End::completed; }
};

// A TLS client that watches a server without trusting it. It verifies nothing, and so it can say
// nothing but an AnonymousRequest: it is no io::ByteStream, and whoever wants to send something of
// worth needs a ClientContext. What the server sends is bounded: 256 KiB and 100 certificates of a
// chain, and every wait has a deadline. Never moves.
class Probe {
 public:
  static constexpr std::size_t kLongestChain = 256 * 1024;
  static constexpr std::size_t kMostCertificates = 100;

  // `fd` is what io::start_connect() returned.
  Probe(io::Reactor& reactor, io::Fd fd, const ProbeOptions& options);
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  ~Probe() = default;

  // Until the connection stands; errors as io::finish_connect().
  io::Task<Result<Ok>> connect(io::Deadline deadline);
  // Once, after connect().
  io::Task<Observation> handshake(io::Deadline deadline);

  // After a completed handshake. The error's text is the predicate of a sentence about the server.
  io::Task<Result<Ok>> ask(const AnonymousRequest& request, io::Deadline deadline);
  // At least one byte; 0 at the server's end.
  io::Task<Result<std::size_t>> read(std::span<char> into, io::Deadline deadline);

 private:
  bool configure(const ProbeOptions& options);
  io::Task<Result<Ok>> send_pending(io::Deadline deadline);
  io::Task<Result<Ok>> receive(io::Deadline deadline);
  void note_library_error(Observation& seen) const;
  void take_chain(Observation& seen);
  static ssl_verify_result_t observe(SSL* connection, std::uint8_t* alert);
  static int no_certificate(SSL* connection, void* probe);

  io::Socket socket_;
  ContextPtr context_;
  ConnectionPtr ssl_;
  BIO* in_ = nullptr;   // of ssl_
  BIO* out_ = nullptr;  // of ssl_
  bool asked_for_certificate_ = false;
  std::string first_bytes_;  // what the server began with, at most 8
};

}  // namespace gatehouse::tls
