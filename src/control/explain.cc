#include "control/explain.h"

#include <algorithm>

#include <fmt/format.h>

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

class Explanation {
 public:
  Explanation(const InForce& now, const OpenListener& listener) : now_(now), listener_(listener) {}

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
    const tls::Answer* answer = bindings.find(called);
    if (answer == nullptr) {
      say(calls ? fmt::format("Nobody published {} here, and this listener refuses unknown names.",
                              called->text())
                : "The client sends no name, and this listener refuses that.");
      return;
    }
    response_.set_answered(true);
    response_.set_tls_profile(std::string(tls::text(answer->profile)));
    std::string which = "a certificate";
    for (const ServedIdentityPtr& served : now_.identities->all()) {
      if (served->credential == answer->credential) which = certificate_text(*served);
    }
    response_.set_certificate(which);
    if (!calls) {
      say(fmt::format("The client sends no name, so the default of this listener answers: {}.",
                      which));
    } else if (bindings.find_named(*called) != nullptr) {
      say(fmt::format("{} is bound here, so this certificate answers: {}.", called->text(), which));
    } else {
      say(fmt::format("Nobody published {} here, so the default of this listener answers: {}.",
                      called->text(), which));
    }
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
  api::ExplainBindingResponse response_;
};

}  // namespace

Result<api::ExplainBindingResponse> explain_binding(const InForce& now,
                                                    const std::vector<OpenListener>& listeners,
                                                    const api::ExplainBindingRequest& request) {
  const auto question = read(request);
  if (!question) return std::unexpected(question.error());
  if (const OpenListener* listener = listener_for(*question, listeners)) {
    return Explanation(now, *listener).of(*question);
  }
  api::ExplainBindingResponse response;
  response.add_reasons(fmt::format("Nothing listens on port {}{}.", question->port,
                                   question->address ? " of " + question->address->text() : ""));
  return response;
}

}  // namespace gatehouse::control
