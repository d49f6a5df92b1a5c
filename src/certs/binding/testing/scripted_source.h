#pragma once

#include <map>
#include <string>
#include <vector>

#include "certs/binding/credential_source.h"
#include "certs/binding/name_index.h"
#include "certs/testing/records.h"
#include "io/event.h"

namespace gatehouse::certs::testing {

// A record with its identity, as a test makes them.
struct Stored {
  RecordSummary summary;
  crypto::Identity identity;
};

inline Stored stored(const crypto::Identity& identity, RecordId id = RecordId::random()) {
  const Record record({id, Shelf::identities, RecordName::parse("x").value(), Owner::machine(),
                       Origin::import, kNow},
                      identity.chain);
  return {summary_of(record), identity};
}

// Holds identities in memory; with hold() nobody gets one before let_go().
class ScriptedSource final : public CredentialSource {
 public:
  explicit ScriptedSource(io::Reactor& reactor) : released_(reactor) {}

  std::map<RecordId, crypto::Identity> all;
  std::vector<RecordId> asked;
  bool fails = false;

  void hold() { held_ = true; }
  void let_go() {
    held_ = false;
    released_.notify_all();
  }
  void put(const Stored& one) { all.insert_or_assign(one.summary.id, one.identity); }

  io::Task<Result<LoadedCredential>> load(RecordId id, io::Deadline deadline) override {
    asked.push_back(id);
    while (held_) {
      if (co_await released_.wait(deadline) != io::Wake::ready) {
        co_return fail_for_now(Fault::machine, "the store did not answer in time",
                               ErrorKind::timed_out);
      }
    }
    const auto found = all.find(id);
    if (fails || found == all.end()) {
      co_return fail(Fault::machine, "its entry is damaged", ErrorKind::invalid);
    }
    const auto& chain = found->second.chain;
    co_return LoadedCredential{
        .credential = std::make_shared<const tls::Credential>(chain, found->second.key),
        .names = chain.front().names(),
        .tag = tag_of(chain.front().sha256()),
        .bytes = 1000};
  }

 private:
  io::Event released_;
  bool held_ = false;
};

}  // namespace gatehouse::certs::testing
