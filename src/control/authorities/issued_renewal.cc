#include "control/authorities/issued_renewal.h"

#include <fmt/format.h>

#include "certs/renewal/due.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;
using certs::Authority;
using certs::AuthorityIssuer;
using certs::IssuedCertificate;
using crypto::Purpose;

constexpr auto kEvery = 10min;
constexpr auto kCallTime = 60s;
// Signing keeps the control thread busy, and each is a commit: others come in between.
constexpr std::size_t kMostAtOnce = 20;
constexpr auto kBreath = 200ms;
// What ended so long ago and is in no use by then is left alone.
constexpr auto kForgotten = std::chrono::days{366};

certs::Cause cause(std::string why) { return {"renewal", std::move(why)}; }
Caller caller() { return {.name = "renewal", .uid = 0}; }

// Is in the store perhaps, and due or revoked.
struct Wanted {
  WallTime now;

  bool operator()(const IssuedCertificate& issued) const {
    if (issued.revocation) return issued.record && now <= issued.not_after;
    if (now < certs::renewal_time(issued.not_before, issued.not_after)) return false;
    // What was made here is known by its record; what was asked for from here is looked for.
    return now <= issued.not_after + (issued.record ? WallTime::duration(kForgotten) : 0s);
  }
};

const AuthorityIssuer* due_issuer(const Authority& authority, WallTime now) {
  for (const auto purpose : {Purpose::server, Purpose::client}) {
    const AuthorityIssuer* issuer = authority.active_issuer(purpose);
    if (issuer != nullptr && certs::is_due(issuer->certificate, now)) return issuer;
  }
  return nullptr;
}

bool can_outlive(const Authority& authority, const IssuedCertificate& issued, WallTime now) {
  const AuthorityIssuer* issuer = authority.active_issuer(issued.purpose);
  return issuer != nullptr && issuer->certificate.valid_at(now) &&
         issuer->certificate.not_after() > issued.not_after;
}

std::string issuers_of(const Authority& authority) { return "issuers of " + authority.name.text(); }

}  // namespace

io::Deadline IssuedRenewal::deadline() const { return parts_.reactor.in(kCallTime); }

io::Task<void> IssuedRenewal::follow() {
  do {
    while (co_await look()) {
      if (co_await parts_.reactor.sleep(parts_.reactor.in(kBreath)) != io::Wake::timed_out) {
        co_return;
      }
    }
  } while (co_await parts_.reactor.sleep(parts_.reactor.in(kEvery)) == io::Wake::timed_out);
}

io::Task<bool> IssuedRenewal::look() {
  Look look;
  auto all = co_await parts_.authorities.reader().list(deadline());
  if (!all) {
    look.findings.unreadable(all.error().what);
    all = std::vector<Authority>{};
  }
  for (Authority& each : *all) {
    Authority authority = co_await look_at_issuers(std::move(each), look);
    auto done = co_await look_at_issued(std::move(authority), look);
    if (!done) look.findings.unreadable(done.error().what);
  }
  // What is served by the names in it needs no proof, but others want to know of it.
  if (look.renewed > 0) (void)co_await parts_.take_up("renewed by its CA", caller());
  findings_ = look.findings.all();
  log_.tell(findings_, steady());
  co_return look.more;
}

// ------------------------------------------------------------------ issuers

// As it is then.
io::Task<Authority> IssuedRenewal::look_at_issuers(Authority authority, Look& look) {
  const AuthorityIssuer* due = due_issuer(authority, now());
  if (due == nullptr || authority.name.is_machine()) co_return authority;
  const certs::AuthorityRoot& root = authority.active_root();
  if (due->certificate.not_after() >= root.certificate.not_after()) {
    look.findings.root_ends(authority, *due, now());
    co_return authority;
  }
  if (!root.key) {
    look.findings.root_key_elsewhere(authority, *due, now());
    co_return authority;
  }
  const std::string what = issuers_of(authority);
  if (const std::string* why = attempts_.waits(what, steady())) {
    look.findings.issuers_failed(authority, *why);
    co_return authority;
  }
  auto renewed = co_await parts_.authorities.renew_issuers(
      authority.name, cause("two thirds of the life of its issuers are over"), deadline());
  if (!renewed) {
    look.findings.issuers_failed(authority, renewed.error().what);
    attempts_.failed(what, std::move(renewed.error().what), steady());
    co_return authority;
  }
  attempts_.succeeded(what);
  parts_.events.info("A CA has new issuers, in time before the end of those before.",
                     {{"ca", authority.name.text()}});
  co_return std::move(*renewed);
}

// ------------------------------------------------------------------ what was issued

io::Task<Result<Ok>> IssuedRenewal::look_at_issued(Authority authority, Look& look) {
  auto all =
      co_await parts_.authorities.reader().issued_where(authority.name, Wanted{now()}, deadline());
  if (!all) co_return pass_on(all);
  for (auto& one : *all) {
    if (look.tried >= kMostAtOnce) {
      look.more = true;
      co_return Ok{};
    }
    auto done = co_await look_at_one(authority, std::move(one.issued), look);
    if (!done) co_return done;
  }
  co_return Ok{};
}

io::Task<Result<Ok>> IssuedRenewal::look_at_one(const Authority& authority,
                                                IssuedCertificate issued, Look& look) {
  auto record = co_await parts_.authorities.kept_in(issued.sha256, deadline());
  if (!record) co_return pass_on(record);
  if (!*record || parts_.kept_by_others(**record)) co_return Ok{};
  if (issued.revocation) {
    auto kept = co_await parts_.certificates.reader().get(**record, deadline());
    if (kept) look.findings.revoked(authority, issued, kept->record.name.text());
    co_return Ok{};
  }
  // Of its issuer the findings tell.
  if (!can_outlive(authority, issued, now())) co_return Ok{};
  if (const std::string* why = attempts_.waits(issued.serial, steady())) {
    look.findings.certificate_failed(authority, issued, *why, now());
    co_return Ok{};
  }
  ++look.tried;
  auto renewed = co_await renew(authority.name, issued, **record);
  if (renewed) {
    ++look.renewed;
    attempts_.succeeded(issued.serial);
    co_return Ok{};
  }
  look.findings.certificate_failed(authority, issued, renewed.error().what, now());
  attempts_.failed(issued.serial, std::move(renewed.error().what), steady());
  co_return Ok{};
}

io::Task<Result<Ok>> IssuedRenewal::renew(certs::AuthorityName name, IssuedCertificate issued,
                                          certs::RecordId record) {
  const std::string why = fmt::format("renewed by the CA {}", name.text());
  auto before = co_await parts_.certificates.identity(record, deadline());
  if (!before) co_return pass_on(before);
  auto made = co_await parts_.authorities.renew(name, issued.serial, cause(why), deadline());
  if (!made) co_return pass_on(made);
  auto served = co_await serve(record, std::move(*before), why);
  if (!served) co_return served;
  parts_.events.info("A certificate was renewed by its CA.",
                     {{"ca", name.text()},
                      {"certificate", made->record->name.text()},
                      {"serial", made->issued.serial}});
  co_return Ok{};
}

// A certificate that clients would refuse leaves the store again.
io::Task<Result<Ok>> IssuedRenewal::serve(certs::RecordId record, crypto::Identity before,
                                          std::string why) {
  if (!parts_.chosen(record)) co_return Ok{};
  auto change = co_await parts_.take_up(std::move(why), caller());
  if (change && !change->rolled_back()) co_return Ok{};
  auto undone = co_await parts_.certificates.replace(
      record, std::move(before), cause("clients would have refused the renewed one"), deadline());
  if (!undone) co_return pass_on(undone);
  if (!change) co_return pass_on(change);
  co_return fail(Fault::operator_input,
                 "clients would have refused it where it is served, so the one before is served "
                 "still");
}

}  // namespace gatehouse::control
