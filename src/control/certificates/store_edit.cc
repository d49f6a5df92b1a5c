#include "control/certificates/store_edit.h"

namespace gatehouse::control {
namespace {

using certs::Content;
using certs::Record;
using certs::RecordId;
using certs::RecordName;

template <class T>
Result<Ok> done(const Result<T>& result) {
  if (result) return Ok{};
  return std::unexpected(result.error());
}

}  // namespace

io::Task<Result<Content>> StoreEdit::content_of(RecordId id) const {
  auto kept = co_await store_.reader().get(id, deadline_);
  if (!kept) co_return pass_on(kept);
  if (kept->record.shelf != certs::Shelf::identities) co_return Content(kept->record.leaf());
  auto identity = co_await store_.identity(id, deadline_);
  if (!identity) co_return pass_on(identity);
  co_return Content(std::move(*identity));
}

io::Task<Result<Record>> StoreEdit::add(certs::NewRecord content) {
  auto record = co_await store_.put(std::move(content), cause_, deadline_);
  if (!record) co_return record;
  done_.emplace_back(Added{record->id});
  arrived_.push_back(*record);
  co_return record;
}

io::Task<Result<Record>> StoreEdit::replace(RecordId id, Content content) {
  auto before = co_await content_of(id);
  if (!before) co_return pass_on(before);
  auto record = co_await store_.replace(id, std::move(content), cause_, deadline_);
  if (!record) co_return record;
  done_.emplace_back(Replaced{id, std::move(*before)});
  arrived_.push_back(*record);
  co_return record;
}

io::Task<Result<Record>> StoreEdit::rename(RecordId id, RecordName name) {
  auto before = co_await store_.reader().get(id, deadline_);
  if (!before) co_return pass_on(before);
  auto record = co_await store_.rename(id, std::move(name), cause_, deadline_);
  if (record) done_.emplace_back(Renamed{id, before->record.name});
  co_return record;
}

io::Task<Result<Ok>> StoreEdit::undo(io::Deadline deadline) {
  cause_.why = "undone: it could not be brought into force";
  while (!done_.empty()) {
    auto undone = co_await undo_one(done_.back(), deadline);
    if (!undone) co_return undone;
    done_.pop_back();
  }
  co_return Ok{};
}

io::Task<Result<Ok>> StoreEdit::undo_one(Done change, io::Deadline deadline) {
  if (const auto* added = std::get_if<Added>(&change)) {
    co_return co_await store_.remove(added->id, cause_, deadline);
  }
  if (const auto* renamed = std::get_if<Renamed>(&change)) {
    co_return done(co_await store_.rename(renamed->id, renamed->before, cause_, deadline));
  }
  auto& replaced = std::get<Replaced>(change);
  co_return done(
      co_await store_.replace(replaced.id, std::move(replaced.before), cause_, deadline));
}

}  // namespace gatehouse::control
