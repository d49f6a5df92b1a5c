#pragma once

#include <variant>
#include <vector>

#include "certs/store/certificate_store.h"

namespace gatehouse::control {

// Changes of the store that can be taken back until their proof is in; the keys of what was
// replaced are in memory until then. The history tells of both ways.
class StoreEdit {
 public:
  StoreEdit(certs::CertificateStore& store, certs::Cause cause, io::Deadline deadline)
      : store_(store), cause_(std::move(cause)), deadline_(deadline) {}

  io::Task<Result<certs::Record>> add(certs::NewRecord content);
  io::Task<Result<certs::Record>> replace(certs::RecordId id, certs::Content content);
  io::Task<Result<certs::Record>> rename(certs::RecordId id, certs::RecordName name);

  // The latest first. Errors: those of the store; what was not reached stays as it is.
  io::Task<Result<Ok>> undo(io::Deadline deadline);
  bool empty() const { return done_.empty(); }
  // What was added, and what took the place of another one.
  const std::vector<certs::Record>& arrived() const { return arrived_; }

 private:
  struct Added {
    certs::RecordId id;
  };
  struct Replaced {
    certs::RecordId id;
    certs::Content before;
  };
  struct Renamed {
    certs::RecordId id;
    certs::RecordName before;
  };
  using Done = std::variant<Added, Replaced, Renamed>;

  io::Task<Result<certs::Content>> content_of(certs::RecordId id) const;
  io::Task<Result<Ok>> undo_one(Done done, io::Deadline deadline);

  certs::CertificateStore& store_;
  certs::Cause cause_;
  io::Deadline deadline_;
  std::vector<Done> done_;
  std::vector<certs::Record> arrived_;
};

}  // namespace gatehouse::control
