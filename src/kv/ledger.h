#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "kv/change_feed.h"
#include "kv/engine.h"

namespace gatehouse::kv {

// A store of this machine on one thread: an engine, the time that its leases have, and those who
// watch it. Blocks as its engine does.
class Ledger {
 public:
  // Leases that the engine knows have their whole duration from now.
  static Result<std::unique_ptr<Ledger>> make(std::unique_ptr<Engine> engine, const Clock& clock);

  Result<std::optional<Entry>> get(const std::string& key);
  Result<Page> list(const ListRequest& request);
  Result<Outcome> commit(const Transaction& transaction);
  Result<Lease> grant(std::chrono::seconds duration);
  Result<Ok> keep_alive(Lease lease);
  Result<Ok> revoke(Lease lease);
  Result<Ok> watch(std::shared_ptr<WatchBuffer> buffer, Revision since);

  // When end_due_leases() has something to do.
  std::optional<SteadyTime> next_due() const;
  // Each call above does it first. A lease whose end cannot be written down keeps its keys until
  // it can; nobody can keep it alive or put with it meanwhile.
  void end_due_leases();

  // See Engine. Leases and watchers begin anew with what the other process left.
  void stand_back() { engine_->stand_back(); }
  Result<Ok> come_back();

  Engine& engine() { return *engine_; }

 private:
  // How soon an end that could not be written down is tried again.
  static constexpr std::chrono::seconds kAgain{1};
  struct Term {
    std::chrono::seconds duration{};
    SteadyTime due{};
    bool ended = false;
  };

  Ledger(std::unique_ptr<Engine> engine, const Clock& clock)
      : engine_(std::move(engine)), clock_(clock), feed_(engine_->revision()) {}
  Result<Ok> read_leases();
  void start(Lease lease, std::chrono::seconds duration);
  void set_due(Lease lease, Term& term, SteadyTime due);
  Result<Ok> end(Lease lease);
  Result<Term*> living(Lease lease);
  Result<Ok> check_leases(const Transaction& transaction);
  Outcome told(EngineOutcome outcome);

  std::unique_ptr<Engine> engine_;
  const Clock& clock_;
  ChangeFeed feed_;
  std::map<Lease, Term> terms_;
  std::set<std::pair<SteadyTime, Lease>> by_due_;
};

}  // namespace gatehouse::kv
