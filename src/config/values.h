#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/access_log.h"
#include "base/address.h"
#include "base/result.h"
#include "base/server_name.h"
#include "config/settings.h"

// Texts of the configuration that base does not know. Errors are whole sentences that quote the
// text and say what to write instead.
namespace gatehouse::config {

constexpr unsigned kMostWorkers = 1024;
constexpr std::uint64_t kSmallestHead = 1024;
constexpr std::uint64_t kLargestHead = 32768;
constexpr std::size_t kLongestOwner = 64;
constexpr std::size_t kLongestKey = 253;    // of a site or binding, as of a server name
constexpr std::size_t kLongestPath = 2048;  // of a route
constexpr std::size_t kLongestFile = 4095;  // PATH_MAX without its NUL

// "..." for a message: short, and harmless on a terminal.
std::string in_quotes(std::string_view text);

// `files.example.com`, `*.example.com` or an address; not `*`.
Result<NamePattern> parse_published_name(std::string_view text);
// `:80` or `http://:80`, without TLS either way.
Result<ListenAddress> parse_plain_listen(std::string_view text);
// The key of `listeners`: `:443`, `10.0.0.5:8443`. With TLS.
Result<ListenAddress> parse_listener_key(std::string_view text);
// A plain listener on a loopback address: nobody is asked who they are there.
Result<ListenAddress> parse_metrics_address(std::string_view text);
// As UpstreamUrl::parse(), without what a file could not say.
Result<UpstreamUrl> parse_upstream(std::string_view text);
// `files.example.com:443`, `*.example.com:8443`, `10.0.0.5:8443`, `[::1]:8443`.
Result<Endpoint> parse_endpoint(std::string_view text);
std::string text(const Endpoint& endpoint);
// `/api`: what a request's path can begin with.
Result<std::string> parse_route_path(std::string_view text);
// An absolute path.
Result<std::filesystem::path> parse_file(std::string_view text);
// `off`, `-` or an absolute path.
Result<AccessLogTarget> parse_access_log(std::string_view text);
// `.plant4.local` or `10.20.0.0/16`, as certs/issuer takes it.
Result<std::string> parse_permit(std::string_view text);
// Letters, digits and `. _ - @ + /`; may be empty.
Result<std::string> parse_owner(std::string_view text);
// A user, or a group with @ before it.
Result<std::string> parse_account(std::string_view text);
// The name of a site or binding.
Result<std::string> parse_key(std::string_view text);

Result<edge::PlainPolicy> parse_policy(std::string_view text);
std::string_view text(edge::PlainPolicy policy);
// `default` (false) or `refuse` (true).
Result<bool> parse_refusal(std::string_view text);

}  // namespace gatehouse::config
