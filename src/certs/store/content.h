#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "base/result.h"
#include "certs/record.h"
#include "crypto/identity.h"

namespace gatehouse::certs {

// What is put into the store: an identity with its key, or a certificate alone.
using Content = std::variant<crypto::Identity, crypto::Certificate>;

struct NewRecord {
  Content content;
  std::optional<RecordName> name = {};  // none: one is made, and numbered where it is taken
  Owner owner = Owner::machine();
  Origin origin = Origin::import;
  // Where the caller believes that it belongs; what it is decides, and another shelf is an error.
  std::optional<Shelf> shelf = {};
};

// The certificates of a content, the leaf first.
std::vector<crypto::Certificate> chain_of(const Content& content);

// The shelf on which a content belongs. Errors, with the reason: it belongs on another than
// `wanted`; it is of no use without its key; the key is of another certificate; it is too large.
Result<Shelf> shelf_for(const Content& content, std::optional<Shelf> wanted);

}  // namespace gatehouse::certs
