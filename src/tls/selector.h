#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/server_name.h"
#include "io/task.h"
#include "tls/credential.h"
#include "tls/profile.h"

namespace gatehouse::tls {

// What of a client's hello decides on the certificate.
struct ClientHello {
  // Absent when the client sent none (an address in the URL) or one that is no host name.
  std::optional<ServerName> server_name = {};
  // The client can verify ECDSA with P-256 (RFC 8446 signature_algorithms; for TLS 1.2 also a
  // suite that uses it).
  bool takes_ecdsa = false;
  bool takes_rsa = false;
};

// How one name of one listener is served. Connections of one policy may carry requests for each
// other's names; `policy` differs where profile or client authentication differ.
struct Answer {
  CredentialPtr credential;
  Profile profile = Profile::intermediate;
  std::uint32_t policy = 0;
  bool stored = false;  // the certificate is of the store, and not the one that was bound
};

// No certificate for this name: the client gets the alert unrecognized_name.
struct UnknownName {};

// There is one, but it cannot be had now: the client gets the alert internal_error.
struct Unavailable {};

// Wait for the task, then ask again.
using Selection = std::variant<Answer, UnknownName, Unavailable, io::Task<void>>;

// Chooses the certificate of each connection. Called on the reactor's thread, inside a handshake;
// never blocks: what is not in memory is a task to wait for.
class CertificateSelector {
 public:
  virtual ~CertificateSelector() = default;
  virtual Selection select(const ClientHello& hello) = 0;
};

}  // namespace gatehouse::tls
