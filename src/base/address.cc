#include "base/address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <sys/un.h>

#include <fmt/format.h>

#include "base/json_text.h"

namespace gatehouse {
namespace {

constexpr std::size_t kLongestShown = 120;
constexpr int kV4Bits = 32;
constexpr int kV6Bits = 128;

// In an error: short and without control characters.
std::string quoted(std::string_view text) {
  if (text.size() <= kLongestShown) return fmt::format("\"{}\"", printable(text));
  return fmt::format("\"{}...\"", printable(text.substr(0, kLongestShown)));
}

std::unexpected<Error> invalid(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

// Digits only, no sign, no blanks.
template <class Number>
std::optional<Number> whole_number(std::string_view digits) {
  Number value{};
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string_view without_brackets(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  return bracketed ? text.substr(1, text.size() - 2) : text;
}

bool bit(std::string_view bytes, int index) {
  return (static_cast<unsigned char>(bytes[static_cast<std::size_t>(index) / 8]) >>
              (7 - index % 8) &
          1) != 0;
}

// Takes `prefix` off; text and prefix are compared without case.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
  if (text.size() < prefix.size() ||
      !std::ranges::equal(text.substr(0, prefix.size()), prefix, same)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

struct HostAndPort {
  std::string_view host;
  std::string_view port;
};

// At the last colon outside of brackets.
std::optional<HostAndPort> split_port(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  if (colon == std::string_view::npos) return std::nullopt;
  if (bracket != std::string_view::npos && colon < bracket) return std::nullopt;
  return HostAndPort{text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string bare(without_brackets(text));
  std::array<std::uint8_t, 4> four{};
  std::array<std::uint8_t, 16> sixteen{};
  // An embedded NUL would end the text early for inet_pton.
  const bool whole = bare.find('\0') == std::string::npos;
  if (whole && bare.size() == text.size() && inet_pton(AF_INET, bare.c_str(), four.data()) == 1) {
    return v4(four);
  }
  if (whole && inet_pton(AF_INET6, bare.c_str(), sixteen.data()) == 1) return v6(sixteen);
  return invalid(fmt::format("{} is no IP address.", quoted(text)));
}

IpAddress IpAddress::v4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  std::ranges::copy(bytes, address.bytes_.begin());
  return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes) {
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    return v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  IpAddress address;
  address.bytes_ = bytes;
  address.v6_ = true;
  return address;
}

bool IpAddress::is_loopback() const {
  if (!v6_) return bytes_[0] == 127;
  return bytes_.back() == 1 && std::ranges::all_of(bytes_.begin(), bytes_.end() - 1,
                                                   [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_any() const {
  return std::ranges::all_of(bytes_, [](std::uint8_t byte) { return byte == 0; });
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  return inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), out.data(), out.size());
}

Result<IpEndpoint> IpEndpoint::parse(std::string_view text) {
  const auto parts = split_port(text);
  const auto port = parts ? whole_number<std::uint16_t>(parts->port) : std::nullopt;
  const auto address = parts ? IpAddress::parse(parts->host) : Result<IpAddress>(invalid(""));
  // IPv6 needs its brackets here: 2001:db8::1:80 has two readings.
  const bool bracketed = text.starts_with('[');
  if (port && address && (bracketed || parts->host.find(':') == std::string_view::npos)) {
    return IpEndpoint{*address, *port};
  }
  return invalid(fmt::format(
      "{} is no address with a port. Write 127.0.0.1:8080, or [::1]:8080 for IPv6.", quoted(text)));
}

std::string IpEndpoint::text() const { return fmt::format("{}:{}", address.url_host(), port); }

Result<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address || text.starts_with('[')) {
    return invalid(fmt::format(
        "{} is no network. Write an address and the length of its prefix, as 10.0.0.0/8 or "
        "fd00::/8, or one address.",
        quoted(text)));
  }
  const int bits = address->is_v6() ? kV6Bits : kV4Bits;
  if (slash == std::string_view::npos) return Cidr(*address, bits);
  const auto prefix = whole_number<std::uint8_t>(text.substr(slash + 1));
  if (!prefix || *prefix > bits) {
    return invalid(fmt::format("{} is no network: the prefix of {} is 0 to {} bits long.",
                               quoted(text), address->is_v6() ? "IPv6" : "IPv4", bits));
  }
  const Cidr network = Cidr(*address, *prefix).cut();
  if (network.base_ == *address) return network;
  return invalid(fmt::format(
      "{} is the address of a machine with the prefix of a network. Write {} for the network or "
      "{} for the machine.",
      quoted(text), network.text(), address->text()));
}

// With zeros after the prefix.
Cidr Cidr::cut() const {
  std::array<std::uint8_t, 16> bytes{};
  const std::string_view from = base_.bytes();
  for (int i = 0; i < prefix_; ++i) {
    if (bit(from, i))
      bytes[static_cast<std::size_t>(i) / 8] |= static_cast<std::uint8_t>(0x80 >> i % 8);
  }
  if (base_.is_v6()) return {IpAddress::v6(bytes), prefix_};
  return {IpAddress::v4({bytes[0], bytes[1], bytes[2], bytes[3]}), prefix_};
}

bool Cidr::contains(const IpAddress& address) const {
  if (address.is_v6() != base_.is_v6()) return false;
  const std::string_view theirs = address.bytes();
  const std::string_view ours = base_.bytes();
  const auto whole = static_cast<std::size_t>(prefix_ / 8);
  if (theirs.substr(0, whole) != ours.substr(0, whole)) return false;
  for (int i = static_cast<int>(whole) * 8; i < prefix_; ++i) {
    if (bit(theirs, i) != bit(ours, i)) return false;
  }
  return true;
}

std::string Cidr::text() const { return fmt::format("{}/{}", base_.text(), prefix_); }

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
  std::string_view rest = text;
  const bool plain = take_prefix(rest, "http://");
  if (!plain) take_prefix(rest, "https://");
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto parts = split_port(rest);
  const auto port = parts ? whole_number<std::uint16_t>(parts->port) : std::nullopt;
  if (!port) {
    return invalid(fmt::format(
        "{} does not say where to listen. Write :8443 for every address of this machine, "
        "localhost:8443, 127.0.0.1:8443 or [::1]:8443; port 0 lets the kernel choose.",
        quoted(text)));
  }
  std::string_view host = parts->host;
  if (host.empty() || host == "*") return ListenAddress(!plain, Scope::everywhere, {}, *port);
  if (take_prefix(host, "localhost") && host.empty()) {
    return ListenAddress(!plain, Scope::localhost, {}, *port);
  }
  const auto endpoint = IpEndpoint::parse(rest);
  if (endpoint) return ListenAddress(!plain, Scope::one_address, endpoint->address, *port);
  return invalid(fmt::format(
      "{} names a host. A listener takes an address of this machine (127.0.0.1:{}, [::1]:{}), "
      "localhost:{}, or :{} for all of them. The names that it serves are said elsewhere: by "
      "--host, "
      "or by `names` in a file.",
      quoted(text), *port, *port, *port, *port));
}

std::vector<IpEndpoint> ListenAddress::endpoints() const {
  std::array<std::uint8_t, 16> six{};
  if (scope_ == Scope::everywhere) return {{IpAddress::v6(six), port_}};
  if (scope_ == Scope::one_address) return {{*address_, port_}};
  six.back() = 1;
  return {{IpAddress::v4({127, 0, 0, 1}), port_}, {IpAddress::v6(six), port_}};
}

std::string ListenAddress::text() const {
  const std::string host = scope_ == Scope::everywhere  ? ""
                           : scope_ == Scope::localhost ? "localhost"
                                                        : address_->url_host();
  return fmt::format("{}{}:{}", tls_ ? "" : "http://", host, port_);
}

namespace {

Result<UpstreamUrl::Unix> parse_unix(std::string_view text, std::string_view path) {
  if (path.starts_with("//")) path.remove_prefix(2);  // unix:///run/app.sock
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  const bool odd = std::ranges::any_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (!path.starts_with('/') || path.starts_with("//") || path.ends_with('/') || odd) {
    return invalid(fmt::format("{} names no socket. Write its whole path, as unix:/run/app.sock.",
                               quoted(text)));
  }
  if (path.size() > kLongest) {
    return invalid(
        fmt::format("{} is too long: the kernel takes paths of at most {} bytes for a socket.",
                    quoted(text), kLongest));
  }
  return UpstreamUrl::Unix{std::string(path)};
}

Result<UpstreamUrl::Tcp> parse_tcp(std::string_view text, std::string_view authority) {
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.find('@') != std::string_view::npos) {
    return invalid(
        "An upstream URL holds a user or password (\"@\"). Leave them out: gatehouse "
        "passes on what clients send.");
  }
  if (authority.find_first_of("/?#") != std::string_view::npos) {
    return invalid(
        fmt::format("{} has a path. An upstream is a host and port; requests keep their own path.",
                    quoted(text)));
  }
  auto parsed = Authority::parse(authority);
  if (!parsed || parsed->port == 0) {
    return invalid(fmt::format(
        "{} is no upstream. Write http://HOST:PORT, as http://127.0.0.1:3000.", quoted(text)));
  }
  return UpstreamUrl::Tcp{std::move(parsed->host), parsed->port.value_or(80)};
}

}  // namespace

Result<UpstreamUrl> UpstreamUrl::parse(std::string_view text) {
  std::string_view rest = text;
  const bool http2_socket = take_prefix(rest, "h2c+unix:");
  if (http2_socket || take_prefix(rest, "unix:")) {
    auto path = parse_unix(text, rest);
    if (!path) return pass_on(path);
    return UpstreamUrl(std::move(*path), http2_socket);
  }
  if (take_prefix(rest, "https://")) {
    return invalid(fmt::format(
        "{} asks for TLS to the upstream, which this version does not speak yet. Use http:// to an "
        "application on this machine.",
        text.find('@') == std::string_view::npos ? quoted(text) : "An https:// upstream"));
  }
  const bool http2 = take_prefix(rest, "h2c://");
  if (!http2 && !take_prefix(rest, "http://")) {
    if (rest.find('@') != std::string_view::npos) rest = "a URL";
    return invalid(
        fmt::format("{} is no upstream. Write http://HOST:PORT, as http://127.0.0.1:3000, or "
                    "unix:/path/app.sock.",
                    quoted(rest)));
  }
  auto tcp = parse_tcp(text, rest);
  if (!tcp) return pass_on(tcp);
  return UpstreamUrl(std::move(*tcp), http2);
}

std::string UpstreamUrl::address() const {
  if (const Unix* socket = unix_socket()) return socket->path;
  return fmt::format("{}:{}", tcp()->host.url_host(), tcp()->port);
}

std::string UpstreamUrl::text() const {
  const std::string_view local = http2_ ? "h2c+unix:" : "unix:";
  const std::string_view remote = http2_ ? "h2c://" : "http://";
  return fmt::format("{}{}", unix_socket() != nullptr ? local : remote, address());
}

}  // namespace gatehouse
