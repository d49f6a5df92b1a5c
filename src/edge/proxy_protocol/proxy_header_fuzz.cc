// What is read in pieces is what is read at once, no byte behind a header is asked for, and what is
// read and written again is read as the same. The first byte says which versions are accepted.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "edge/proxy_protocol/proxy_header.h"

namespace gatehouse::edge {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

ProxyVersions accepted_by(std::uint8_t choice) {
  return {.v1 = choice % 3 != 1, .v2 = choice % 3 != 2};
}

bool same(const ProxyHeaderRead& a, const ProxyHeaderRead& b) {
  if (a.index() != b.index()) return false;
  if (const auto* refused = std::get_if<ProxyHeaderRefused>(&a)) {
    return refused->what == std::get<ProxyHeaderRefused>(b).what;
  }
  const auto* complete = std::get_if<ProxyHeaderComplete>(&a);
  if (complete == nullptr) return true;
  const auto& other = std::get<ProxyHeaderComplete>(b);
  return complete->size == other.size && complete->header == other.header;
}

// One byte more each time, until it is decided.
void check_pieces(std::string_view bytes, ProxyVersions accepted, const ProxyHeaderRead& whole) {
  const auto* complete = std::get_if<ProxyHeaderComplete>(&whole);
  for (std::size_t size = 0; size <= std::min(bytes.size(), kLongestProxyHeader); ++size) {
    const auto piece = read_proxy_header(bytes.substr(0, size), accepted);
    const auto* incomplete = std::get_if<ProxyHeaderIncomplete>(&piece);
    if (incomplete == nullptr) return require(same(piece, whole));
    require(incomplete->needed > 0);
    require(complete == nullptr || size + incomplete->needed <= complete->size);
  }
  require(std::holds_alternative<ProxyHeaderIncomplete>(whole));
}

// As many bytes as are asked for each time.
void check_needed(std::string_view bytes, ProxyVersions accepted, const ProxyHeaderRead& whole) {
  for (std::size_t size = 0; size <= bytes.size();) {
    const auto piece = read_proxy_header(bytes.substr(0, size), accepted);
    const auto* incomplete = std::get_if<ProxyHeaderIncomplete>(&piece);
    if (incomplete == nullptr) return require(same(piece, whole));
    size += incomplete->needed;
  }
}

void check_writing(const ProxyHeader& header, ProxyVersion version, ProxyChecksum checksum) {
  std::array<char, kLongestProxyHeader> out;
  const auto size = write_proxy_header(out, header, version, checksum);
  require(size.has_value());
  const auto read = read_proxy_header({out.data(), *size}, {});
  const auto* complete = std::get_if<ProxyHeaderComplete>(&read);
  require(complete != nullptr && complete->size == *size);
  require(complete->header.addresses == header.addresses);
  if (version == ProxyVersion::v1 || !header.addresses) return;
  require(complete->header == header);
}

}  // namespace
}  // namespace gatehouse::edge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::edge;
  if (size == 0) return 0;
  const ProxyVersions accepted = accepted_by(data[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read_proxy_header(bytes, accepted);
  check_pieces(bytes, accepted, whole);
  check_needed(bytes, accepted, whole);
  const auto* complete = std::get_if<ProxyHeaderComplete>(&whole);
  if (complete == nullptr) return 0;
  check_writing(complete->header, ProxyVersion::v1, ProxyChecksum::none);
  check_writing(complete->header, ProxyVersion::v2, ProxyChecksum::none);
  check_writing(complete->header, ProxyVersion::v2, ProxyChecksum::crc32c);
  return 0;
}
