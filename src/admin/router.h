#pragma once

#include <variant>

#include "admin/methods.h"
#include "admin/peer.h"
#include "admin/request.h"

namespace gatehouse::admin {

struct MetricsPage {};

struct MethodCall {
  const Method* method;
  Form form;
};

using Decision = std::variant<Refused, MetricsPage, MethodCall>;

// What a request of this peer gets, decided by its head alone. Whoever has no role learns nothing
// but that.
Decision decide(const Request& request, const Peer& peer, control::Role role);

// The sentence for a peer whose role does not do.
std::string role_sentence(const Peer& peer, control::Role role);

}  // namespace gatehouse::admin
