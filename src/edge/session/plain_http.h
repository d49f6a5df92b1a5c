#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "edge/session/answer.h"
#include "http/message.h"

namespace gatehouse::edge {

// What was asked for, over HTTPS at this port: host and target as the client sent them, the host in
// its canonical spelling. Nothing without a Host (HTTP/1.0).
std::optional<std::string> https_url(const http::RequestHead& request, std::uint16_t port);

// 301 for GET and HEAD; 308 for everything else, so that method and content are sent again as they
// were (RFC 9110 sections 15.4.2 and 15.4.9). Nothing if there is no such URL, or it is too long
// for a Location.
std::optional<OwnAnswer> redirect_to_https(const http::RequestHead& request, std::uint16_t port);

// Why a plain request is refused, and where to go instead.
std::string https_only_sentence(const http::RequestHead& request, std::uint16_t port);

}  // namespace gatehouse::edge
