#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/event_log.h"
#include "certs/store/certificate_store.h"
#include "certs/store/turn.h"
#include "control/certificate_desk.h"
#include "control/certificates/store_edit.h"
#include "io/helper_thread.h"

namespace gatehouse::control {

// The desk of a running program, on its certificate store. What cryptography takes long for is done
// by the helper thread: making an RSA key, opening or writing a PKCS#12 file.
class LiveCertificateDesk final : public CertificateDesk {
 public:
  // Makes what the store holds now serve, with plan and proof; where the proof fails everything
  // served is as before, once the caller has taken `arrived` out of the store again.
  using BringIntoForce = std::function<io::Task<Result<api::ChangeResponse>>(
      std::string why, Caller caller, std::vector<certs::Record> arrived)>;

  struct Parts {
    io::Reactor& reactor;
    io::HelperThread& helper;
    certs::CertificateStore& store;
    const certs::Usage& usage;
    EventLog& events;
    BringIntoForce bring_into_force;
    // Who chooses a record, were it in the store: "site files.example.com"; see choosers().
    std::function<std::vector<std::string>(const certs::Record&)> would_answer_for;
    // What the programs of this machine trust. May read the disk.
    std::function<std::vector<crypto::Certificate>()> machine_anchors;
  };

  // Borrows what Parts refers to.
  explicit LiveCertificateDesk(Parts parts) : parts_(std::move(parts)), turn_(parts_.reactor) {}

  Answer<api::ListCertificatesResponse> list(api::ListCertificatesRequest request,
                                             Caller caller) override;
  Answer<api::GetCertificateResponse> get(api::GetCertificateRequest request,
                                          Caller caller) override;
  Answer<api::CertificateHistoryResponse> history(api::CertificateHistoryRequest request,
                                                  Caller caller) override;
  Answer<api::ImportCertificatesResponse> import(api::ImportCertificatesRequest request,
                                                 Caller caller) override;
  Answer<api::CreateCertificateResponse> create(api::CreateCertificateRequest request,
                                                Caller caller) override;
  Answer<api::RequestCertificateResponse> request(api::RequestCertificateRequest request,
                                                  Caller caller) override;
  Answer<api::RenameCertificateResponse> rename(api::RenameCertificateRequest request,
                                                Caller caller) override;
  Answer<api::RemoveCertificateResponse> remove(api::RemoveCertificateRequest request,
                                                Caller caller) override;
  Answer<api::ExportedFile> export_public(api::ExportCertificateRequest request,
                                          Caller caller) override;
  Answer<api::ExportedFile> export_key(api::ExportKeyRequest request, Caller caller) override;

 private:
  io::Deadline soon() const;
  // For work of the helper thread, what waits before it included.
  io::Deadline takes_long() const;
  WallTime now() const;
  api::StoredCertificate message(const certs::Record& record) const;

  // The request that is called so, where no certificate is.
  io::Task<Result<std::optional<certs::PendingRequest>>> pending(
      const api::CertificateSelector& selector) const;
  // Brings the edits into force; where that fails they are undone. Adds to `change` what came of
  // it.
  io::Task<Result<Ok>> settle(StoreEdit& edit, std::string why, Caller caller,
                              api::ChangeResponse& change);
  io::Task<Result<Ok>> undo(StoreEdit& edit, api::ChangeResponse& change);
  // Whoever is answered by the record still chooses it when it is like `next`. Errors: conflict.
  Result<Ok> check_users(const certs::Record& record, const certs::Record& next) const;
  // What a record would answer for, as steps.
  void add_consequences(const certs::Record& record, api::ChangeResponse& change) const;
  Answer<api::RemoveCertificateResponse> remove_request(const certs::PendingRequest& pending,
                                                        bool dry_run);

  Parts parts_;
  certs::Turn turn_;  // one change after the other, proof included
};

}  // namespace gatehouse::control
