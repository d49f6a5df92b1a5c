#include <arpa/inet.h>
#include <fstream>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <sys/utsname.h>

#include "certs/machine_names.h"

namespace gatehouse::certs {
namespace {

// The start of a file, "" when it cannot be read.
std::string small_file(const char* path) {
  constexpr std::size_t kMost = 256 * 1024;
  std::ifstream in(path, std::ios::binary);
  std::string text(kMost, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

const void* raw_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  }
  return &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
}

struct InterfacesFreer {
  void operator()(ifaddrs* list) const { freeifaddrs(list); }
};

std::vector<ServerName> interface_addresses() {
  ifaddrs* list = nullptr;
  std::vector<ServerName> addresses;
  if (getifaddrs(&list) != 0) return addresses;
  const std::unique_ptr<ifaddrs, InterfacesFreer> owned(list);
  for (const ifaddrs* one = list; one; one = one->ifa_next) {
    if (!one->ifa_addr || (one->ifa_flags & IFF_UP) == 0) continue;
    if (one->ifa_addr->sa_family != AF_INET && one->ifa_addr->sa_family != AF_INET6) continue;
    char text[INET6_ADDRSTRLEN];
    if (!inet_ntop(one->ifa_addr->sa_family, raw_address(one->ifa_addr), text, sizeof text))
      continue;
    if (auto name = ServerName::parse(text)) addresses.push_back(std::move(*name));
  }
  return addresses;
}

std::string node_name() {
  utsname names{};
  return uname(&names) == 0 ? names.nodename : "";
}

}  // namespace

MachineSources read_machine_sources() {
  return {node_name(), small_file("/etc/hosts"), small_file("/etc/resolv.conf"),
          small_file("/proc/self/net/if_inet6"), interface_addresses()};
}

}  // namespace gatehouse::certs
