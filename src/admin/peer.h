#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.h"

namespace gatehouse::admin {

// The process at the other end of a Unix socket, as the kernel knew it when it connected. It cannot
// be pretended.
struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
  std::vector<gid_t> groups;  // the supplementary ones
  std::string name;           // of the user; "uid 1234" if it has none

  bool is_in(gid_t group) const;
};

// Asks the kernel (SO_PEERCRED, SO_PEERGROUPS) and for the name the account database, which may
// block as long as that does.
Result<Peer> peer_of(int socket);

}  // namespace gatehouse::admin
