#pragma once

#include "base/clock.h"
#include "control/in_force.h"

namespace gatehouse::control {

// What is served, as the API lists it. An empty owner means everybody.
api::ListSitesResponse list_sites(const InForce& now, const std::string& owner);
api::ListBindingsResponse list_bindings(const InForce& now, const std::string& owner);
api::ListUpstreamsResponse list_upstreams(const InForce& now);
api::ListCertificatesResponse list_certificates(const InForce& now, WallTime time);
// `connections` by ListenerId.
api::ListListenersResponse list_listeners(const InForce& now,
                                          const std::vector<OpenListener>& listeners,
                                          const std::vector<std::uint64_t>& connections);

// "valid", "due" or "expired": due when two thirds of its life are over.
std::string_view state_of(const crypto::Certificate& certificate, WallTime now);
unsigned percent_of_life(const crypto::Certificate& certificate, WallTime now);

// Plain HTTP to another machine.
bool crosses_network(const UpstreamUrl& upstream);
// Those of the site and of its routes, each once.
std::vector<UpstreamUrl> all_upstreams(const config::Site& site);

}  // namespace gatehouse::control
