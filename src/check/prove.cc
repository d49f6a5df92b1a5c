#include "check/prove.h"

#include <fmt/format.h>

#include "check/chain_facts.h"
#include "check/clients.h"
#include "check/dial.h"
#include "check/plain_answer.h"
#include "check/shown.h"

namespace gatehouse::check {
namespace {

using Kind = PlainFacts::Kind;

std::string label(const Target& target, const io::SocketAddress& address,
                  std::string_view how = "") {
  return fmt::format("{} ({}{})", target.url(), address.text(), how);
}

// Both clients say the same of a server that does not come to the point.
std::vector<Proof> failed(const std::string& target, const std::string& sentence) {
  return {{target, text(Client::browser), false, false, sentence},
          {target, text(Client::native), false, false, sentence}};
}

bool is_planned(const crypto::Certificate& leaf, const TlsPlan& plan) {
  if (leaf.sha256() == plan.leaf) return true;
  return plan.or_any_with_the_name && leaf.names().covers(plan.name);
}

std::string expected_another(const crypto::Certificate& leaf, const TlsPlan& plan) {
  return fmt::format(
      "The certificate of {} (SHA-256 {}) answers for {} instead of the planned one.",
      short_name(leaf.subject()), crypto::hex(leaf.sha256()).substr(0, 16), plan.name.text());
}

std::string told(const std::optional<HttpResult>& answer) {
  if (!answer) return "";
  if (*answer) return fmt::format(" GET / was answered with {}.", (*answer)->status);
  return fmt::format(" GET /: the server {}.", answer->error().what);
}

TlsFacts facts_of(const tls::Observation& seen, const std::vector<crypto::Certificate>& anchors,
                  const ServerName& name, WallTime when) {
  TlsFacts facts{.modern = seen};
  facts.chain = chain_facts(seen.chain, anchors, when);
  facts.faults = crypto::chain_faults(seen.chain, anchors, name, when);
  return facts;
}

Proof proof(const std::string& target, const Verdict& verdict, bool as_planned,
            const std::string& more) {
  return {target, text(verdict.client), as_planned, verdict.outcome == Outcome::connects,
          fmt::format("{}: {}{}", text(verdict.outcome), verdict.reason, more)};
}

bool keeps(PlainRule rule, const PlainFacts& facts) {
  switch (rule) {
    case PlainRule::keep: return facts.answer && facts.kind != Kind::redirects;
    case PlainRule::redirect: return facts.kind == Kind::redirects;
    case PlainRule::refuse: return facts.kind == Kind::refuses || facts.kind == Kind::closes;
  }
  return false;
}

std::string_view wanted(PlainRule rule) {
  switch (rule) {
    case PlainRule::keep: return "be served";
    case PlainRule::redirect: return "be redirected to https";
    case PlainRule::refuse: return "be refused";
  }
  return "be refused";
}

std::string seen_plainly(const PlainFacts& facts) {
  if (!facts.answer) return fmt::format("The server {}.", facts.reason);
  if (facts.answer->location.empty()) return fmt::format("Answered with {}.", facts.answer->status);
  return fmt::format("Answered with {} to {}.", facts.answer->status, facts.answer->location);
}

}  // namespace

io::Task<std::vector<Proof>> prove_tls(io::Reactor& reactor, TlsPlan plan,
                                       std::vector<crypto::Certificate> anchors) {
  const Target target{.name = plan.name, .port = plan.port};
  const std::string label_text = label(target, plan.address, plan.rsa_only ? ", RSA only" : "");
  const TlsDial dial =
      co_await dial_tls(reactor, plan.address,
                        {.server_name = plan.name, .alpn = {"http/1.1"}, .rsa_only = plan.rsa_only},
                        request_to(target.authority()), reactor.in(kProofTime));
  if (!dial.unreachable.empty()) {
    co_return failed(label_text, fmt::format("{} {}.", plan.address.text(), dial.unreachable));
  }
  if (dial.seen.chain.empty()) {
    co_return failed(label_text, fmt::format("The server {}.", dial.seen.reason));
  }
  if (const auto& leaf = dial.seen.chain.front(); !is_planned(leaf, plan)) {
    co_return failed(label_text, expected_another(leaf, plan));
  }
  // A server that wants a client's certificate may end the handshake after it has shown its own.
  const bool as_planned = dial.seen.completed() || dial.seen.asked_for_certificate;
  const TlsFacts facts = facts_of(dial.seen, anchors, plan.name, reactor.clock().wall());
  const Handshakes handshakes{.modern = dial.seen, .old = {}, .ancient = {}};
  std::vector<Proof> proofs;
  for (const Verdict& verdict : verdicts(handshakes, facts)) {
    if (verdict.client == Client::old || verdict.client == Client::ancient) continue;
    const bool browser = verdict.client == Client::browser;
    proofs.push_back(proof(label_text, verdict, as_planned, browser ? told(dial.answer) : ""));
  }
  co_return proofs;
}

io::Task<Proof> prove_plain(io::Reactor& reactor, PlainPlan plan) {
  const Target target{.name = plan.name, .port = plan.port, .tls = false};
  const PlainDial dial = co_await dial_plain(reactor, plan.address, request_to(target.authority()),
                                             reactor.in(kProofTime));
  const PlainFacts facts = plain_facts(plan.address, dial);
  const bool good = keeps(plan.rule, facts);
  std::string sentence = seen_plainly(facts);
  if (!good) sentence += fmt::format(" Plain HTTP should {} here.", wanted(plan.rule));
  co_return Proof{label(target, plan.address), "plain", good, good, std::move(sentence)};
}

}  // namespace gatehouse::check
