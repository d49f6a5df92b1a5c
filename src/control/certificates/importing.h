#pragma once

#include <optional>
#include <vector>

#include "api/messages.h"
#include "certs/store/certificate_store.h"
#include "crypto/exchange/pairing.h"

// What is in the files of an import, and what becomes of each thing.
namespace gatehouse::control {

struct ReadFiles {
  std::optional<crypto::Bundle> bundle;      // all files as one
  api::ImportCertificatesResponse refusals;  // without a bundle: which file was not read, and why
};
// Reads files and passphrases of a request; these are tried in their order. Blocks for the rounds
// that the files ask for. Any thread. Errors: usage.
Result<ReadFiles> read_files(const api::ImportCertificatesRequest& request);

// What a person asks for, parsed.
struct ImportWishes {
  std::optional<certs::RecordName> name;
  certs::Owner owner = certs::Owner::machine();
  std::optional<certs::Shelf> shelf;
  std::optional<certs::Role> role;
  std::optional<certs::Record> replace;
};

// One change of the store that an import makes.
struct Arrival {
  certs::Content content;
  certs::Shelf shelf;
  certs::RecordName name;
  std::optional<certs::RecordId> replaces;   // else it is added
  std::optional<certs::RecordId> completes;  // the request that it answers

  // As it will be in the store.
  certs::Record record(const certs::Owner& owner, WallTime now) const;
};

struct ImportPlan {
  std::vector<Arrival> arrivals;  // in the order in which they are to be stored
  std::vector<certs::Record> unchanged;
  api::ImportCertificatesResponse response;  // what was found, refused, noticed
};

class ImportPlanner {
 public:
  // Borrows the store and the anchors.
  ImportPlanner(const certs::CertificateStore& store, ImportWishes wishes,
                const std::vector<crypto::Certificate>& machine_anchors, WallTime now,
                io::Deadline deadline)
      : store_(store),
        wishes_(std::move(wishes)),
        machine_anchors_(machine_anchors),
        now_(now),
        deadline_(deadline) {}

  // Errors: those of the store; usage and conflict about names. What cannot be used is among the
  // refusals of the plan.
  io::Task<Result<ImportPlan>> plan(crypto::Bundle bundle);

 private:
  struct Request {
    crypto::Sha256 key;
    certs::PendingRequest pending;
  };

  io::Task<Result<Ok>> bring_keys(crypto::Bundle& bundle);
  io::Task<Result<Ok>> take_identity(crypto::PairedIdentity paired);
  io::Task<Result<Ok>> take_certificate(crypto::Certificate certificate, certs::Shelf shelf);
  io::Task<Result<Ok>> take(certs::Content content, certs::Shelf shelf, std::string suggested,
                            api::FoundItem item);
  io::Task<Result<Ok>> complete_identities();
  io::Task<Result<std::optional<certs::Record>>> same(const crypto::Certificate& certificate,
                                                      certs::Shelf shelf) const;
  io::Task<Result<certs::RecordName>> name_for(const certs::Content& content, certs::Shelf shelf,
                                               const std::string& suggested) const;
  io::Task<Result<bool>> is_taken(certs::Shelf shelf, const certs::RecordName& name) const;
  Result<Ok> check_targets(const crypto::Pairing& pairing);
  bool refuse(const crypto::PairedIdentity& paired);
  void refuse_lone(const crypto::Certificate& certificate);
  bool wanted_on(certs::Shelf shelf) const { return !wishes_.shelf || *wishes_.shelf == shelf; }
  void add(const crypto::Refusal& refusal);
  const Request* request_of(const crypto::Certificate& leaf) const;

  const certs::CertificateStore& store_;
  ImportWishes wishes_;
  const std::vector<crypto::Certificate>& machine_anchors_;
  WallTime now_;
  io::Deadline deadline_;
  std::vector<Request> requests_;
  ImportPlan plan_;
};

}  // namespace gatehouse::control
