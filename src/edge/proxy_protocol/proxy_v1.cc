#include "edge/proxy_protocol/proxy_v1.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace gatehouse::edge {
namespace {

constexpr std::size_t kLongestLine = 107;
constexpr std::size_t kShortestTcp = 22;  // PROXY TCP6 :: :: 0 0
constexpr std::size_t kSpaces = 5;        // of a line with addresses

// A lower bound: each space that is missing comes with a character, and then the line ends.
std::size_t missing(std::string_view line) {
  if (line.ends_with('\r')) return 1;
  const bool tcp = line.substr(std::min(line.size(), kV1Start.size())).starts_with('T');
  const std::size_t shortest = tcp ? kShortestTcp : kShortestV1;
  const auto spaces = static_cast<std::size_t>(std::ranges::count(line, ' '));
  const std::size_t words = tcp ? 2 * (kSpaces - std::min(spaces, kSpaces)) : 0;
  return std::max(words + 2, shortest - std::min(line.size(), shortest));
}

// Between exactly one space each.
std::optional<std::array<std::string_view, 4>> four_words(std::string_view text) {
  std::array<std::string_view, 4> words;
  for (std::string_view& word : words) {
    const auto end = std::min(text.find(' '), text.size());
    const bool last = &word == &words.back();
    if (end == 0 || last != (end == text.size())) return std::nullopt;
    word = text.substr(0, end);
    text.remove_prefix(last ? end : end + 1);
  }
  return words;
}

// Whether an address is IPv6 is seen before it is read: ::ffff:192.0.2.1 is IPv4 afterwards.
std::optional<IpAddress> read_address(std::string_view text, bool v6) {
  const bool written_v6 = text.find(':') != std::string_view::npos;
  if (written_v6 != v6 || text.starts_with('[')) return std::nullopt;
  const auto address = IpAddress::parse(text);
  return address ? std::optional(*address) : std::nullopt;
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool zeros = text.size() > 1 && text.starts_with('0');
  if (zeros || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

ProxyHeaderRead read_addresses(std::string_view text, bool v6, std::size_t size) {
  const auto words = four_words(text);
  if (!words) {
    return ProxyHeaderRefused{
        "has a PROXY header whose line is not two addresses and two ports, one space before each"};
  }
  const auto source = read_address((*words)[0], v6);
  const auto destination = read_address((*words)[1], v6);
  if (!source || !destination) {
    return ProxyHeaderRefused{
        v6 ? "has a PROXY header whose protocol is TCP6 and one of whose addresses is not IPv6"
           : "has a PROXY header whose protocol is TCP4 and one of whose addresses is not IPv4"};
  }
  const auto source_port = read_port((*words)[2]);
  const auto destination_port = read_port((*words)[3]);
  if (!source_port || !destination_port) {
    return ProxyHeaderRefused{"has a PROXY header one of whose ports is no number up to 65535"};
  }
  ProxyHeader header;
  header.addresses = {{*source, *source_port}, {*destination, *destination_port}};
  return ProxyHeaderComplete{size, std::move(header)};
}

// A line without its start and its end; `size` is that of all of it.
ProxyHeaderRead read_line(std::string_view line, std::size_t size) {
  const auto end = std::min(line.find(' '), line.size());
  const std::string_view protocol = line.substr(0, end);
  // Whatever else stands there is to be ignored.
  if (protocol == "UNKNOWN") return ProxyHeaderComplete{size, {}};
  if (protocol != "TCP4" && protocol != "TCP6") {
    return ProxyHeaderRefused{
        "has a PROXY header whose protocol is none of TCP4, TCP6 and UNKNOWN"};
  }
  return read_addresses(line.substr(std::min(end + 1, line.size())), protocol == "TCP6", size);
}

// In a line of IPv6 an IPv4 address takes its IPv4-mapped form, with hexadecimal digits only: the
// section knows no other.
std::string address_text(const IpAddress& address, bool v6) {
  if (!v6 || address.is_v6()) return address.text();
  const std::string_view bytes = address.bytes();
  return fmt::format("::ffff:{:x}:{:x}", number_at<std::uint16_t>(bytes, 0),
                     number_at<std::uint16_t>(bytes, 2));
}

}  // namespace

ProxyHeaderRead read_v1(std::string_view buffer) {
  const std::string_view line = buffer.substr(0, kLongestLine);
  const auto end = std::min(line.find_first_of("\r\n"), line.size());
  if (end + 1 >= kLongestLine) {
    return ProxyHeaderRefused{"has a PROXY header whose line does not end within 107 bytes"};
  }
  if (end == line.size()) return ProxyHeaderIncomplete{missing(line)};
  if (end + 1 == line.size() && line[end] == '\r') return ProxyHeaderIncomplete{missing(line)};
  if (line.substr(end, 2) != "\r\n") {
    return ProxyHeaderRefused{"has a PROXY header whose line does not end with CR and LF"};
  }
  return read_line(line.substr(kV1Start.size(), end - kV1Start.size()), end + 2);
}

void write_v1(ProxyWriter& out, const ProxyHeader& header) {
  if (header.command == ProxyHeader::Command::local || !header.addresses) {
    return out.text("PROXY UNKNOWN\r\n");
  }
  const auto& [source, destination] = *header.addresses;
  const bool v6 = source.address.is_v6() || destination.address.is_v6();
  out.text(fmt::format("PROXY TCP{} {} {} {} {}\r\n", v6 ? 6 : 4, address_text(source.address, v6),
                       address_text(destination.address, v6), source.port, destination.port));
}

}  // namespace gatehouse::edge
