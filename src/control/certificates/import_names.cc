#include <algorithm>

#include <fmt/format.h>

#include "certs/store/content.h"
#include "certs/store/store_keys.h"
#include "control/certificates/importing.h"

// What is imported is called so.
namespace gatehouse::control {
namespace {

using certs::Content;
using certs::RecordName;
using certs::Shelf;

constexpr std::size_t kMostNumbered = 1000;

}  // namespace

io::Task<Result<bool>> ImportPlanner::is_taken(Shelf shelf, const RecordName& name) const {
  const bool planned = std::ranges::any_of(
      plan_.arrivals, [&](const Arrival& one) { return one.shelf == shelf && one.name == name; });
  if (planned) co_return true;
  auto kept =
      co_await store_.reader().id_at(certs::keys::by_name(shelf, wishes_.owner, name), deadline_);
  if (!kept) co_return pass_on(kept);
  co_return !kept->empty();
}

io::Task<Result<RecordName>> ImportPlanner::name_for(const Content& content, Shelf shelf,
                                                     const std::string& suggested) const {
  if (wishes_.name) {
    auto taken = co_await is_taken(shelf, *wishes_.name);
    if (!taken) co_return pass_on(taken);
    if (!*taken) co_return *wishes_.name;
    co_return fail(Fault::operator_input,
                   fmt::format("The name \"{0}\" is taken by another certificate on the shelf {1}. "
                               "Choose another name, or take its place with --replace \"{0}\".",
                               wishes_.name->text(), certs::shelf_text(shelf)),
                   ErrorKind::conflict);
  }
  const RecordName base = suggested.empty() ? certs::made_name(certs::chain_of(content).front())
                                            : RecordName::nearest(suggested);
  for (std::size_t number = 1; number <= kMostNumbered; ++number) {
    RecordName name = number == 1 ? base : base.numbered(number);
    auto taken = co_await is_taken(shelf, name);
    if (!taken) co_return pass_on(taken);
    if (!*taken) co_return name;
  }
  co_return fail(Fault::operator_input,
                 fmt::format("{} certificates are called \"{}\" already: give this one a name.",
                             kMostNumbered, base.text()),
                 ErrorKind::conflict);
}

}  // namespace gatehouse::control
