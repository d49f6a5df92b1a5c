#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "certs/store/state_folder.h"
#include "crypto/identity.h"

namespace gatehouse::certs {

// A file that is to be written; a list of them is written in its order.
struct PendingFile {
  std::string name;
  Secret content;
  bool secret = true;
};

// How identities rest in the state folder: `NAME.pem` holds key and chain in one file, so that no
// crash can part them; `NAME.crt` is a public copy of the chain, made from it.
// Nothing when there is no such file. ErrorKind::invalid says that it is damaged; every other error
// that it could not be read, or should not, because others can.
Result<std::optional<crypto::Identity>> read_identity(const StateFolder& folder,
                                                      std::string_view name);
PendingFile private_file(std::string_view name, const crypto::Identity& identity);
PendingFile public_file(std::string_view name, const crypto::Identity& identity);
// The public copy is missing or not of this identity.
bool lacks_public_file(const StateFolder& folder, std::string_view name,
                       const crypto::Identity& identity);

Result<Ok> write_files(StateWriter& writer, const std::vector<PendingFile>& files);

}  // namespace gatehouse::certs
