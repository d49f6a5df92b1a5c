#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/renewal/default_identity.h"
#include "certs/renewal/machine_ca.h"

// What the default identity is and is to be, found out without changing anything.
namespace gatehouse::certs {

struct DefaultPlan {
  MachineCa ca;
  KeptDefaultRecords kept;            // as the store has them
  DefaultRecords records = {};        // as they are to be
  bool taken_over = false;            // from files, by what is to be written
  std::vector<std::string> why = {};  // it changes; empty: nothing does
  std::vector<std::string> notices = {};

  // What there was.
  std::optional<crypto::Identity> found = {};
  std::optional<crypto::Identity> found_self_signed = {};
  // What is to be.
  std::optional<crypto::Identity> certified = {};
  std::optional<crypto::Identity> self_signed = {};

  // What has to be written is in ca.rest, except for these.
  bool changes() const { return !why.empty(); }
};

io::Task<Result<DefaultPlan>> plan_default_identity(const DefaultIdentityKeeper::Parts& parts,
                                                    const StateFolder& folder,
                                                    const DefaultIdentityRequest& request,
                                                    io::Deadline deadline);

}  // namespace gatehouse::certs
