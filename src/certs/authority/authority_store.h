#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "certs/authority/authority.h"
#include "certs/authority/authority_reader.h"
#include "certs/authority/issued.h"
#include "certs/authority/kept_revocation_list.h"
#include "certs/store/certificate_store.h"
#include "crypto/identity.h"

namespace gatehouse::certs {

struct NewAuthority {
  AuthorityName name;
  std::string host;  // stands in the root's subject, so that people can tell two apart
  std::optional<crypto::NameConstraints> constraints;  // none: it may certify every name
  crypto::KeyType key_type = crypto::KeyType::p256;
  AuthorityLives lives = {};
};

// A certificate that is wanted of an authority.
struct IssueRequest {
  std::string common_name;
  std::vector<NamePattern> names;
  crypto::Purpose purpose = crypto::Purpose::server;
  crypto::KeyType key_type = crypto::KeyType::p256;
  std::optional<std::chrono::seconds> life = {};  // none: the authority's
  std::optional<crypto::PrivateKey> key = {};     // none: one of key_type is made
};

// Where a new certificate goes, beside the authority's own list.
struct KeepHere {
  std::optional<RecordName> name = {};   // none: one is made
  std::optional<RecordId> replace = {};  // instead of the certificate of this record
};
struct HandOut {};  // to somebody else: its key does not rest here
using Destination = std::variant<KeepHere, HandOut>;

struct NewCertificate {
  crypto::Identity identity;
  IssuedCertificate issued;
  std::optional<Record> record;  // where it is kept here
};

// For the key of a request, which is elsewhere.
struct CertifiedRequest {
  std::vector<crypto::Certificate> chain;
  IssuedCertificate issued;
};

struct IssuerKeys;

// Makes a key, which may take seconds.
using KeyMaker =
    std::function<io::Task<Result<crypto::PrivateKey>>(crypto::KeyType, io::Deadline deadline)>;
// One that blocks the thread that asks.
io::Task<Result<crypto::PrivateKey>> make_key_here(crypto::KeyType type, io::Deadline deadline);

// The local CAs that administrators made: their keys rest in the certificate store, what they are
// and what they have issued beside it. What a call changed is durable when it returns, and was
// changed as a whole; what failed changed nothing, unless the error says that this is not known. Of
// one reactor.
class AuthorityStore {
 public:
  AuthorityStore(kv::Store& store, CertificateStore& certificates, const Clock& clock,
                 KeyMaker make_key = make_key_here)
      : store_(store),
        certificates_(certificates),
        clock_(clock),
        make_key_(std::move(make_key)),
        reader_(store) {}

  const AuthorityReader& reader() const { return reader_; }

  // A root, and an issuer below it for servers and one for clients. Errors: conflict, there is one
  // of this name.
  io::Task<Result<Authority>> init(NewAuthority wanted, Cause cause, io::Deadline deadline);

  // What issue() would refuse, without doing it.
  Result<Ok> check(const Authority& authority, const IssueRequest& request) const;
  // Errors: not_permitted, a name outside of the constraints; conflict, the record's name is taken;
  // failed, its issuer has ended.
  io::Task<Result<NewCertificate>> issue(AuthorityName name, IssueRequest request,
                                         Destination destination, Cause cause,
                                         io::Deadline deadline);
  // The same for the key of a request; `wanted.key_type` does not count. Whether the request asks
  // for what is wanted is the caller's question.
  io::Task<Result<CertifiedRequest>> certify(AuthorityName name, IssueRequest wanted,
                                             crypto::CertificateRequest request, Cause cause,
                                             io::Deadline deadline);
  // A certificate that is in the store, with its key, is replaced there by one with the same names,
  // purpose, life and kind of key, and a new key. Errors: those of issue(); conflict, it is
  // revoked, not there, or its issuer ends no later than it.
  io::Task<Result<NewCertificate>> renew(AuthorityName name, std::string serial, Cause cause,
                                         io::Deadline deadline);
  // The record in which the certificate of this thumbprint is kept here with its key, if any.
  io::Task<Result<std::optional<RecordId>>> kept_in(crypto::Sha256 sha256,
                                                    io::Deadline deadline) const;

  // A next root, which is shared but signs nothing yet; it may certify what `constraints` say, or
  // what the one before may. Errors: conflict, there is one already.
  io::Task<Result<Authority>> add_next_root(
      AuthorityName name, std::string host, Cause cause, io::Deadline deadline,
      std::optional<crypto::NameConstraints> constraints = std::nullopt);
  // The next root signs from now on, through issuers of its own; the one before retires. `digits`
  // begin its SHA-256. Errors: conflict, there is no next root, or another one.
  io::Task<Result<Authority>> trust_next_root(AuthorityName name, std::string digits, Cause cause,
                                              io::Deadline deadline);
  // New issuers below the active root. Errors: not_found, its key is not here.
  io::Task<Result<Authority>> renew_issuers(AuthorityName name, Cause cause, io::Deadline deadline);

  // The one that is meant: by its serial number or SHA-256, or at least 8 digits of one in any
  // spelling, by what it was issued for, or by the record in which it is kept. Errors: not_found;
  // conflict, several are.
  io::Task<Result<KeptIssued>> find_issued(AuthorityName name, std::string text,
                                           std::optional<RecordId> record,
                                           io::Deadline deadline) const;
  // For good. Errors: conflict, it is revoked already.
  io::Task<Result<IssuedCertificate>> revoke(AuthorityName name, std::string serial,
                                             crypto::RevocationReason reason, Cause cause,
                                             io::Deadline deadline);
  // Of each issuer that has not ended the list as it stands: a new one where something was revoked
  // since, or where the kept one has lived for half of its life.
  io::Task<Result<std::vector<KeptRevocationList>>> revocation_lists(AuthorityName name,
                                                                     io::Deadline deadline);

  // The root with its key. Errors: not_found, the key is not here.
  io::Task<Result<crypto::Identity>> root_identity(const Authority& authority, std::uint32_t number,
                                                   io::Deadline deadline) const;
  // The key is gone from here when it returns: make sure before that it is somewhere else.
  io::Task<Result<Authority>> erase_root_key(AuthorityName name, std::uint32_t number, Cause cause,
                                             io::Deadline deadline);
  // Back again. Errors: conflict, it is here; invalid, it is the key of another root.
  io::Task<Result<Authority>> put_root_key(AuthorityName name, std::uint32_t number,
                                           crypto::PrivateKey key, Cause cause,
                                           io::Deadline deadline);

  // Which authorities use a record of the store, as texts for sentences; of those that were loaded
  // or changed since the start.
  std::vector<std::string> users(const RecordId& id) const;
  io::Task<Result<Ok>> load_users(io::Deadline deadline);
  // The authority that has this certificate as one of its issuers; of the same ones.
  std::optional<AuthorityName> authority_of(const crypto::Certificate& issuer) const;

  // Writes what the authority is now, on the condition that it still is what was read, together
  // with the rest; as it can be read then. Errors: conflict, to be tried again.
  io::Task<Result<Authority>> saved(Authority authority, Together rest, Cause cause,
                                    io::Deadline deadline);
  // An issuer with its key. Errors: not_found, the key is not here any more.
  io::Task<Result<crypto::Identity>> key_of(const Authority& authority,
                                            const AuthorityIssuer& issuer,
                                            io::Deadline deadline) const;

 private:
  void note_users(const Authority& authority);
  io::Task<Result<KeptRevocationList>> revocation_list(const Authority& authority,
                                                       const AuthorityIssuer& issuer,
                                                       io::Deadline deadline);
  WallTime now() const;
  io::Task<Result<IssuerKeys>> issuer_keys(crypto::KeyType type, io::Deadline deadline) const;
  io::Task<Result<crypto::Identity>> sign(const Authority& authority, const AuthorityIssuer& issuer,
                                          IssueRequest request, io::Deadline deadline) const;
  io::Task<Result<Ok>> let_go(AuthorityName name, KeptRecord kept, Together& rest,
                              io::Deadline deadline) const;
  kv::Store& store_;
  CertificateStore& certificates_;
  const Clock& clock_;
  KeyMaker make_key_;
  AuthorityReader reader_;
  std::map<RecordId, std::string> users_;
  std::map<crypto::Sha256, AuthorityName> issuers_;
};

}  // namespace gatehouse::certs
