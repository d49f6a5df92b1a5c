#pragma once

#include <optional>
#include <vector>

#include "check/dial.h"
#include "check/report.h"

namespace gatehouse::check {

// What the handshakes of the client classes showed.
struct Handshakes {
  tls::Observation modern;
  tls::Observation old;                   // TLS 1.2 at most, without X25519
  std::vector<tls::Observation> ancient;  // TLS 1.1 and 1.0, one each
};

// What each class of client will do, and why.
std::vector<Verdict> verdicts(const Handshakes& handshakes, const TlsFacts& facts);

// A clause for each fault that a client would complain of, joined; "" without faults.
std::string complaints(const TlsFacts& facts);

}  // namespace gatehouse::check
