#pragma once

#include "check/dial.h"
#include "check/report.h"

namespace gatehouse::check {

// What a port did with a request without TLS, whatever that should mean.
PlainFacts plain_facts(const io::SocketAddress& address, const PlainDial& dial);

// To `authority` and `path`, or to "/" when the path cannot be said.
tls::AnonymousRequest request_to(const std::string& authority, const std::string& path = "/");

}  // namespace gatehouse::check
