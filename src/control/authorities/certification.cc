#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_text.h"
#include "control/authorities/wishes.h"

// What comes of a certificate request that was made elsewhere.
namespace gatehouse::control {
namespace {

using crypto::CertificateRequest;
using crypto::Purpose;

std::unexpected<Error> usage(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::usage);
}

std::unexpected<Error> invalid(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

// The key is elsewhere, so nothing can be wanted of it here.
Result<Ok> check_alone(const api::IssueRequest& request) {
  const bool key = !request.key_type().empty() || !request.passphrase().empty();
  if (key) return usage("the key of a request was made with it: nothing can be said about it here");
  if (request.each()) return usage("a request is for one certificate, not for one of each name");
  if (request.certificate().empty() && request.replace().empty() && !request.hand_out())
    return Ok{};
  return usage(
      "what a request asks for is handed out, since its key is elsewhere: it has no place in the "
      "store");
}

std::string list(const std::vector<std::string>& words) {
  return printable(fmt::format("{}", fmt::join(words, ", ")));
}

// Of a server: its names, else its common name where that is one.
Result<std::vector<std::string>> server_names(const CertificateRequest& request,
                                              std::vector<std::string>& notes) {
  auto names = request.names().texts();
  if (!names.empty()) return names;
  if (!NamePattern::parse(request.common_name())) {
    return invalid(fmt::format(
        "the certificate request names no host ({}): say for which it is, with --host NAME",
        request.subject().empty() ? "it has no subject" : printable(request.subject())));
  }
  notes.push_back(fmt::format(
      "The request has no names (subjectAltName), so the certificate is for its common name: {}.",
      request.common_name()));
  return std::vector{request.common_name()};
}

Result<std::vector<std::string>> client_names(const CertificateRequest& request) {
  if (request.common_name().empty()) {
    return invalid(
        "the certificate request says not what the client is called (it has no common name): say "
        "it "
        "with --host NAME");
  }
  std::vector<std::string> names{request.common_name()};
  for (auto& name : request.names().texts()) names.push_back(std::move(name));
  return names;
}

Result<std::vector<std::string>> names_of(const api::IssueRequest& asked, Purpose purpose,
                                          const CertificateRequest& request,
                                          std::vector<std::string>& notes) {
  if (asked.names().empty()) {
    return purpose == Purpose::server ? server_names(request, notes) : client_names(request);
  }
  const auto wanted = request.names().texts();
  if (!wanted.empty()) {
    notes.push_back(
        fmt::format("The request asks for {}; your names take their place.", list(wanted)));
  }
  return std::vector<std::string>(asked.names().begin(), asked.names().end());
}

// What it asks for and does not get.
void note_ignored(const CertificateRequest& request, const certs::IssueRequest& wanted,
                  std::vector<std::string>& notes) {
  const bool server = wanted.purpose == Purpose::server;
  if (request.wants_ca()) {
    notes.emplace_back("The request asks to be a CA; the certificate is none, and signs nothing.");
  }
  if (server && request.wants_client()) {
    notes.emplace_back(request.wants_server()
                           ? "The request asks for servers and clients; the certificate is for "
                             "servers alone."
                           : "The request asks for a client; the certificate is for servers. "
                             "--client makes the other one.");
  }
  if (!server && request.wants_server()) {
    notes.emplace_back("The request asks for a server; the certificate is for clients alone.");
  }
  if (!request.subject().empty() && request.subject() != "CN=" + wanted.common_name) {
    notes.push_back(fmt::format("Of its subject ({}) only the name is taken: CN={}.",
                                printable(request.subject()), wanted.common_name));
  }
  if (!request.other_wishes().empty()) {
    notes.push_back(fmt::format("What else the request asks for is left out: {}.",
                                list(request.other_wishes())));
  }
  if (server && request.key_algorithm() == crypto::KeyAlgorithm::ed25519) {
    notes.emplace_back(
        "Browsers take no certificate with an Ed25519 key: it is for clients of your own.");
  }
}

}  // namespace

Result<Certification> wanted_certification(const api::IssueRequest& asked) {
  if (auto alone = check_alone(asked); !alone) return pass_on(alone);
  const auto purpose = wanted_purpose(asked);
  if (!purpose) return std::unexpected(purpose.error());
  const auto life = wanted_life(asked);
  if (!life) return std::unexpected(life.error());
  auto request = CertificateRequest::from_file(as_bytes(asked.request()));
  if (!request) return pass_on(request);
  std::vector<std::string> notes;
  const auto names = names_of(asked, *purpose, *request, notes);
  if (!names) return std::unexpected(names.error());
  auto wanted = wanted_for(*purpose, *names);
  if (!wanted) return pass_on(wanted);
  wanted->life = *life;
  note_ignored(*request, *wanted, notes);
  return Certification{std::move(*request), std::move(*wanted), std::move(notes)};
}

}  // namespace gatehouse::control
