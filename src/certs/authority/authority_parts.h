#pragma once

#include "certs/authority/authority.h"
#include "certs/authority/issued.h"
#include "certs/issuer/ca_certificates.h"
#include "certs/store/together.h"

// New roots and issuers of an authority, with the records that they need.
namespace gatehouse::certs {

// Appends a root in this state to the authority and its records to `rest`; its identity, which
// signs the issuers below it. Errors: the library's.
Result<crypto::Identity> add_root(Authority& authority, RootState state, const RootSpec& spec,
                                  WallTime now, Together& rest);

// Appends an issuer for the purpose that signs from now on, in the place of the one before. Without
// a key, one is made.
Result<Ok> add_issuer(Authority& authority, const AuthorityRoot& root,
                      const crypto::Identity& root_key, crypto::Purpose purpose,
                      std::optional<crypto::PrivateKey> key, WallTime now, Together& rest);
struct IssuerKeys {
  std::optional<crypto::PrivateKey> server;
  std::optional<crypto::PrivateKey> client;
};
// One for servers and one for clients.
Result<Ok> add_issuers(Authority& authority, const AuthorityRoot& root,
                       const crypto::Identity& root_key, IssuerKeys keys, WallTime now,
                       Together& rest);

// A record of the authority: "CA plant: root 1".
Together::Addition record_of(const Authority& authority, const RecordId& id, std::string_view part,
                             Content content, Shelf shelf);

// "plant root 1 (gate1 2026-11)"; of the machine's own "gatehouse local CA of gate1, 2026-11", and
// of its later ones "gatehouse local CA 2 of gate1, 2026-11".
std::string root_common_name(const AuthorityName& name, std::uint32_t number, std::string_view host,
                             WallTime now);

// What is remembered of a certificate that this issuer has signed.
IssuedCertificate issued_entry(const crypto::Certificate& leaf, const AuthorityIssuer& issuer,
                               const Cause& cause);

}  // namespace gatehouse::certs
