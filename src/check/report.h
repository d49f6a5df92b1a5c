#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "check/target.h"
#include "crypto/certificate.h"
#include "crypto/chain_faults.h"
#include "crypto/digest.h"
#include "tls/probe.h"

namespace gatehouse::check {

enum class Severity : unsigned char { error, warning, notice };
std::string_view text(Severity severity);

// One result of a diagnosis. `code` is stable; the rest is for people.
struct Finding {
  std::string_view code;
  Severity severity = Severity::notice;
  std::string sentence;
  std::string remedy;  // what to do, may be empty
  std::string about;   // https://files.example.com
};

// Kinds of clients that behave alike.
enum class Client : unsigned char {
  browser,  // current: TLS 1.2 and 1.3; a person may click a warning away
  native,   // apps, curl, SDKs: the same rules, and nobody to ask
  old,      // TLS 1.2 at most, without X25519: Java 8, Windows 8.1, Android 5
  ancient,  // TLS 1.0 or 1.1 at most; should be refused
};
inline constexpr std::array kClients{Client::browser, Client::native, Client::old, Client::ancient};
std::string_view text(Client client);

enum class Outcome : unsigned char { connects, warns, refuses };
std::string_view text(Outcome outcome);

struct Verdict {
  Client client;
  Outcome outcome;
  std::string reason;  // a sentence
};

// An answer in HTTP/1.1, as far as a check looks at it. All texts are the server's.
struct HttpAnswer {
  int status = 0;
  std::string location;
  std::string server;
  std::optional<std::string> strict_transport_security;

  bool redirects() const { return status >= 300 && status < 400 && !location.empty(); }
};

// Why there is no answer. `what` is the predicate of a sentence about the server.
struct NoAnswer {
  enum class Why : unsigned char {
    closed,     // took the request and closed the connection without a word
    timed_out,  // said nothing (more)
    not_http,   // said something that is no answer
    in_tls,     // a TLS alert
  };
  Why why = Why::closed;
  std::string what{};
};
using HttpResult = std::expected<HttpAnswer, NoAnswer>;

struct CertificateFacts {
  std::string subject;
  std::string issuer;
  std::vector<std::string> names;
  WallTime not_before{};
  WallTime not_after{};
  double life_passed = 0;  // of 1; below 0 before it is valid, above 1 when it has expired
  std::string key;         // "ECDSA P-256"
  bool weak_key = false;
  std::string signature;  // "ECDSA with SHA-256"
  bool weak_signature = false;
  bool self_issued = false;
  crypto::Sha256 sha256{};
};

// The chain as it was sent, the leaf first.
struct ChainFacts {
  std::vector<CertificateFacts> certificates;
  bool in_order = true;             // each is issued by the next
  std::optional<std::string> open;  // the issuer that is neither sent nor trusted
  bool sends_root = false;
  std::size_t unreadable = 0;
};

// A protocol version on its own.
struct VersionFacts {
  std::uint16_t version = 0;
  bool accepted = false;
  std::string reason;  // the predicate of a sentence when not
};

struct TlsFacts {
  tls::Observation modern;  // of a current client; the answer to the request is `https`
  std::vector<VersionFacts> versions{};  // 1.0 to 1.3
  std::vector<std::string> alpn{};       // of h2 and http/1.1, what it takes
  bool post_quantum = false;
  ChainFacts chain{};
  bool name_matches = false;
  // Why a client that trusts the given anchors and those of this machine refuses the chain.
  std::vector<crypto::ChainFault> faults{};
  // What a client gets that sends no name: the common name of the certificate, or nothing.
  std::optional<std::string> without_name{};
};

// What a port does with HTTP without TLS.
struct PlainFacts {
  enum class Kind : unsigned char {
    nobody,     // no connection stands
    silent,     // takes the connection and says nothing
    closes,     // takes the connection and closes it without an answer
    not_http,   // answers with something else
    redirects,  // to https
    refuses,    // 4xx or 5xx
    serves,     // everything else
    speaks_tls,
  };
  std::string dialled{};
  bool loopback = false;
  Kind kind = Kind::nobody;
  std::string reason{};  // the predicate of a sentence when there was no answer
  std::optional<HttpAnswer> answer{};
};
std::string_view text(PlainFacts::Kind kind);

struct Report {
  Target target;
  WallTime when{};
  std::string dialled{};  // 192.0.2.7:443; empty when the name did not resolve
  bool reached = false;
  std::string unreachable{};  // a sentence, when not reached
  std::optional<TlsFacts> tls{};
  std::optional<HttpResult> https{};
  std::optional<PlainFacts> plain{};       // of the plain port beside it, or of the target itself
  std::optional<PlainFacts> plain_here{};  // HTTP without TLS spoken to the TLS port
  std::vector<Verdict> clients{};
  std::vector<Finding> findings{};  // the gravest first
  std::string suggestion{};         // the next step; empty: none

  bool has(Severity severity) const;
  bool has(std::string_view code) const;
};

std::string version_text(std::uint16_t version);

}  // namespace gatehouse::check
