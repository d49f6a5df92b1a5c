#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/utf8.h"
#include "config/visible.h"

namespace gatehouse::config {
namespace {

constexpr std::size_t kLongestShown = 120;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What a file can say: UTF-8 without control characters.
bool is_writable(std::string_view text) { return is_utf8(text) && visible(text) == text; }

bool consists_of(std::string_view text, std::string_view also) {
  return std::ranges::all_of(text, [also](char c) {
    return is_letter_or_digit(c) || also.find(c) != std::string_view::npos;
  });
}

struct NameAndPort {
  std::string_view name;
  std::uint16_t port = 0;
};

// At the last colon; none where no port from 1 stands behind it.
std::optional<NameAndPort> split_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  NameAndPort parts{text.substr(0, colon), 0};
  const char* const last = text.data() + text.size();
  const auto [end, code] = std::from_chars(text.data() + colon + 1, last, parts.port);
  if (code != std::errc{} || end != last || parts.port == 0) return std::nullopt;
  return parts;
}

bool is_name(std::string_view text) { return NamePattern::parse(text).has_value(); }

// Why a text that people take for a name is none, and what to write.
std::string name_refusal(std::string_view text) {
  const std::string shown = in_quotes(text);
  if (text.empty()) return "The name is empty. Write a server name, as files.example.com.";
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    const auto host =
        Authority::parse(text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3));
    return fmt::format("{} is a URL. A name stands alone: {}.", shown,
                       host ? host->host.text() : "files.example.com");
  }
  if (const auto parts = split_port(text); parts && is_name(parts->name)) {
    return fmt::format(
        "{} has a port. Write the name alone, {}, and the port in `listen`: [\":{}\"].", shown,
        parts->name, parts->port);
  }
  if (text.find('*') != std::string_view::npos) {
    return fmt::format(
        "{} is no pattern. A star stands for one whole label in front of a name, as "
        "*.example.com, or alone for every name: \"*\".",
        shown);
  }
  if (std::ranges::any_of(text, [](unsigned char c) { return c >= 0x80; })) {
    return fmt::format(
        "{} has letters beyond ASCII. Write the name as it stands in DNS, where such labels begin "
        "with xn--.",
        shown);
  }
  return fmt::format(
      "{} is neither a server name nor an IP address. Write files.example.com, *.example.com or "
      "10.0.0.5.",
      shown);
}

}  // namespace

std::string in_quotes(std::string_view text) {
  if (text.size() <= kLongestShown) return fmt::format("\"{}\"", printable(text));
  return fmt::format("\"{}...\"", printable(text.substr(0, kLongestShown)));
}

Result<NamePattern> parse_published_name(std::string_view text) {
  if (auto pattern = NamePattern::parse(text)) return pattern;
  return refused(name_refusal(text));
}

Result<ListenAddress> parse_plain_listen(std::string_view text) {
  if (text.starts_with("https://")) {
    return refused(fmt::format(
        "{} asks for TLS where plain HTTP is meant. Write {} here, or move it to the `listen` of "
        "the site.",
        in_quotes(text), in_quotes(text.substr(8))));
  }
  auto address = ListenAddress::parse(text);
  if (!address || !address->tls()) return address;
  return ListenAddress::parse("http://" + std::string(text));
}

Result<ListenAddress> parse_listener_key(std::string_view text) {
  auto address = ListenAddress::parse(text);
  if (!address || address->tls()) return address;
  return refused(fmt::format(
      "{} is a listener without TLS, which has nothing to set here: names and certificates belong "
      "to TLS. Write {}, or leave the entry out.",
      in_quotes(text), in_quotes(text.substr(7))));
}

Result<ListenAddress> parse_metrics_address(std::string_view text) {
  std::string plain(text);
  if (!plain.starts_with("http://")) plain.insert(0, "http://");
  // Two sockets would need two names for one thing.
  if (plain.starts_with("http://localhost:")) plain.replace(7, 9, "127.0.0.1");
  auto address = ListenAddress::parse(plain);
  const bool loopback = address && address->scope() == ListenAddress::Scope::one_address &&
                        address->endpoints().front().address.is_loopback();
  if (loopback) return address;
  return refused(fmt::format(
      "{} is no address for metrics. They are read without a password, so that they are served on "
      "loopback only: write 127.0.0.1:9100 or [::1]:9100.",
      in_quotes(text)));
}

Result<UpstreamUrl> parse_upstream(std::string_view text) {
  if (!is_writable(text)) {
    return refused(fmt::format("{} is no upstream: it holds control characters.", in_quotes(text)));
  }
  auto url = UpstreamUrl::parse(text);
  if (url || text.find('@') != std::string_view::npos) return url;
  const auto meant = UpstreamUrl::parse(fmt::format("http://{}", text));
  if (!meant || text.find(':') == std::string_view::npos) return url;
  return refused(
      fmt::format("{} does not begin with http://. Write {}.", in_quotes(text), meant->text()));
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  if (auto address = IpEndpoint::parse(text); address && address->port != 0) return *address;
  const auto parts = split_port(text);
  if (parts && parts->name.find("://") == std::string_view::npos) {
    if (auto name = NamePattern::parse(parts->name)) return NamedEndpoint{*name, parts->port};
  }
  if (is_name(text) && text.find(':') == std::string_view::npos) {
    return refused(fmt::format("{} has no port. Write {}:443, or the port that is meant.",
                               in_quotes(text), text));
  }
  return refused(fmt::format(
      "{} is no endpoint. Write a name with its port, as files.example.com:443, or an address with "
      "its port, as 10.0.0.5:8443 or [2001:db8::5]:8443.",
      in_quotes(text)));
}

std::string text(const Endpoint& endpoint) {
  if (const auto* address = std::get_if<IpEndpoint>(&endpoint)) return address->text();
  const auto& named = std::get<NamedEndpoint>(endpoint);
  const std::string name = named.name.wildcard() ? named.name.text() : named.name.base().url_host();
  return fmt::format("{}:{}", name, named.port);
}

Result<std::string> parse_route_path(std::string_view text) {
  if (text.size() > kLongestPath) {
    return refused(fmt::format("{} is too long for the path of a route: at most {} bytes.",
                               in_quotes(text), kLongestPath));
  }
  const auto odd = [](unsigned char c) {
    return c <= ' ' || c >= 0x7f || c == '?' || c == '#' || c == '\\';
  };
  if (!text.starts_with('/') || std::ranges::any_of(text, odd)) {
    return refused(fmt::format(
        "{} is no path of a route. Write what the paths of its requests begin with, as /api; "
        "without a host, blanks, \"?\" and \"#\".",
        in_quotes(text)));
  }
  const std::string segments = std::string(text) + "/";
  if (segments.find("/./") != std::string::npos || segments.find("/../") != std::string::npos) {
    return refused(fmt::format(
        "{} has a segment \".\" or \"..\", which no request reaches. Write the path without it.",
        in_quotes(text)));
  }
  return std::string(text);
}

Result<std::filesystem::path> parse_file(std::string_view text) {
  if (text.size() > kLongestFile || !is_writable(text)) {
    return refused(
        fmt::format("{} is no path: it is longer than {} bytes, or holds control characters.",
                    in_quotes(text), kLongestFile));
  }
  if (!text.starts_with('/') || text.ends_with('/')) {
    return refused(
        fmt::format("{} is not the whole path of a file. Write it from the root, as "
                    "/etc/ssl/files.crt.",
                    in_quotes(text)));
  }
  return std::filesystem::path(text);
}

Result<AccessLogTarget> parse_access_log(std::string_view text) {
  auto target = AccessLogTarget::parse(text);
  if (target.kind != AccessLogTarget::Kind::file) return target;
  if (parse_file(text)) return target;
  return refused(fmt::format(
      "{} is nothing that requests can be recorded to. Write the whole path of a file, "
      "as /var/log/gatehouse/access.log, \"-\" for standard output, \"journal\", or \"none\".",
      in_quotes(text)));
}

Result<std::string> parse_permit(std::string_view text) {
  const bool bare = text.find_first_of(", ") == std::string_view::npos;
  if (bare && Cidr::parse(text)) return std::string(text);
  if (bare && ServerName::parse(text.starts_with('.') ? text.substr(1) : text)) {
    return std::string(text);
  }
  return refused(fmt::format(
      "{} is nothing that the local CA can be permitted to certify. Write a domain, as "
      ".plant4.local, a name, as nas.home.arpa, or a network, as 10.20.0.0/16; each an entry of "
      "its own.",
      in_quotes(text)));
}

Result<std::string> parse_owner(std::string_view text) {
  if (text.size() <= kLongestOwner && consists_of(text, "._-@+/")) return std::string(text);
  return refused(fmt::format(
      "{} is no owner. Write one word of at most {} letters, digits and . _ - @ + /, as filesrv.",
      in_quotes(text), kLongestOwner));
}

Result<std::string> parse_account(std::string_view text) {
  constexpr std::size_t kLongestAccount = 64;
  const std::string_view name = text.starts_with('@') ? text.substr(1) : text;
  const bool good = !name.empty() && name.size() <= kLongestAccount && name.front() != '-' &&
                    consists_of(name, "._-\\$+@");
  if (good) return std::string(text);
  return refused(fmt::format(
      "{} is no account. Write the name of a user, as alice, or of a group with @ before it, as "
      "\"@adm\".",
      in_quotes(text)));
}

Result<std::string> parse_key(std::string_view text) {
  const bool good = !text.empty() && text.size() <= kLongestKey && is_writable(text) &&
                    text.find("${") == std::string_view::npos;
  if (good) return std::string(text);
  return refused(
      fmt::format("{} is no name for a site or binding. Write at most {} bytes, without control "
                  "characters and without \"${{\".",
                  in_quotes(text), kLongestKey));
}

namespace {

struct PolicyName {
  std::string_view name;
  edge::PlainPolicy policy;
};
constexpr std::array kPolicies{PolicyName{"keep", edge::PlainPolicy::keep},
                               PolicyName{"redirect", edge::PlainPolicy::redirect},
                               PolicyName{"refuse", edge::PlainPolicy::refuse}};

}  // namespace

Result<edge::PlainPolicy> parse_policy(std::string_view text) {
  const auto* const known = std::ranges::find(kPolicies, text, &PolicyName::name);
  if (known != kPolicies.end()) return known->policy;
  return refused(fmt::format(
      "{} is nothing that can happen to plain HTTP. Write redirect (to https://), refuse or keep "
      "(serve it).",
      in_quotes(text)));
}

std::string_view text(edge::PlainPolicy policy) {
  return std::ranges::find(kPolicies, policy, &PolicyName::policy)->name;
}

Result<bool> parse_refusal(std::string_view text) {
  if (text == "default") return false;
  if (text == "refuse") return true;
  return refused(fmt::format(
      "{} is nothing that such a client can get. Write default (the default identity) or refuse.",
      in_quotes(text)));
}

}  // namespace gatehouse::config
