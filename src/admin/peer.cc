#include "admin/peer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

#include <fmt/format.h>

#include "admin/accounts.h"

namespace gatehouse::admin {
namespace {

std::unexpected<Error> unknown_peer() {
  return fail(Fault::machine,
              fmt::format("The kernel does not say who has connected: {}.", std::strerror(errno)));
}

// The kernel says how many there are when there is no room for them.
Result<std::vector<gid_t>> groups_of(int socket) {
  std::vector<gid_t> groups(32);
  while (true) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int failed = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    if (failed != 0 && errno != ERANGE) return unknown_peer();
    groups.resize(size / sizeof(gid_t));
    if (failed == 0) return groups;
  }
}

}  // namespace

bool Peer::is_in(gid_t group) const {
  return gid == group || std::ranges::find(groups, group) != groups.end();
}

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return unknown_peer();
  auto groups = groups_of(socket);
  if (!groups) return pass_on(groups);
  return Peer{credentials.uid, credentials.gid, credentials.pid, std::move(*groups),
              SystemAccounts().name_of(credentials.uid)};
}

}  // namespace gatehouse::admin
