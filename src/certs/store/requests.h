#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/record.h"
#include "certs/store/history.h"
#include "certs/store/key_vault.h"
#include "crypto/request.h"
#include "kv/store.h"

namespace gatehouse::certs {

// A certificate that was asked for and has not come yet. Its private key is not part of it.
struct PendingRequest {
  RecordId id;
  RecordName name;  // of the certificate to come
  Owner owner;
  WallTime created;
  Cause cause;
  crypto::CertificateRequest request;
};

struct NewRequest {
  crypto::CertificateRequest request;
  crypto::PrivateKey key;
  RecordName name;
  Owner owner = Owner::machine();
};

// The requests that wait for an answer, each in one entry with its sealed key. Of the reactor of
// its store; what a call changed is durable when it returns. Errors of all calls: those of kv;
// `invalid`: an entry is damaged.
class PendingRequests {
 public:
  static constexpr std::size_t kMost = 1000;

  PendingRequests(kv::Store& store, io::Reactor& reactor, const KeyVault& vault)
      : store_(store), reactor_(reactor), vault_(vault) {}

  // Errors: `conflict`: a request of that name and owner waits, or too many do; `invalid`: the key
  // is not the request's.
  io::Task<Result<PendingRequest>> put(NewRequest content, Cause cause, io::Deadline deadline);
  // All of them, in the order of their ids.
  io::Task<Result<std::vector<PendingRequest>>> list(io::Deadline deadline) const;
  // The one that was made with this key; none where there is none.
  io::Task<Result<std::optional<PendingRequest>>> by_key(crypto::Sha256 spki_sha256,
                                                         io::Deadline deadline) const;
  // Errors: `not_found`.
  io::Task<Result<crypto::PrivateKey>> key(RecordId id, io::Deadline deadline) const;
  // With its key, which is gone then. One that is not there is no error.
  io::Task<Result<Ok>> remove(RecordId id, io::Deadline deadline);

 private:
  kv::Store& store_;
  io::Reactor& reactor_;
  const KeyVault& vault_;
};

// As a value of the store; damaged ones are nothing.
struct KeptRequest {
  PendingRequest pending;
  Bytes sealed_key;
};
Bytes encode_request(const PendingRequest& pending, ByteView sealed_key);
std::optional<KeptRequest> decode_request(ByteView value);

}  // namespace gatehouse::certs
