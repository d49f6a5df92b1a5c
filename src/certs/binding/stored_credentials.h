#pragma once

#include <memory>

#include "certs/binding/credential_reader.h"
#include "kv/thread_client.h"

namespace gatehouse::certs {

// The identities that rest in a store, read on that store's thread. Of one reactor, and gone before
// the thread is; the reader is shared by all reactors and used on the store's thread only.
class StoredCredentials final : public CredentialSource {
 public:
  StoredCredentials(kv::StoreThread& thread, io::Reactor& reactor,
                    std::shared_ptr<CredentialReader> reader)
      : client_(thread, reactor), reader_(std::move(reader)) {}

  io::Task<Result<LoadedCredential>> load(RecordId id, io::Deadline deadline) override {
    return client_.call<LoadedCredential>(
        [reader = reader_, id](kv::Ledger& ledger) { return reader->read(ledger.engine(), id); },
        deadline);
  }

 private:
  kv::ThreadClient client_;
  std::shared_ptr<CredentialReader> reader_;
};

}  // namespace gatehouse::certs
