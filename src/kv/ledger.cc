#include "kv/ledger.h"

#include <fmt/format.h>

namespace gatehouse::kv {

Result<std::unique_ptr<Ledger>> Ledger::make(std::unique_ptr<Engine> engine, const Clock& clock) {
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(engine), clock));
  if (auto read = ledger->read_leases(); !read) return pass_on(read);
  return ledger;
}

Result<Ok> Ledger::read_leases() {
  auto leases = engine_->leases();
  if (!leases) return pass_on(leases);
  terms_.clear();
  by_due_.clear();
  for (const auto& [lease, duration] : *leases) start(lease, duration);
  return Ok{};
}

Result<Ok> Ledger::come_back() {
  const Revision before = engine_->revision();
  if (auto back = engine_->come_back(); !back) return back;
  if (engine_->revision() == before) return Ok{};
  feed_.lose_until(engine_->revision());
  return read_leases();
}

void Ledger::start(Lease lease, std::chrono::seconds duration) {
  Term& term = terms_[lease];
  term.duration = duration;
  set_due(lease, term, clock_.steady() + duration);
}

void Ledger::set_due(Lease lease, Term& term, SteadyTime due) {
  by_due_.erase({term.due, lease});
  term.due = due;
  by_due_.emplace(due, lease);
}

std::optional<SteadyTime> Ledger::next_due() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

void Ledger::end_due_leases() {
  const SteadyTime now = clock_.steady();
  while (!by_due_.empty() && by_due_.begin()->first <= now) {
    const Lease lease = by_due_.begin()->second;
    Term& term = terms_.at(lease);
    term.ended = true;
    if (!end(lease)) set_due(lease, term, now + kAgain);
  }
}

Result<Ok> Ledger::end(Lease lease) {
  auto applied = engine_->end(lease);
  if (!applied) return pass_on(applied);
  by_due_.erase({terms_.at(lease).due, lease});
  terms_.erase(lease);
  feed_.tell(std::move(applied->changes), applied->revision);
  return Ok{};
}

Result<Ledger::Term*> Ledger::living(Lease lease) {
  const auto found = terms_.find(lease);
  if (found != terms_.end() && !found->second.ended) return &found->second;
  return fail(
      Fault::ours,
      fmt::format("lease {} has ended: ask for a new one", static_cast<std::int64_t>(lease)),
      ErrorKind::not_found);
}

Result<Ok> Ledger::check_leases(const Transaction& transaction) {
  for (const auto& write : transaction.writes) {
    const auto* put = std::get_if<Put>(&write);
    if (put == nullptr || put->lease == Lease::none) continue;
    if (auto term = living(put->lease); !term) return pass_on(term);
  }
  return Ok{};
}

Result<std::optional<Entry>> Ledger::get(const std::string& key) {
  end_due_leases();
  if (auto valid = check_key(key); !valid) return pass_on(valid);
  return engine_->get(key);
}

Result<Page> Ledger::list(const ListRequest& request) {
  end_due_leases();
  if (auto valid = check(request); !valid) return pass_on(valid);
  return engine_->list(request);
}

Outcome Ledger::told(EngineOutcome outcome) {
  if (const auto* conflict = std::get_if<Conflict>(&outcome)) return *conflict;
  auto& applied = std::get<Applied>(outcome);
  feed_.tell(std::move(applied.changes), applied.revision);
  return Committed{applied.revision};
}

Result<Outcome> Ledger::commit(const Transaction& transaction) {
  end_due_leases();
  if (auto valid = check(transaction); !valid) return pass_on(valid);
  if (auto granted = check_leases(transaction); !granted) return pass_on(granted);
  auto outcome = engine_->commit(transaction);
  if (!outcome) return pass_on(outcome);
  return told(std::move(*outcome));
}

Result<Lease> Ledger::grant(std::chrono::seconds duration) {
  end_due_leases();
  if (auto valid = check_lease_duration(duration); !valid) return pass_on(valid);
  auto lease = engine_->grant(duration);
  if (lease) start(*lease, duration);
  return lease;
}

Result<Ok> Ledger::keep_alive(Lease lease) {
  end_due_leases();
  auto term = living(lease);
  if (!term) return pass_on(term);
  set_due(lease, **term, clock_.steady() + (*term)->duration);
  return Ok{};
}

Result<Ok> Ledger::revoke(Lease lease) {
  end_due_leases();
  if (auto term = living(lease); !term) return pass_on(term);
  return end(lease);
}

Result<Ok> Ledger::watch(std::shared_ptr<WatchBuffer> buffer, Revision since) {
  end_due_leases();
  feed_.join(std::move(buffer), since);
  return Ok{};
}

}  // namespace gatehouse::kv
