#pragma once

#include <map>

#include "kv/engine.h"

namespace gatehouse::kv {

// Keeps everything in this process and forgets it with it: for tests, and the measure of what the
// others must answer.
class MemoryEngine : public Engine {
 public:
  Revision revision() const override { return revision_; }
  Result<std::optional<Entry>> get(std::string_view key) override;
  Result<Both> get_both(std::string_view first, std::string_view second) override;
  Result<Page> list(const ListRequest& request) override;
  Result<EngineOutcome> commit(const Transaction& transaction) override;
  Result<Lease> grant(std::chrono::seconds duration) override;
  Result<Applied> end(Lease lease) override;
  Result<std::vector<GrantedLease>> leases() override;
  Result<Ok> for_each(std::string_view prefix, const Visitor& visitor) override;

 private:
  struct Kept {
    Bytes value;
    Revision revision;
    Lease lease;
  };
  using Entries = std::map<std::string, Kept, std::less<>>;

  Revision revision_of(std::string_view key) const;
  void apply(const Write& write, Applied& applied);
  Applied finish(Applied applied);

  Entries entries_;
  std::map<Lease, std::chrono::seconds> leases_;
  std::int64_t granted_ = 0;
  Revision revision_ = 1;
};

}  // namespace gatehouse::kv
