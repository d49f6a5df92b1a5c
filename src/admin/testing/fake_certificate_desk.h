#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/certificate_desk.h"

namespace gatehouse::admin::testing {

// Answers nothing in particular, and remembers who asked for what.
class FakeCertificateDesk final : public control::CertificateDesk {
 public:
  std::optional<Error> error;  // of every method
  std::vector<std::string> calls;
  std::vector<control::Caller> callers;

  Answer<api::ListCertificatesResponse> list(api::ListCertificatesRequest request,
                                             control::Caller caller) override {
    auto response = answer<api::ListCertificatesResponse>("list", std::move(caller));
    if (response) response->add_stored()->set_shelf(request.shelf());
    co_return response;
  }
  Answer<api::GetCertificateResponse> get(api::GetCertificateRequest /*request*/,
                                          control::Caller caller) override {
    co_return answer<api::GetCertificateResponse>("get", std::move(caller));
  }
  Answer<api::CertificateHistoryResponse> history(api::CertificateHistoryRequest /*request*/,
                                                  control::Caller caller) override {
    co_return answer<api::CertificateHistoryResponse>("history", std::move(caller));
  }
  Answer<api::ImportCertificatesResponse> import(api::ImportCertificatesRequest request,
                                                 control::Caller caller) override {
    auto response = answer<api::ImportCertificatesResponse>("import", std::move(caller));
    if (response && !request.files().empty()) response->add_notes(request.files(0).name());
    co_return response;
  }
  Answer<api::CreateCertificateResponse> create(api::CreateCertificateRequest /*request*/,
                                                control::Caller caller) override {
    co_return answer<api::CreateCertificateResponse>("create", std::move(caller));
  }
  Answer<api::RequestCertificateResponse> request(api::RequestCertificateRequest /*request*/,
                                                  control::Caller caller) override {
    co_return answer<api::RequestCertificateResponse>("request", std::move(caller));
  }
  Answer<api::RenameCertificateResponse> rename(api::RenameCertificateRequest /*request*/,
                                                control::Caller caller) override {
    co_return answer<api::RenameCertificateResponse>("rename", std::move(caller));
  }
  Answer<api::RemoveCertificateResponse> remove(api::RemoveCertificateRequest /*request*/,
                                                control::Caller caller) override {
    co_return answer<api::RemoveCertificateResponse>("remove", std::move(caller));
  }
  Answer<api::ExportedFile> export_public(api::ExportCertificateRequest /*request*/,
                                          control::Caller caller) override {
    co_return answer<api::ExportedFile>("export_public", std::move(caller));
  }
  Answer<api::ExportedFile> export_key(api::ExportKeyRequest /*request*/,
                                       control::Caller caller) override {
    co_return answer<api::ExportedFile>("export_key", std::move(caller));
  }

 private:
  template <class Message>
  Result<Message> answer(std::string call, control::Caller caller) {
    calls.push_back(std::move(call));
    callers.push_back(std::move(caller));
    if (error) return std::unexpected(*error);
    return Message{};
  }
};

}  // namespace gatehouse::admin::testing
