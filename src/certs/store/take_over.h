#pragma once

#include <vector>

#include "certs/store/certificate_store.h"
#include "certs/store/state_folder.h"

namespace gatehouse::certs {

// What a state folder of the versions before the store holds:
//   identities/default.pem, self-signed.pem   identities, of the origins default and self-signed
//   ca/root.pem                               the root with its key, and its certificate as an
//                                             anchor
//   ca/server.pem                             the issuer below it
// Keys, certificates and thumbprints stay what they are, and so do the files. Blocks on the disk.
// Errors: a file is damaged, or readable by others; nothing is taken over then.
Result<std::vector<NewRecord>> records_of_files(const StateFolder& folder);

// Puts them into the store. May be cut off and called again: what is there already stays as it is.
// The records that were added.
io::Task<Result<std::vector<Record>>> take_over(CertificateStore& store,
                                                std::vector<NewRecord> records,
                                                io::Deadline deadline);

}  // namespace gatehouse::certs
