#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certs/store/state_folder.h"
#include "crypto/identity.h"

// The files of the local CA and the default identity: those of the versions before the store, which
// are taken over once, and the copies that other software reads.
namespace gatehouse::certs {

// What a state folder of the versions before the store holds.
struct MachineFiles {
  std::optional<crypto::Identity> root = {};         // ca/root.pem; none: there was no local CA
  std::optional<crypto::Identity> issuer = {};       // ca/server.pem
  std::optional<crypto::Identity> by_default = {};   // identities/default.pem
  std::optional<crypto::Identity> self_signed = {};  // identities/self-signed.pem
  std::vector<std::string> notices = {};             // what is damaged and can be made anew
};

// Errors, which are a person's to decide on, since devices may trust the root: it is damaged, its
// key is missing, others can read a key. Blocks on the disk.
Result<MachineFiles> read_machine_files(const StateFolder& folder);

std::filesystem::path anchor_file(const StateFolder& folder);

// What the files are to be beside a store that holds all this.
struct WantedFiles {
  const std::vector<crypto::Certificate>& roots;  // of the machine's CA, oldest first
  const crypto::Certificate& anchor;              // the one that signs
  const crypto::Identity& by_default;
  bool copy_key = true;                // keep identities/default.pem
  std::optional<WallTime> taken_over;  // when what was in files came into the store
  // Not yet by who has just taken over: if it does not come to serve, the version before goes on.
  bool move_keys = true;
  WallTime now;
};

// How long the files of before are kept for going back to the version before.
inline constexpr std::chrono::days kKeptForGoingBack{30};

// Makes them so: the copies are current, and keys of the local CA rest in no file but those of the
// version before, in the folder before-store and for kKeptForGoingBack only. Takes the writer's
// lock only where something has to be done. Sentences for the person who runs it: what could not be
// done. Blocks on the disk.
std::vector<std::string> bring_files_up(const StateFolder& folder, const WantedFiles& wanted);

}  // namespace gatehouse::certs
