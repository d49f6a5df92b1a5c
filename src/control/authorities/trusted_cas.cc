#include "control/authorities/trusted_cas.h"

#include <fmt/format.h>

#include "control/authorities/words.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

constexpr auto kCallTime = 10s;

// Those that the CA may certify.
std::vector<NamePattern> permitted_of(const crypto::CertificateNames& names,
                                      const certs::Authority& by) {
  const auto constraints = by.constraints();
  std::vector<NamePattern> permitted;
  const auto add = [&](const NamePattern& name) {
    if (!constraints || constraints->permits(name)) permitted.push_back(name);
  };
  for (const NamePattern& name : names.dns) add(name);
  for (const ServerName& address : names.addresses) {
    if (const auto name = NamePattern::parse(address.text())) add(*name);
  }
  return permitted;
}

}  // namespace

io::Deadline TrustedCas::deadline() const { return parts_.reactor.in(kCallTime); }

io::Task<Result<certs::TrustedCa>> TrustedCas::trusted(certs::Authority authority) {
  auto all = co_await parts_.authorities.reader().issued(authority.name, deadline());
  if (!all) co_return pass_on(all);
  co_return trusted_ca(authority, *all, parts_.reactor.clock().wall());
}

io::Task<Result<certs::TrustedCa>> TrustedCas::ca(std::string name) {
  auto parsed = certs::AuthorityName::parse(name);
  if (!parsed) co_return pass_on(parsed);
  auto authority = co_await parts_.authorities.reader().get(std::move(*parsed), deadline());
  if (!authority) co_return pass_on(authority);
  co_return co_await trusted(std::move(*authority));
}

io::Task<Result<crypto::Identity>> TrustedCas::probe(std::string name,
                                                     crypto::CertificateNames names,
                                                     std::chrono::seconds life) {
  auto parsed = certs::AuthorityName::parse(name);
  if (!parsed) co_return pass_on(parsed);
  auto authority = co_await parts_.authorities.reader().get(std::move(*parsed), deadline());
  if (!authority) co_return pass_on(authority);
  certs::IssueRequest wanted{.common_name = {}, .names = permitted_of(names, *authority)};
  if (wanted.names.empty()) {
    co_return fail(Fault::operator_input,
                   fmt::format("the CA {} may certify no name of this machine", name),
                   ErrorKind::not_permitted);
  }
  wanted.common_name = wanted.names.front().text();
  wanted.life = life;
  auto made =
      co_await parts_.authorities.issue(authority->name, std::move(wanted), certs::HandOut{},
                                        {"trust page", "live test of the trust page"}, deadline());
  if (!made) co_return pass_on(made);
  co_return std::move(made->identity);
}

io::Task<void> TrustedCas::refresh() {
  auto all = co_await parts_.authorities.reader().list(deadline());
  if (!all) {
    parts_.events.warn("The trust pages of local CAs are as they were before.",
                       {{"reason", all.error().what}});
    co_return;
  }
  for (certs::Authority& authority : *all) {
    const std::string name = authority.name.text();
    auto ca = co_await trusted(std::move(authority));
    if (!ca) continue;
    parts_.state->set_page(name, std::make_shared<const TrustContent>(
                                     std::move(*ca), parts_.state, TrustContent::Where::on_a_site));
  }
}

std::shared_ptr<const edge::OwnRoute> TrustedCas::page_of(const ServedIdentity& served) {
  if (served.identity.chain.size() < 2) return nullptr;
  const auto by = parts_.authorities.authority_of(served.identity.chain[1]);
  if (!by) return nullptr;
  auto& page = pages_[by->text()];
  if (!page) {
    page = std::make_shared<const edge::OwnRoute>(
        std::string(kTrustPath),
        edge::Own{std::make_shared<const NamedTrustContent>(by->text(), parts_.state)});
  }
  return page;
}

}  // namespace gatehouse::control
