#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/choice.h"
#include "certs/record.h"
#include "certs/store/content.h"
#include "certs/store/history.h"
#include "certs/store/key_vault.h"
#include "certs/store/master_secret.h"
#include "certs/store/record_reader.h"
#include "certs/store/requests.h"
#include "certs/store/served_times.h"
#include "certs/store/together.h"
#include "certs/store/turn.h"
#include "crypto/identity.h"
#include "kv/store.h"

namespace gatehouse::certs {

// Who uses a certificate: what has to let go of it before it can be removed.
class Usage {
 public:
  virtual ~Usage() = default;
  // Texts for a sentence: "binding 0.0.0.0:443 files.example.com".
  virtual std::vector<std::string> users(const RecordId& id) const = 0;
};

// The certificates of this machine with their keys, on kv. What a call changed is durable when it
// returns; what failed changed nothing, unless the error says that this is not known. Changes are
// made one after the other. Of one reactor; calls suspend and never block on the disk.
class CertificateStore {
 public:
  // Opens the store, or makes a new one together with its master secret; upgrades the layout of an
  // older one. Blocks while the master secret is read. Errors, which change nothing: another master
  // secret, or none for a store that has one; a store of a newer gatehouse; a damaged one.
  static io::Task<Result<std::unique_ptr<CertificateStore>>> open(
      kv::Store& store, io::Reactor& reactor, MasterSource& master, const Usage& usage,
      io::Deadline deadline, PassphraseCost cost = {});
  CertificateStore(kv::Store& store, io::Reactor& reactor, const Usage& usage, KeyVault vault);

  // Errors: `invalid`: a wrong shelf, a certificate that is of no use without its key, a key of
  // another certificate, too much; `conflict`: the name is taken, or the certificate is here.
  io::Task<Result<Record>> put(NewRecord content, Cause cause, io::Deadline deadline);
  // The record stays the same for everybody who uses it: id, name, owner. The one before is kept in
  // the history, its key is not. The same certificate again changes nothing.
  io::Task<Result<Record>> replace(RecordId id, Content content, Cause cause,
                                   io::Deadline deadline);
  io::Task<Result<Record>> rename(RecordId id, RecordName name, Cause cause, io::Deadline deadline);
  // Errors: `conflict`: it is used, and by whom.
  io::Task<Result<Ok>> remove(RecordId id, Cause cause, io::Deadline deadline);

  // Several at once, all or nothing; the records that were added or replaced. Errors: those of
  // put() and replace(); `conflict`, to be tried again: a condition of the caller does not hold.
  io::Task<Result<std::vector<Record>>> change(Together all, Cause cause, io::Deadline deadline);

  // What opens the keys: immutable, for any thread.
  const std::shared_ptr<const KeyVault>& vault() const { return vault_; }
  // Everything that can be read without a key.
  const RecordReader& reader() const { return reader_; }
  // With the key, to be served or exported. Errors: `not_found`: no such record, or no identity.
  io::Task<Result<crypto::Identity>> identity(RecordId id, io::Deadline deadline) const;
  // The same for a key that leaves the machine: the history says so before it does.
  io::Task<Result<crypto::Identity>> export_identity(RecordId id, Cause cause,
                                                     io::Deadline deadline);
  // The newest valid certificate that is meant, and why: see choose().
  io::Task<Result<Choice>> find(Wanted wanted, io::Deadline deadline) const;

  // Keys whose certificates have been asked for.
  PendingRequests& requests() { return requests_; }
  const PendingRequests& requests() const { return requests_; }

  // Cheap, for every handshake; the store learns of it by write_served_times().
  void mark_served(const RecordId& id, WallTime when) { served_.note(id, when); }
  io::Task<Result<Ok>> write_served_times(io::Deadline deadline);

  // Seals the data key anew under another master secret; nothing else is touched. Keep the old one
  // until this has returned: then only the new one opens the store. A passphrase blocks for its
  // cost.
  io::Task<Result<Ok>> change_master(MasterSecret secret, io::Deadline deadline,
                                     PassphraseCost cost = {});

 private:
  // What several changes come to.
  struct Planned {
    kv::Transaction transaction;
    std::vector<Record> records;
  };

  io::Task<Result<Record>> add(NewRecord content, Shelf shelf, Cause cause, io::Deadline deadline);
  io::Task<Result<Ok>> plan_addition(const Together::Addition& addition, const Cause& cause,
                                     Planned& plan, io::Deadline deadline) const;
  io::Task<Result<Ok>> plan_replacement(const Together::Replacement& replacement,
                                        const Cause& cause, Planned& plan,
                                        io::Deadline deadline) const;
  io::Task<Result<Ok>> plan_removal(RecordId id, const Cause& cause, Planned& plan,
                                    io::Deadline deadline) const;
  io::Task<Result<RecordName>> free_name(const NewRecord& content, Shelf shelf,
                                         io::Deadline deadline) const;
  io::Task<Result<Ok>> check_free(const RecordName& name, Shelf shelf, const Owner& owner,
                                  io::Deadline deadline) const;
  io::Task<Result<Ok>> check_unique(const Record& record, io::Deadline deadline) const;
  std::optional<Bytes> sealed_key(const Record& record, const Content& content) const;
  WallTime now() const;

  kv::Store& store_;
  io::Reactor& reactor_;
  const Usage& usage_;
  std::shared_ptr<const KeyVault> vault_;
  RecordReader reader_;
  PendingRequests requests_;
  ServedTimes served_;
  Turn turn_;
};

}  // namespace gatehouse::certs
