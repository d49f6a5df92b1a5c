#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "certs/copies/copy.h"
#include "crypto/identity.h"

namespace gatehouse::certs {

struct Account {
  uid_t user = 0;
  gid_t group = 0;
  friend bool operator==(const Account&, const Account&) = default;
};

// The owner and group of a copy on this machine. Errors: not_found, there is no such account.
Result<Account> account_of(const Copy& copy);

// What stands at the places of the copy now, content, owners and modes, as one digest; none if a
// file is not there. Tells nothing about a key. Blocks on the disk.
std::optional<crypto::Sha256> standing(const Copy& copy);

// Writes what differs in content, owner or mode, and returns those paths: all of them or none, but
// for a crash between two renames. Each file is replaced as a whole and durably; symbolic links in
// the place of a file are replaced, not followed. `before_rename` is called once everything is on
// the disk (tests stop the process there). Blocks on the disk. Errors: not_found, a folder;
// not_permitted, a folder in which others than root and the owner of the files could put something
// else in its place; those of the disk.
Result<std::vector<std::filesystem::path>> place(const Copy& copy, const crypto::Identity& identity,
                                                 const Account& account,
                                                 const std::function<void()>& before_rename = {});

}  // namespace gatehouse::certs
