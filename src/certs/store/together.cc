#include "certs/store/together.h"

#include <fmt/format.h>

#include "certs/store/certificate_store.h"
#include "certs/store/record_writes.h"
#include "certs/store/store_keys.h"

namespace gatehouse::certs {
namespace {

void append(kv::Transaction& to, kv::Transaction more) {
  std::ranges::move(more.conditions, std::back_inserter(to.conditions));
  std::ranges::move(more.writes, std::back_inserter(to.writes));
}

std::unexpected<Error> overtaken() {
  return fail_for_now(Fault::machine,
                      "somebody else changed the same at the same time: nothing was changed, try "
                      "again",
                      ErrorKind::conflict);
}

}  // namespace

io::Task<Result<std::vector<Record>>> CertificateStore::change(Together all, Cause cause,
                                                               io::Deadline deadline) {
  if (auto told = check(cause); !told) co_return pass_on(told);
  auto turn = co_await turn_.take(deadline);
  if (!turn) co_return pass_on(turn);
  Planned plan{{std::move(all.conditions), std::move(all.writes)}, {}};
  for (const auto& addition : all.add) {
    auto planned = co_await plan_addition(addition, cause, plan, deadline);
    if (!planned) co_return pass_on(planned);
  }
  for (const auto& replacement : all.replace) {
    auto planned = co_await plan_replacement(replacement, cause, plan, deadline);
    if (!planned) co_return pass_on(planned);
  }
  for (const auto& id : all.remove) {
    auto planned = co_await plan_removal(id, cause, plan, deadline);
    if (!planned) co_return pass_on(planned);
  }
  auto outcome = co_await store_.commit(std::move(plan.transaction), deadline);
  if (!outcome) co_return pass_on(outcome);
  if (std::holds_alternative<kv::Conflict>(*outcome)) co_return overtaken();
  for (const auto& id : all.remove) served_.forget(id);
  co_return std::move(plan.records);
}

io::Task<Result<Ok>> CertificateStore::plan_addition(const Together::Addition& addition,
                                                     const Cause& cause, Planned& plan,
                                                     io::Deadline deadline) const {
  const NewRecord& content = addition.content;
  const auto shelf = shelf_for(content.content, content.shelf);
  if (!shelf) co_return std::unexpected(shelf.error());
  auto name = co_await free_name(content, *shelf, deadline);
  if (!name) co_return pass_on(name);
  if (auto free = co_await check_free(*name, *shelf, content.owner, deadline); !free) {
    co_return pass_on(free);
  }
  Record record({addition.id, *shelf, std::move(*name), content.owner, content.origin, now()},
                chain_of(content.content));
  if (auto unique = co_await check_unique(record, deadline); !unique) co_return pass_on(unique);
  append(plan.transaction, adding(record, sealed_key(record, content.content), cause));
  plan.records.push_back(std::move(record));
  co_return Ok{};
}

io::Task<Result<Ok>> CertificateStore::plan_replacement(const Together::Replacement& replacement,
                                                        const Cause& cause, Planned& plan,
                                                        io::Deadline deadline) const {
  auto kept = co_await reader_.get(replacement.id, deadline);
  if (!kept) co_return pass_on(kept);
  const auto shelf = shelf_for(replacement.content, kept->record.shelf);
  if (!shelf) co_return std::unexpected(shelf.error());
  auto facts = kept->record.facts();
  ++facts.version;
  Record next(std::move(facts), chain_of(replacement.content));
  if (auto unique = co_await check_unique(next, deadline); !unique) co_return pass_on(unique);
  append(plan.transaction,
         replacing(*kept, next, sealed_key(next, replacement.content), cause, now()));
  plan.records.push_back(std::move(next));
  co_return Ok{};
}

io::Task<Result<Ok>> CertificateStore::plan_removal(RecordId id, const Cause& cause, Planned& plan,
                                                    io::Deadline deadline) const {
  auto kept = co_await reader_.get(id, deadline);
  if (!kept) co_return pass_on(kept);
  append(plan.transaction, removing(*kept, cause, now()));
  co_return Ok{};
}

io::Task<Result<Ok>> CertificateStore::check_free(const RecordName& name, Shelf shelf,
                                                  const Owner& owner, io::Deadline deadline) const {
  auto taken = co_await store_.get(keys::by_name(shelf, owner, name), deadline);
  if (!taken) co_return pass_on(taken);
  if (!*taken) co_return Ok{};
  co_return fail(Fault::operator_input,
                 fmt::format("the name \"{}\" is taken by another certificate on the shelf {} of "
                             "{}: choose another one",
                             name.text(), shelf_text(shelf), owner.text()),
                 ErrorKind::conflict);
}

}  // namespace gatehouse::certs
