#pragma once

#include <string>
#include <vector>

#include "admin/accounts.h"
#include "admin/peer.h"
#include "control/control_plane.h"

namespace gatehouse::admin {

// Who may administer and who may look. root and the user that gatehouse runs as administer always,
// so that no configuration locks its own administrator out.
class RolePolicy {
 public:
  // That nobody else may do anything.
  explicit RolePolicy(uid_t own) : own_(own) {}
  // Users by name or number, groups with @ before them. What `accounts` does not know gives nobody
  // a role and is listed in unknown(). Asks `accounts` for each, which may block; afterwards the
  // policy knows numbers only. A group is one that the connecting process is in.
  RolePolicy(uid_t own, const std::vector<std::string>& administrators,
             const std::vector<std::string>& readers, const Accounts& accounts);

  control::Role role_of(const Peer& peer) const;
  // As they were given.
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  struct Set {
    std::vector<uid_t> users;
    std::vector<gid_t> groups;
    bool has(const Peer& peer) const;
  };

  Set resolve(const std::vector<std::string>& names, const Accounts& accounts);

  uid_t own_;
  std::vector<std::string> unknown_;
  Set administrators_;
  Set readers_;
};

}  // namespace gatehouse::admin
