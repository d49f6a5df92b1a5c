#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace gatehouse::admin {

// The users and groups of the machine.
class Accounts {
 public:
  virtual ~Accounts() = default;
  // A name, or a number, which needs no account.
  virtual std::optional<uid_t> user(const std::string& name) const = 0;
  virtual std::optional<gid_t> group(const std::string& name) const = 0;
};

// The account database (passwd, group, and whatever nsswitch.conf adds). May block as long as that
// does.
class SystemAccounts final : public Accounts {
 public:
  std::optional<uid_t> user(const std::string& name) const override;
  std::optional<gid_t> group(const std::string& name) const override;
  // "uid 1234" for a user without a name.
  std::string name_of(uid_t uid) const;
};

}  // namespace gatehouse::admin
