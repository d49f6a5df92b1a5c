#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "kv/engine.h"
#include "kv/sqlite/handles.h"
#include "kv/sqlite/store_file.h"

namespace gatehouse::kv {

// A store in one file of this machine (SQLite 3, write-ahead log): durable when a call returns, and
// after a crash or a power failure as it was before or after a transaction, never between. What was
// erased or replaced is overwritten with zeros, and gone from the log too once tidy() has run.
class SqliteEngine final : public Engine {
 public:
  // Makes the file (0600) where it is missing, in a folder that is there and private (0700), and
  // brings one of an older version up to date. Errors, none of which changes anything: others can
  // read the store; another process writes to it; it is of a newer version, no store, or damaged;
  // folder or disk are read-only or full. Blocks. `vfs` is another file system of SQLite's.
  static Result<std::unique_ptr<SqliteEngine>> open(const std::filesystem::path& file,
                                                    const char* vfs = nullptr);

  // A store that is there, for reading alone, where open() failed with `why`: every change is
  // refused with it. Leaves the file as it is and needs no room on the disk, while another
  // process may write. Errors: as of open(); what a crash left in the log cannot be read without
  // writing.
  static Result<std::unique_ptr<SqliteEngine>> open_to_read(const std::filesystem::path& file,
                                                            Error why);

  Revision revision() const override { return revision_; }
  Result<std::optional<Entry>> get(std::string_view key) override;
  Result<Both> get_both(std::string_view first, std::string_view second) override;
  Result<Page> list(const ListRequest& request) override;
  Result<EngineOutcome> commit(const Transaction& transaction) override;
  Result<Lease> grant(std::chrono::seconds duration) override;
  Result<Applied> end(Lease lease) override;
  Result<std::vector<GrantedLease>> leases() override;
  Result<Ok> for_each(std::string_view prefix, const Visitor& visitor) override;

  void stand_back() override { lock_.reset(); }
  Result<Ok> come_back() override;

  // Old bytes are in the log still.
  bool untidy() const override { return untidy_ && lock_; }
  void tidy() override;

 private:
  struct Statements {
    sqlite::Statement revision;  // of one key
    sqlite::Statement get;
    sqlite::Statement both;
    sqlite::Statement range;
    sqlite::Statement put;
    sqlite::Statement erase;
    sqlite::Statement raise;  // the store's revision
    sqlite::Statement leases;
    sqlite::Statement grant;
    sqlite::Statement leased;  // the keys of a lease
    sqlite::Statement erase_leased;
    sqlite::Statement forget_lease;
    sqlite::Statement begin;
    sqlite::Statement commit;
    sqlite::Statement rollback;
  };
  class Writing;

  SqliteEngine(std::filesystem::path file, std::optional<sqlite::WriterLock> lock,
               sqlite::Connection connection)
      : file_(std::move(file)), lock_(std::move(lock)), connection_(std::move(connection)) {}
  static Result<std::unique_ptr<SqliteEngine>> read(const std::filesystem::path& path,
                                                    const std::string& uri, const Error& why);
  std::unexpected<Error> refusal() const;
  int prepare();
  int read_revision();
  std::unexpected<Error> trouble(int code);

  // These return SQLite's codes; SQLITE_OK is none.
  int find(std::string_view key, Revision& revision);
  int check(const std::vector<Condition>& conditions, std::optional<Conflict>& conflict);
  int apply(const Write& write, Applied& applied);
  int put(const Put& put, Applied& applied);
  int erase(const std::string& key, Applied& applied);
  int erase_lease(Lease lease, Applied& applied);
  Result<Applied> finish(Writing& writing, Applied applied);

  std::filesystem::path file_;
  std::optional<sqlite::WriterLock> lock_;  // none: another process writes
  sqlite::Connection connection_;
  Statements statements_;            // gone before their connection is
  std::optional<Error> only_reads_;  // and why
  Revision revision_ = 0;
  bool untidy_ = false;
};

}  // namespace gatehouse::kv
