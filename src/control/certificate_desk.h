#pragma once

#include "api/messages.h"
#include "base/result.h"
#include "control/control_plane.h"
#include "io/task.h"

namespace gatehouse::control {

// What the API does with certificates at rest. Control thread only. Errors are those of the API.
// No answer holds a private key but that of export_key(), and there it is encrypted.
class CertificateDesk {
 public:
  template <class Response>
  using Answer = io::Task<Result<Response>>;

  virtual ~CertificateDesk() = default;

  // What is stored; what is served is the control plane's to say.
  virtual Answer<api::ListCertificatesResponse> list(api::ListCertificatesRequest request,
                                                     Caller caller) = 0;
  virtual Answer<api::GetCertificateResponse> get(api::GetCertificateRequest request,
                                                  Caller caller) = 0;
  virtual Answer<api::CertificateHistoryResponse> history(api::CertificateHistoryRequest request,
                                                          Caller caller) = 0;
  virtual Answer<api::ImportCertificatesResponse> import(api::ImportCertificatesRequest request,
                                                         Caller caller) = 0;
  virtual Answer<api::CreateCertificateResponse> create(api::CreateCertificateRequest request,
                                                        Caller caller) = 0;
  virtual Answer<api::RequestCertificateResponse> request(api::RequestCertificateRequest request,
                                                          Caller caller) = 0;
  virtual Answer<api::RenameCertificateResponse> rename(api::RenameCertificateRequest request,
                                                        Caller caller) = 0;
  virtual Answer<api::RemoveCertificateResponse> remove(api::RemoveCertificateRequest request,
                                                        Caller caller) = 0;
  virtual Answer<api::ExportedFile> export_public(api::ExportCertificateRequest request,
                                                  Caller caller) = 0;
  virtual Answer<api::ExportedFile> export_key(api::ExportKeyRequest request, Caller caller) = 0;
};

}  // namespace gatehouse::control
