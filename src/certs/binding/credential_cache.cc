#include "certs/binding/credential_cache.h"

#include <cstring>

namespace gatehouse::certs {

// Ids are random: the beginning is as good as all of it.
std::size_t CredentialCache::Hash::operator()(const RecordId& id) const {
  std::size_t hash = 0;
  std::memcpy(&hash, id.bytes().data(), sizeof hash);
  return hash;
}

CredentialCache::CredentialCache(io::Reactor& reactor, CredentialSource& source, EventLog& events,
                                 ServedSink served, Limits limits)
    : reactor_(reactor),
      source_(source),
      events_(events),
      sink_(std::move(served)),
      limits_(limits),
      tasks_(reactor) {}

// ------------------------------------------------------------------ handshakes

const CredentialCache::Entry* CredentialCache::find(const NameCandidate& candidate) const {
  const auto known = by_id_.find(candidate.id);
  if (known == by_id_.end() || !known->second->means(candidate.tag)) return nullptr;
  return &*known->second;
}

CredentialCache::State CredentialCache::state(const NameCandidate& candidate,
                                              const ServerName& name) const {
  const Entry* entry = find(candidate);
  if (entry == nullptr) return State::missing;
  if (!entry->loaded) {
    return reactor_.clock().steady() < entry->try_again ? State::failed : State::missing;
  }
  return entry->loaded->names.covers(name) ? State::ready : State::other_name;
}

tls::CredentialPtr CredentialCache::serve(const NameCandidate& candidate) {
  const auto entry = by_id_.at(candidate.id);
  entries_.splice(entries_.begin(), entries_, entry);
  if (sink_ && !entry->served) {
    entry->served = true;
    if (served_.empty()) tasks_.spawn(tell_served_later());
    served_.push_back(entry->id);
  }
  return entry->loaded->credential;
}

// ------------------------------------------------------------------ loads

io::Task<void> CredentialCache::load(NameCandidate candidate) {
  auto& loading = loading_[candidate.id];
  const bool first = !loading;
  if (first) loading = std::make_shared<io::Event>(reactor_);
  const std::shared_ptr<io::Event> done = loading;
  // It cannot end before this waits: events wake in the next pass of the loop at the earliest.
  if (first) tasks_.spawn(carry_out(candidate, done));
  if (loading_.contains(candidate.id)) (void)co_await done->wait(io::Deadline::never());
}

io::Task<void> CredentialCache::carry_out(NameCandidate candidate,
                                          std::shared_ptr<io::Event> done) {
  auto loaded = co_await source_.load(candidate.id, reactor_.in(kLoadTime));
  loading_.erase(candidate.id);
  keep(candidate, std::move(loaded));
  done->notify_all();
}

void CredentialCache::keep(const NameCandidate& candidate, Result<LoadedCredential> loaded) {
  if (const auto before = by_id_.find(candidate.id); before != by_id_.end()) drop(before->second);
  Entry entry{.id = candidate.id, .asked = candidate.tag, .found = candidate.tag};
  if (loaded) {
    entry.found = loaded->tag;
    entry.loaded = std::make_shared<const LoadedCredential>(std::move(*loaded));
    bytes_ += entry.loaded->bytes;
  } else {
    entry.try_again = reactor_.clock().steady() + kTryAgain;
    tell_failure(candidate, loaded.error());
  }
  entries_.push_front(std::move(entry));
  by_id_.emplace(candidate.id, entries_.begin());
  // The newest stays, however large it is: somebody waits for it.
  while (entries_.size() > 1 && (entries_.size() > limits_.entries || bytes_ > limits_.bytes)) {
    drop(std::prev(entries_.end()));
  }
}

void CredentialCache::drop(Entries::iterator entry) {
  if (entry->loaded) bytes_ -= entry->loaded->bytes;
  by_id_.erase(entry->id);
  entries_.erase(entry);
}

void CredentialCache::tell_failure(const NameCandidate& candidate, const Error& error) {
  const SteadyTime now = reactor_.clock().steady();
  if (tasks_.cancelled()) return;
  if (told_failure_ && now - *told_failure_ < kTellAgain) return;
  told_failure_ = now;
  events_.error(
      "A certificate of the store could not be read; the next best is served in its place, or none "
      "at all.",
      {{"thumbprint", tag_text(candidate.tag)}, {"reason", error.what}});
}

// ------------------------------------------------------------------ what was served

io::Task<void> CredentialCache::tell_served_later() {
  (void)co_await reactor_.sleep(reactor_.in(kTellAgain));
  tell_served();
}

void CredentialCache::tell_served() {
  for (const RecordId& id : served_) {
    if (const auto entry = by_id_.find(id); entry != by_id_.end()) entry->second->served = false;
  }
  std::vector<RecordId> told = std::exchange(served_, {});
  if (!told.empty()) sink_(std::move(told));
}

void CredentialCache::cancel() { tasks_.cancel(); }

io::Task<void> CredentialCache::join() { co_await tasks_.join(); }

}  // namespace gatehouse::certs
