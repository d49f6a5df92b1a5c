#include "control/explain.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "control/candidate_words.h"
#include "control/plan_words.h"
#include "control/site_words.h"

namespace gatehouse::control {
namespace {

struct Question {
  std::optional<IpAddress> address;
  std::uint16_t port = 443;
  std::optional<ServerName> name;
};

Result<Question> read(const api::ExplainBindingRequest& request) {
  Question question;
  if (request.port() > 65535) {
    return fail(Fault::client, fmt::format("{} is no port.", request.port()), ErrorKind::usage);
  }
  if (request.port() != 0) question.port = static_cast<std::uint16_t>(request.port());
  if (!request.address().empty()) {
    auto address = IpAddress::parse(request.address());
    if (!address) return fail(Fault::client, address.error().what, ErrorKind::usage);
    question.address = *address;
  }
  if (!request.name().empty()) {
    auto name = ServerName::parse(request.name());
    if (!name) return fail(Fault::client, name.error().what, ErrorKind::usage);
    question.name = *name;
  }
  return question;
}

// As the kernel chooses: the address itself before the one that means all.
const OpenListener* listener_for(const Question& question,
                                 const std::vector<OpenListener>& listeners) {
  const OpenListener* found = nullptr;
  for (const OpenListener& listener : listeners) {
    if (listener.metrics || listener.address.port() != question.port) continue;
    const IpAddress address = listener.endpoint().address;
    if (question.address && address == *question.address) return &listener;
    const bool fits = address.is_any() || !question.address;
    const bool better = found == nullptr || (address.is_any() && !question.address);
    if (fits && better) found = &listener;
  }
  return found;
}

// The pattern under which something is bound to the name.
std::string pattern_text(const config::Site& site, const ServerName& name) {
  for (const NamePattern& pattern : site.names) {
    if (!pattern.wildcard() && pattern.base() == name) return pattern.text();
  }
  for (const NamePattern& pattern : site.names) {
    const std::string_view text = name.text();
    const auto dot = text.find('.');
    if (pattern.wildcard() && dot != std::string_view::npos &&
        text.substr(dot + 1) == pattern.base().text()) {
      return pattern.text();
    }
  }
  return site.any_name ? "*" : "";
}

constexpr std::size_t kMostCandidates = 10;

class Explanation {
 public:
  Explanation(const InForce& now, const OpenListener& listener, WallTime time)
      : now_(now), listener_(listener), time_(time) {}

  api::ExplainBindingResponse of(const Question& question) {
    say(fmt::format("The connection arrives at {}, which is open for `{}`.",
                    listener_.address.text(), listener_.asked.text()));
    const edge::ListenerPlan& plan = now_.snapshot->listeners.at(listener_.id);
    if (plan.bindings) {
      tell_certificate(question, *plan.bindings);
    } else {
      say("It speaks plain HTTP, so no certificate answers.");
      response_.set_answered(true);
    }
    if (response_.answered()) tell_site(question, *plan.routes);
    return std::move(response_);
  }

 private:
  void tell_certificate(const Question& question, const certs::BindingTable& bindings) {
    // Clients that dial an address send no name.
    const bool calls = question.name && !question.name->is_address();
    const auto called = calls ? question.name : std::nullopt;
    const certs::Bound* bound = bindings.find(called);
    if (bound == nullptr) {
      say(calls ? fmt::format("Nobody published {} here, and this listener refuses unknown names.",
                              called->text())
                : "The client sends no name, and this listener refuses that.");
      return;
    }
    response_.set_answered(true);
    response_.set_tls_profile(std::string(tls::text(bound->answer.profile)));
    const std::string which = usual_text(*bound);
    response_.set_certificate(which);
    if (calls && bound->standard && tell_store(*called, *bound->standard, which)) return;
    if (!calls) {
      say(fmt::format("The client sends no name, so the default of this listener answers: {}.",
                      which));
    } else if (bindings.find_named(*called) != nullptr) {
      say(fmt::format("{} is bound here, so this certificate answers: {}.", called->text(), which));
    } else {
      say(fmt::format("Nobody published {} here, so the default of this listener answers: {}.",
                      called->text(), which));
    }
    if (bound->pair) tell_second(*bound->pair);
  }

  std::string usual_text(const certs::Bound& bound) const {
    if (!bound.pair) return text_of(bound.answer.credential);
    return text_of(bound.pair->best({.ecdsa = true, .rsa = true}, certs::second_of(time_)));
  }

  void tell_second(const certs::CredentialPair& pair) {
    const std::uint32_t second = certs::second_of(time_);
    const tls::CredentialPtr& for_rsa = pair.best({.ecdsa = false, .rsa = true}, second);
    if (for_rsa == pair.best({.ecdsa = true, .rsa = true}, second)) {
      return say("Everybody gets it: of the two that are bound, the other one is not valid now.");
    }
    say(fmt::format("Clients that can verify nothing but RSA get the second one: {}.",
                    text_of(for_rsa)));
  }

  std::string text_of(const tls::CredentialPtr& credential) const {
    for (const ServedIdentityPtr& served : now_.identities->all()) {
      if (served->credential == credential) return certificate_text(*served);
    }
    return "a certificate";
  }

  // No binding names a certificate: those of the store for this name, from better to worse. Whether
  // one of them answers.
  bool tell_store(const ServerName& name, const crypto::CertificateNames& standard,
                  const std::string& otherwise) {
    if (!now_.snapshot->names) return false;
    const std::uint32_t second = certs::second_of(time_);
    const auto all = now_.snapshot->names->candidates(name, {}, second);
    if (all.empty()) return false;
    const certs::NameCandidate& best = all.front();
    const bool answers = best.valid_at(second) || !standard.covers(name);
    say(fmt::format("No binding names a certificate for {}, so the store is asked, which has {}:",
                    name.text(), all.size() == 1 ? "one" : fmt::format("{}", all.size())));
    for (const certs::NameCandidate& one : all | std::views::take(kMostCandidates)) {
      say(fmt::format("The certificate {} {}.", candidate_text(one),
                      candidate_reason(one, best, second)));
    }
    if (all.size() > kMostCandidates) say(fmt::format("{} more.", all.size() - kMostCandidates));
    if (!answers) {
      say(fmt::format("None of them is valid, and this one holds the name: {}.", otherwise));
      return true;
    }
    response_.set_certificate("store " + candidate_text(best));
    return true;
  }

  void tell_site(const Question& question, const edge::RouteTable& routes) {
    const std::string host =
        question.name ? question.name->url_host() : listener_.endpoint().address.url_host();
    const edge::Site* found = routes.find(host);
    if (found == nullptr) {
      say(fmt::format("No site has {} here: a request for it is told so.", host));
      return;
    }
    response_.set_site(found->name());
    const auto& sites = now_.settings().sites;
    const config::Site* site = sites.find(found->name());
    if (site == nullptr) return;
    const std::string pattern = question.name ? pattern_text(*site, *question.name) : "";
    say(pattern.empty() ? fmt::format("Requests for {} lead to site {}.", host, site->name)
                        : fmt::format("Requests for {} lead to site {}, which has the name `{}`.",
                                      host, site->name, pattern));
    say(fmt::format("It is answered by {}.", upstreams_text(site->upstreams)));
  }

  void say(const std::string& sentence) { response_.add_reasons(sentence); }

  const InForce& now_;
  const OpenListener& listener_;
  const WallTime time_;
  api::ExplainBindingResponse response_;
};

}  // namespace

Result<api::ExplainBindingResponse> explain_binding(const InForce& now,
                                                    const std::vector<OpenListener>& listeners,
                                                    const api::ExplainBindingRequest& request,
                                                    WallTime time) {
  const auto question = read(request);
  if (!question) return std::unexpected(question.error());
  if (const OpenListener* listener = listener_for(*question, listeners)) {
    return Explanation(now, *listener, time).of(*question);
  }
  api::ExplainBindingResponse response;
  response.add_reasons(fmt::format("Nothing listens on port {}{}.", question->port,
                                   question->address ? " of " + question->address->text() : ""));
  return response;
}

}  // namespace gatehouse::control
