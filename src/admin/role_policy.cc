#include "admin/role_policy.h"

#include <algorithm>

namespace gatehouse::admin {

RolePolicy::RolePolicy(uid_t own, const std::vector<std::string>& administrators,
                       const std::vector<std::string>& readers, const Accounts& accounts)
    : own_(own),
      administrators_(resolve(administrators, accounts)),
      readers_(resolve(readers, accounts)) {}

RolePolicy::Set RolePolicy::resolve(const std::vector<std::string>& names,
                                    const Accounts& accounts) {
  Set set;
  for (const std::string& name : names) {
    if (name.starts_with('@')) {
      if (const auto group = accounts.group(name.substr(1))) {
        set.groups.push_back(*group);
        continue;
      }
    } else if (const auto user = accounts.user(name)) {
      set.users.push_back(*user);
      continue;
    }
    unknown_.push_back(name);
  }
  return set;
}

bool RolePolicy::Set::has(const Peer& peer) const {
  return std::ranges::find(users, peer.uid) != users.end() ||
         std::ranges::any_of(groups, [&](gid_t group) { return peer.is_in(group); });
}

control::Role RolePolicy::role_of(const Peer& peer) const {
  constexpr uid_t kRoot = 0;
  if (peer.uid == kRoot || peer.uid == own_ || administrators_.has(peer)) {
    return control::Role::administrator;
  }
  return readers_.has(peer) ? control::Role::reader : control::Role::none;
}

}  // namespace gatehouse::admin
