#pragma once

#include <functional>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/event_log.h"
#include "certs/binding/credential_source.h"
#include "certs/binding/name_index.h"
#include "io/event.h"
#include "io/scope.h"

namespace gatehouse::certs {

// Told on a worker's thread which records were served since it was told last.
using ServedSink = std::function<void(std::vector<RecordId> served)>;

// The identities that the handshakes of one thread use: loaded when the first of them asks, kept
// until others need the room. What could not be loaded is not asked for again for a while. Of one
// reactor.
class CredentialCache {
 public:
  struct Limits {
    std::size_t entries = 20'000;
    std::size_t bytes = std::size_t{48} << 20;
  };
  // So long may a load take.
  static constexpr std::chrono::seconds kLoadTime{5};
  // After a failure it is not tried again for so long.
  static constexpr std::chrono::seconds kTryAgain{10};
  // How often the event log tells of failures, and the sink of what was served, at most.
  static constexpr std::chrono::minutes kTellAgain{1};

  // `source` outlives this. `served` may be empty.
  CredentialCache(io::Reactor& reactor, CredentialSource& source, EventLog& events,
                  ServedSink served, Limits limits);
  CredentialCache(io::Reactor& reactor, CredentialSource& source, EventLog& events,
                  ServedSink served = {})
      : CredentialCache(reactor, source, events, std::move(served), Limits()) {}

  enum class State : unsigned char {
    missing,     // load() it
    ready,       // it covers the name
    other_name,  // it does not: the index met another name with the same hash
    failed,      // it could not be loaded a moment ago
  };
  // Of the certificate that the candidate means; one that the record had before is `missing`.
  State state(const NameCandidate& candidate, const ServerName& name) const;
  // Of one that is `ready`: to be served now.
  tls::CredentialPtr serve(const NameCandidate& candidate);
  // Ends when it is not `missing` any more, or somebody else needed its room since; all who ask for
  // the same one meanwhile wait for one load.
  io::Task<void> load(NameCandidate candidate);

  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_; }

  // Gives up what is being loaded, and tells the sink what it has not been told.
  void cancel();
  // After cancel(): until everything has ended.
  io::Task<void> join();

 private:
  struct Entry {
    RecordId id;
    std::uint64_t asked;  // for which certificate of the record
    std::uint64_t found;  // which one it was: the store may be ahead of the index
    std::shared_ptr<const LoadedCredential> loaded = nullptr;  // nullptr: it failed
    SteadyTime try_again{};
    bool served = false;  // since the sink was told

    bool means(std::uint64_t tag) const { return tag == asked || tag == found; }
  };
  using Entries = std::list<Entry>;  // the one that was used last comes first
  struct Hash {
    std::size_t operator()(const RecordId& id) const;
  };

  const Entry* find(const NameCandidate& candidate) const;
  io::Task<void> carry_out(NameCandidate candidate, std::shared_ptr<io::Event> done);
  void keep(const NameCandidate& candidate, Result<LoadedCredential> loaded);
  void drop(Entries::iterator entry);
  void tell_failure(const NameCandidate& candidate, const Error& error);
  io::Task<void> tell_served_later();
  void tell_served();

  io::Reactor& reactor_;
  CredentialSource& source_;
  EventLog& events_;
  ServedSink sink_;
  Limits limits_;
  Entries entries_;
  std::unordered_map<RecordId, Entries::iterator, Hash> by_id_;
  std::size_t bytes_ = 0;
  std::unordered_map<RecordId, std::shared_ptr<io::Event>, Hash> loading_;
  std::optional<SteadyTime> told_failure_;
  std::vector<RecordId> served_;
  io::Scope tasks_;
};

}  // namespace gatehouse::certs
