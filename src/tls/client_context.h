#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/server_name.h"
#include "tls/handles.h"

namespace gatehouse::tls {

// What connections to servers share: the trust anchors that they verify against. The chain and
// the name of the server are always verified; no call of this room can skip that.
class ClientContext {
 public:
  struct Options {
    // DER. At least one: nobody is trusted by accident.
    std::vector<Bytes> anchors;
    std::vector<std::string> alpn{"http/1.1"};
  };
  static Result<std::unique_ptr<ClientContext>> make(const Options& options);
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;

  SSL_CTX* native() const { return context_.get(); }
  // Makes the connection accept `peer` only, and ask for it by SNI where that is allowed.
  static bool expect(const ServerName& peer, SSL* connection);

 private:
  explicit ClientContext(ContextPtr context) : context_(std::move(context)) {}

  ContextPtr context_;
};

}  // namespace gatehouse::tls
