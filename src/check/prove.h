#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/server_name.h"
#include "check/report.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "io/address.h"
#include "io/reactor.h"
#include "io/task.h"

namespace gatehouse::check {

// No proof waits longer.
inline constexpr std::chrono::seconds kProofTime{2};

// What one dialled connection showed of a change.
struct Proof {
  std::string target;       // https://files.example.com (127.0.0.1:443)
  std::string_view client;  // "browser", "native", "plain"
  // What was planned is there: the planned certificate answered, or plain HTTP does what it should.
  // False: the change has failed.
  bool as_planned = false;
  // This client would use the site without a complaint. A self-signed certificate can be as planned
  // and still be refused by native clients.
  bool ok = false;
  std::string sentence;
};

// What a snapshot says of one name at one listener.
struct TlsPlan {
  io::SocketAddress address;
  ServerName name;
  std::uint16_t port = 443;  // as clients write it
  crypto::Sha256 leaf{};     // of the certificate that should answer
  // Any other that holds the name is right too: which one is found out at each handshake.
  bool or_any_with_the_name = false;
  // As clients that can verify nothing but RSA.
  bool rsa_only = false;
};

// A handshake with the name, then a GET / as a browser: one proof for browsers and one for strict
// native clients that trust `anchors`. Whether the application answers in time is told and decides
// nothing. Verified by the reactor's wall clock.
io::Task<std::vector<Proof>> prove_tls(io::Reactor& reactor, TlsPlan plan,
                                       std::vector<crypto::Certificate> anchors);

enum class PlainRule : unsigned char { keep, redirect, refuse };

struct PlainPlan {
  io::SocketAddress address;
  ServerName name;
  std::uint16_t port = 80;
  PlainRule rule = PlainRule::redirect;
};

// A GET / without TLS. keep: anything but a redirect to https; redirect: exactly that; refuse: a
// status of 400 and more, or a connection that is closed.
io::Task<Proof> prove_plain(io::Reactor& reactor, PlainPlan plan);

}  // namespace gatehouse::check
