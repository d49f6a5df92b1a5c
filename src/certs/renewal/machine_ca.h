#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "certs/authority/authority_store.h"
#include "certs/machine_names.h"
#include "certs/renewal/machine_files.h"
#include "certs/store/certificate_store.h"
#include "certs/store/together.h"

// The machine's own CA: an authority of the store like those that an administrator makes, but made
// by itself, and limited to the names of the machine.
namespace gatehouse::certs {

// The CA as it is to be, and what has to be written for that.
struct MachineCa {
  Authority authority;
  bool changed = false;     // the authority itself has to be written
  crypto::Identity issuer;  // signs for servers
  Together rest = {};
  std::vector<std::string> notices = {};  // sentences for the person who runs it
};

// What the stores have, with new issuers where they are due. The root is never replaced by itself.
// Nothing: there is none yet. Errors: the root has ended; nobody can sign, because the issuer has
// ended and the root's key is off the machine.
io::Task<Result<std::optional<MachineCa>>> kept_machine_ca(const AuthorityStore& authorities,
                                                           WallTime now, io::Deadline deadline);

// Of files, which have a root: keys and certificates stay what they are. A record that has one of
// these certificates already is used.
io::Task<Result<MachineCa>> machine_ca_of(MachineFiles files, AuthorityLives lives,
                                          const CertificateStore& certificates, WallTime now,
                                          io::Deadline deadline);

// Limited to `constraints`; `host` is shown to people.
Result<MachineCa> new_machine_ca(const crypto::NameConstraints& constraints, std::string_view host,
                                 const AuthorityLives& lives, WallTime now);

// What a person should know about the root: that it ends, or was made for less than `permit`.
std::vector<std::string> doubts_about(const Authority& machine,
                                      const crypto::NameConstraints& permit, WallTime now);

// The steps towards a root with other constraints; `permit` may be empty.
std::string how_to_get_another_root(std::string_view permit);

// The record that has the content's certificate already, else a new one, which is in `rest` then.
io::Task<Result<RecordId>> record_for(Together::Addition addition,
                                      const CertificateStore& certificates, Together& rest,
                                      io::Deadline deadline);
// Gives additions whose name is taken the next free one.
io::Task<Result<Ok>> settle_names(Together& rest, const CertificateStore& certificates,
                                  io::Deadline deadline);

}  // namespace gatehouse::certs
