#include "control/authorities/live_authority_desk.h"

#include <algorithm>

#include <fmt/format.h>

#include "control/authorities/wishes.h"
#include "control/messages.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

constexpr auto kCallTime = 60s;
constexpr std::size_t kMostRows = 1000;

bool newer(const certs::KeptIssued& a, const certs::KeptIssued& b) {
  return a.issued.not_before > b.issued.not_before;
}

// The CA that gatehouse made for itself, where it rests in files that could not be taken over.
api::AuthorityRow machine_row(const crypto::Certificate& anchor) {
  api::AuthorityRow row;
  row.set_name(std::string(certs::AuthorityName::kMachine));
  if (const auto constraints = crypto::name_constraints_of(anchor)) {
    row.set_permitted(constraints->text());
  }
  certs::AuthorityRoot root{.certificate = anchor, .anchor = {}, .key = certs::RecordId{}};
  add(root, *row.add_roots());
  row.set_created(row.roots(0).not_before());
  row.set_read_only(true);
  row.add_notes("gatehouse made it for itself and renews what is below it; see gatehouse trust.");
  return row;
}

// What would be made.
void add(const certs::NewAuthority& wanted, api::AuthorityRow& to) {
  to.set_name(wanted.name.text());
  if (wanted.constraints) to.set_permitted(wanted.constraints->text());
  to.set_leaf_days(static_cast<std::uint32_t>(wanted.lives.leaf.count()));
}

std::vector<std::string> notes_on(const certs::NewAuthority& wanted) {
  if (!wanted.constraints) {
    return {
        "It may certify every name of the world: whoever has its keys can speak for every server "
        "that its devices talk to."};
  }
  return {fmt::format("It may certify {} and nothing else, for as long as it lives.",
                      wanted.constraints->text())};
}

}  // namespace

io::Deadline LiveAuthorityDesk::deadline() const { return parts_.reactor.in(kCallTime); }

certs::Cause LiveAuthorityDesk::cause(const Caller& caller, const std::string& why,
                                      std::string_view what) {
  return {who(caller), why.empty() ? std::string(what) : why};
}

LiveAuthorityDesk::Answer<certs::Authority> LiveAuthorityDesk::authority(std::string text) const {
  auto name = certs::AuthorityName::parse(text);
  if (!name) co_return pass_on(name);
  co_return co_await parts_.authorities.reader().get(std::move(*name), deadline());
}

LiveAuthorityDesk::Answer<Issued> LiveAuthorityDesk::issued(certs::AuthorityName name) const {
  co_return co_await parts_.authorities.reader().issued(std::move(name), deadline());
}

LiveAuthorityDesk::Answer<api::AuthorityRow> LiveAuthorityDesk::row(
    certs::Authority authority) const {
  auto all = co_await issued(authority.name);
  if (!all) co_return pass_on(all);
  api::AuthorityRow row;
  add(authority, *all, now(), row);
  co_return row;
}

LiveAuthorityDesk::Answer<std::map<certs::RecordId, std::string>> LiveAuthorityDesk::names_of(
    std::vector<certs::RecordId> ids) const {
  auto records = co_await parts_.certificates.reader().records(std::move(ids), deadline());
  if (!records) co_return pass_on(records);
  std::map<certs::RecordId, std::string> names;
  for (const auto& record : *records) names.emplace(record.id, record.name.text());
  co_return names;
}

LiveAuthorityDesk::Answer<api::ListAuthoritiesResponse> LiveAuthorityDesk::list(
    api::ListAuthoritiesRequest /*request*/, Caller /*caller*/) {
  api::ListAuthoritiesResponse response;
  auto all = co_await parts_.authorities.reader().list(deadline());
  if (!all) co_return pass_on(all);
  const auto machine =
      std::ranges::find_if(*all, [](const certs::Authority& one) { return one.name.is_machine(); });
  const auto anchor = parts_.machine_anchor();
  if (machine != all->end()) {
    std::rotate(all->begin(), machine, machine + 1);
  } else if (anchor) {
    *response.add_authorities() = machine_row(*anchor);
  }
  for (auto& authority : *all) {
    auto one = co_await row(std::move(authority));
    if (!one) co_return pass_on(one);
    *response.add_authorities() = std::move(*one);
  }
  co_return response;
}

LiveAuthorityDesk::Answer<api::GetAuthorityResponse> LiveAuthorityDesk::get(
    api::GetAuthorityRequest request, Caller /*caller*/) {
  api::GetAuthorityResponse response;
  auto found = co_await authority(request.name());
  const auto anchor = parts_.machine_anchor();
  if (!found && anchor && request.name() == certs::AuthorityName::kMachine) {
    *response.mutable_authority() = machine_row(*anchor);
    response.set_anchors(anchor->to_pem());
    co_return response;
  }
  if (!found) co_return pass_on(found);
  auto all = co_await issued(found->name);
  if (!all) co_return pass_on(all);
  add(*found, *all, now(), *response.mutable_authority());
  response.set_anchors(anchors_pem(*found, *all, now()));
  if (!request.certificate().empty()) {
    auto one = co_await issued_called(found->name, request.certificate());
    if (!one) co_return pass_on(one);
    auto added = co_await add_chain(*found, one->issued, response);
    if (!added) co_return pass_on(added);
    all = Issued{std::move(*one)};
  }
  if (auto added = co_await add_rows(*found, std::move(*all), response); !added) {
    co_return pass_on(added);
  }
  co_return response;
}

LiveAuthorityDesk::Answer<Ok> LiveAuthorityDesk::add_rows(const certs::Authority& authority,
                                                          Issued all,
                                                          api::GetAuthorityResponse& to) const {
  std::ranges::sort(all, newer);
  if (all.size() > kMostRows) all.erase(all.begin() + kMostRows, all.end());
  std::vector<certs::RecordId> records;
  for (const auto& one : all) {
    if (one.issued.record) records.push_back(*one.issued.record);
  }
  auto names = co_await names_of(std::move(records));
  if (!names) co_return pass_on(names);
  for (const auto& one : all) {
    auto& row = *to.add_issued();
    add(one.issued, authority, now(), row);
    if (!one.issued.record) continue;
    const auto kept = names->find(*one.issued.record);
    if (kept != names->end()) row.set_certificate(kept->second);
  }
  co_return Ok{};
}

LiveAuthorityDesk::Answer<Ok> LiveAuthorityDesk::check_free(std::string name) const {
  auto taken = co_await authority(name);
  if (taken) {
    co_return fail(Fault::operator_input, fmt::format("there is a CA called \"{}\" already", name),
                   ErrorKind::conflict);
  }
  if (taken.error().kind != ErrorKind::not_found) co_return pass_on(taken);
  co_return Ok{};
}

LiveAuthorityDesk::Answer<api::InitAuthorityResponse> LiveAuthorityDesk::init(
    api::InitAuthorityRequest request, Caller caller) {
  auto wanted = wanted_authority(request, parts_.machine_names());
  if (!wanted) co_return pass_on(wanted);
  api::InitAuthorityResponse response;
  for (auto& note : notes_on(*wanted)) response.add_notes(std::move(note));
  if (request.dry_run()) {
    if (auto free = co_await check_free(request.name()); !free) co_return pass_on(free);
    add(*wanted, *response.mutable_authority());
    co_return response;
  }
  auto made = co_await parts_.authorities.init(std::move(*wanted),
                                               cause(caller, request.why(), "ca init"), deadline());
  if (!made) co_return pass_on(made);
  add(*made, {}, now(), *response.mutable_authority());
  if (parts_.roots_changed) parts_.roots_changed();
  co_return response;
}

io::Task<std::optional<std::string>> LiveAuthorityDesk::follow_machine(certs::AuthorityName name,
                                                                       std::string why,
                                                                       Caller caller) {
  if (!name.is_machine()) co_return std::nullopt;
  auto served = co_await parts_.take_up(std::move(why), std::move(caller), {});
  if (!served) co_return served.error().what;
  if (!served->rolled_back()) co_return std::nullopt;
  co_return "Clients would have refused the new default identity, so the one before is served "
            "still: gatehouse check shows why, and gatehouse reload tries it again.";
}

}  // namespace gatehouse::control
