#pragma once

#include <string_view>

#include "http/forwarding.h"
#include "http/h1_writer.h"
#include "http/message.h"

namespace gatehouse::http {

// Writes X-Forwarded-For/-Proto/-Host/-Port and Forwarded (RFC 7239) for the upstream. `host` is
// what the client asked for. Claims of a trusted proxy are extended, others are not looked at.
void write_forwarded(HeadWriter& out, const RequestHead& request, const ClientFacts& client,
                     std::string_view host);

}  // namespace gatehouse::http
