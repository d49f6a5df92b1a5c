#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing.h"
#include "certs/store/testing/store_fixture.h"
#include "control/certificates/live_certificate_desk.h"
#include "crypto/exchange/key_writer.h"

namespace gatehouse::control::testing {

inline constexpr std::string_view kStrong = "7h2k-qm4x-9bzt-e3nw-v8rd-a5gy";

// A desk on a store in memory, and a control plane that says what it is told to.
class DeskFixture : public certs::testing::StoreFixture {
 protected:
  DeskFixture() { brought_.set_applied(true); }

  LiveCertificateDesk& desk() {
    if (!desk_) {
      desk_.emplace(LiveCertificateDesk::Parts{
          .reactor = reactor,
          .helper = helper,
          .store = store(),
          .usage = usage,
          .events = events,
          .bring_into_force =
              [this](std::string why, Caller caller, std::vector<certs::Record> records) {
                return bring(std::move(why), caller, std::move(records));
              },
          .would_answer_for =
              [this](const certs::Record& record) {
                return chooses ? chooses(record) : std::vector<std::string>();
              },
          .machine_anchors = [this] { return machine_anchors; }});
    }
    return *desk_;
  }

  static Caller ops() { return {.name = "ops", .uid = 1001}; }

  // What a method answers; an error is a failure of the test.
  template <class Response, class Request>
  Response done(CertificateDesk::Answer<Response> (CertificateDesk::*method)(Request, Caller),
                Request request) {
    return must(ask(method, std::move(request)));
  }
  template <class Response, class Request>
  Result<Response> ask(CertificateDesk::Answer<Response> (CertificateDesk::*method)(Request,
                                                                                    Caller),
                       Request request) {
    CertificateDesk& own = desk();
    return run((own.*method)(std::move(request), ops()));
  }

  static api::CertificateSelector selector(std::string_view text, std::string_view shelf = "") {
    api::CertificateSelector selector;
    selector.set_text(std::string(text));
    selector.set_shelf(std::string(shelf));
    return selector;
  }
  static api::ImportCertificatesRequest import_of(std::string_view content,
                                                  std::string_view name = "") {
    api::ImportCertificatesRequest request;
    auto& file = *request.add_files();
    file.set_name("some.file");
    file.set_content(std::string(content));
    request.set_name(std::string(name));
    return request;
  }
  static std::string pem_of(const crypto::Identity& identity) {
    return std::string(as_text(identity.to_pem().view()));
  }

  api::ImportCertificatesResponse import(api::ImportCertificatesRequest request) {
    return done(&CertificateDesk::import, std::move(request));
  }
  api::ListCertificatesResponse listed(std::string_view shelf = "") {
    api::ListCertificatesRequest request;
    request.set_shelf(std::string(shelf));
    return done(&CertificateDesk::list, std::move(request));
  }
  std::vector<std::string> names_on(std::string_view shelf) {
    std::vector<std::string> names;
    for (const auto& one : listed(shelf).stored()) names.push_back(one.name());
    std::ranges::sort(names);
    return names;
  }
  api::GetCertificateResponse get(std::string_view text) {
    api::GetCertificateRequest request;
    *request.mutable_selector() = selector(text);
    return done(&CertificateDesk::get, std::move(request));
  }

  // The proof fails: everything served stays as it was.
  void the_proof_fails() {
    brought_.set_applied(false);
    brought_.set_rolled_back(true);
    brought_.add_plan()->set_text("port 443 answers with another certificate");
  }

  io::HelperThread helper;
  gatehouse::testing::MemoryFile log_file;
  EventLog events{{.format = EventLogOptions::Format::json, .fd = log_file.fd()}, clock};
  std::function<std::vector<std::string>(const certs::Record&)> chooses;  // null: nobody
  std::vector<crypto::Certificate> machine_anchors;
  std::vector<std::string> brought;  // why
  std::vector<std::string> arrived;  // the names of what was brought
  std::optional<Error> cannot_bring;

 private:
  io::Task<Result<api::ChangeResponse>> bring(std::string why, Caller /*caller*/,
                                              std::vector<certs::Record> records) {
    brought.push_back(std::move(why));
    for (const certs::Record& one : records) arrived.push_back(one.name.text());
    if (cannot_bring) co_return std::unexpected(*cannot_bring);
    co_return brought_;
  }

  api::ChangeResponse brought_;
  std::optional<LiveCertificateDesk> desk_;
};

}  // namespace gatehouse::control::testing
