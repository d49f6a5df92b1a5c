#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "tls/handles.h"
#include "tls/profile.h"
#include "tls/selector.h"
#include "tls/ticket_keys.h"

namespace gatehouse::tls {

struct ServerOptions {
  Profile profile = Profile::intermediate;
  // In the order of our preference; a client that offers none of them is refused with
  // no_application_protocol (RFC 7301 section 3.2). "h2" is not chosen where the suite may be one
  // that RFC 9113 section 9.2.2 forbids it: of the compatible profile with TLS 1.2.
  std::vector<std::string> alpn{"http/1.1"};
};

// What the connections of one listener on one thread share: the library's context, the ticket
// keys and the selector (borrowed, outlives this). Certificates come per connection.
class ServerContext {
 public:
  static Result<std::unique_ptr<ServerContext>> make(const ServerOptions& options,
                                                     CertificateSelector& selector,
                                                     const TicketSeed& seed, const Clock& clock);
  ServerContext(const ServerContext&) = delete;
  ServerContext& operator=(const ServerContext&) = delete;

  Profile profile() const { return profile_; }
  SSL_CTX* native() const { return context_.get(); }

 private:
  friend class ServerCallbacks;
  ServerContext(const ServerOptions& options, CertificateSelector& selector, const TicketSeed& seed,
                const Clock& clock);

  Profile profile_;
  std::string alpn_wire_;
  std::string alpn_wire_of_old_suites_;
  CertificateSelector& selector_;
  TicketKeys tickets_;
  ContextPtr context_;
};

}  // namespace gatehouse::tls
