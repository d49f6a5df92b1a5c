#pragma once

#include "cli/authority_commands.h"
#include "cli/surroundings.h"

// Verbs about local CAs.
namespace gatehouse::cli {

Result<int> init_authority(const InitAuthority& init, const Surroundings& around);
Result<int> list_authorities(const ListAuthorities& list, const Surroundings& around);
Result<int> show_authority(const ShowAuthority& show, const Surroundings& around);
Result<int> issue_certificates(const IssueCertificates& issue, const Surroundings& around);
Result<int> rotate_authority(const RotateAuthority& rotate, const Surroundings& around);
Result<int> revoke_certificate(const RevokeCertificate& revoke, const Surroundings& around);
Result<int> write_revocation_lists(const WriteRevocationLists& write, const Surroundings& around);
Result<int> detach_root(const DetachRoot& detach, const Surroundings& around);
Result<int> attach_root(const AttachRoot& attach, const Surroundings& around);

}  // namespace gatehouse::cli
