#include "kv/sqlite/sqlite_engine.h"

#include <fmt/format.h>

#include "kv/key_range.h"
#include "kv/sqlite/schema.h"
#include "kv/sqlite/trouble.h"

namespace gatehouse::kv {

using sqlite::Running;

namespace {

// How long a write waits for a program that has no business in the file, a person's sqlite3.
constexpr int kPatienceMilliseconds = 2000;

enum RangeColumn : int { kKey, kRevision, kLease, kValue };

Lease lease_of(std::int64_t number) { return Lease{number}; }
std::int64_t number_of(Lease lease) { return static_cast<std::int64_t>(lease); }

Bytes copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

EntryView view_of(const sqlite::Statement& row) {
  return {as_text(row.bytes(kKey)), row.bytes(kValue), row.number(kRevision),
          lease_of(row.number(kLease))};
}

// The first key behind `after`, or the first of the prefix.
std::string start_of(const ListRequest& request) {
  if (request.after < request.prefix) return request.prefix;
  return request.after + '\0';
}

std::string end_of(std::string_view prefix) {
  // Behind every key that may be.
  return end_of_prefix(prefix).value_or(std::string(kLongestKey + 1, '\xff'));
}

// Before the file is trusted: no change to it, not even by closing it.
int restrain(sqlite::Connection& connection) {
  (void)sqlite3_busy_timeout(connection.handle(), kPatienceMilliseconds);
  (void)sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  (void)sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return connection.execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
}

// A row lies as a whole where its key does, inner pages too: with pages of 4 KiB, of which a chain
// of certificates fills a quarter, one read would walk through five of them.
int configure(sqlite::Connection& connection) {
  if (sqlite3_db_readonly(connection.handle(), "main") != 0) return SQLITE_READONLY;
  (void)sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return connection.execute(
      "PRAGMA page_size = 16384; PRAGMA cache_size = -8192; "
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; "
      "PRAGMA temp_store = MEMORY;");
}

// A URI of SQLite for reading alone (https://sqlite.org/uri.html).
std::string uri_of(const std::filesystem::path& path, std::string_view parameters) {
  std::string uri = "file:";
  for (const char c : path.string()) {
    const bool plain = c != '%' && c != '?' && c != '#';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("{}?mode=ro{}", uri, parameters);
}

// Whether everything is in the file itself, as after an orderly end.
bool has_no_log(const std::filesystem::path& path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path.string() + "-wal", missing);
  return missing || size == 0;
}

}  // namespace

// A transaction of the file, undone at the end of the block unless it was committed.
class SqliteEngine::Writing {
 public:
  explicit Writing(SqliteEngine& engine) : engine_(engine) {}
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;
  ~Writing() {
    // After some errors SQLite has undone it already.
    if (sqlite3_get_autocommit(engine_.connection_.handle()) != 0) return;
    (void)engine_.statements_.rollback.run();
  }

  int begin() { return engine_.statements_.begin.run(); }
  int commit() { return engine_.statements_.commit.run(); }

 private:
  SqliteEngine& engine_;
};

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::open(const std::filesystem::path& file,
                                                         const char* vfs) {
  const auto path = std::filesystem::absolute(file).lexically_normal();
  if (auto safe = sqlite::check_private(path); !safe) return pass_on(safe);
  auto lock = sqlite::WriterLock::take(path);
  if (!lock) return pass_on(lock);
  if (auto made = sqlite::make_private(path); !made) return pass_on(made);

  auto [connection, code] =
      sqlite::Connection::open(path.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, vfs);
  if (code == SQLITE_OK) code = restrain(connection);
  if (code != SQLITE_OK) return sqlite::trouble(path, connection.handle(), code);

  const auto version = sqlite::version_of(connection, path, sqlite::migrations());
  if (!version) return std::unexpected(version.error());
  code = configure(connection);
  if (code != SQLITE_OK) return sqlite::trouble(path, connection.handle(), code);
  auto migrated = sqlite::migrate(connection, path, *version, sqlite::migrations());
  if (!migrated) return pass_on(migrated);

  std::unique_ptr<SqliteEngine> engine(
      new SqliteEngine(path, std::move(*lock), std::move(connection)));
  code = engine->prepare();
  if (code == SQLITE_OK) code = engine->read_revision();
  if (code != SQLITE_OK) return engine->trouble(code);
  return engine;
}

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::open_to_read(const std::filesystem::path& file,
                                                                 Error why) {
  const auto path = std::filesystem::absolute(file).lexically_normal();
  if (auto safe = sqlite::check_private(path); !safe) return pass_on(safe);
  auto engine = read(path, uri_of(path, ""), why);
  // A reader of a log needs an index of it, which it may not be able to make.
  if (!engine && has_no_log(path)) engine = read(path, uri_of(path, "&immutable=1"), why);
  return engine;
}

Result<std::unique_ptr<SqliteEngine>> SqliteEngine::read(const std::filesystem::path& path,
                                                         const std::string& uri, const Error& why) {
  auto [connection, code] =
      sqlite::Connection::open(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW);
  if (code == SQLITE_OK) code = restrain(connection);
  if (code != SQLITE_OK) return sqlite::trouble(path, connection.handle(), code);
  const auto version = sqlite::version_of(connection, path, sqlite::migrations());
  if (!version) return std::unexpected(version.error());
  if (*version != sqlite::migrations().size()) return std::unexpected(why);
  std::unique_ptr<SqliteEngine> engine(new SqliteEngine(path, std::nullopt, std::move(connection)));
  engine->only_reads_ = why;
  code = engine->prepare();
  if (code == SQLITE_OK) code = engine->read_revision();
  if (code != SQLITE_OK) return engine->trouble(code);
  return engine;
}

std::unexpected<Error> SqliteEngine::refusal() const {
  if (only_reads_) return std::unexpected(*only_reads_);
  return fail_for_now(Fault::ours,
                      "another gatehouse is taking over, and changes what is kept from now on: "
                      "nothing was changed, try again in a moment",
                      ErrorKind::conflict);
}

int SqliteEngine::prepare() {
  const std::array<std::pair<sqlite::Statement*, const char*>, 15> all = {{
      {&statements_.revision, "SELECT revision FROM entry WHERE key = ?1"},
      {&statements_.get, "SELECT key, revision, lease, value FROM entry WHERE key = ?1"},
      {&statements_.both, "SELECT key, revision, lease, value FROM entry WHERE key IN (?1, ?2)"},
      {&statements_.range,
       "SELECT key, revision, lease, value FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key"},
      {&statements_.put, "REPLACE INTO entry(key, revision, lease, value) VALUES(?1, ?2, ?3, ?4)"},
      {&statements_.erase, "DELETE FROM entry WHERE key = ?1"},
      {&statements_.raise, "UPDATE state SET revision = ?1"},
      {&statements_.leases, "SELECT id, seconds FROM lease ORDER BY id"},
      {&statements_.grant, "INSERT INTO lease(seconds) VALUES(?1)"},
      {&statements_.leased, "SELECT key FROM entry WHERE lease = ?1 AND lease <> 0 ORDER BY key"},
      {&statements_.erase_leased, "DELETE FROM entry WHERE lease = ?1 AND lease <> 0"},
      {&statements_.forget_lease, "DELETE FROM lease WHERE id = ?1"},
      {&statements_.begin, "BEGIN IMMEDIATE"},
      {&statements_.commit, "COMMIT"},
      {&statements_.rollback, "ROLLBACK"},
  }};
  for (const auto& [statement, sql] : all) {
    const int code = connection_.prepare(sql, *statement);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int SqliteEngine::read_revision() {
  const int code = connection_.ask("SELECT revision FROM state", revision_);
  if (code == SQLITE_DONE) return SQLITE_CORRUPT;  // the row is there from the start
  return code == SQLITE_ROW ? SQLITE_OK : code;
}

std::unexpected<Error> SqliteEngine::trouble(int code) {
  return sqlite::trouble(file_, connection_.handle(), code);
}

Result<Ok> SqliteEngine::come_back() {
  if (lock_) return Ok{};
  if (only_reads_) return refusal();
  auto lock = sqlite::WriterLock::take(file_);
  if (!lock) return pass_on(lock);
  if (const int code = read_revision(); code != SQLITE_OK) return trouble(code);
  lock_ = std::move(*lock);
  return Ok{};
}

Result<std::optional<Entry>> SqliteEngine::get(std::string_view key) {
  Running row(statements_.get);
  row->bind(1, key);
  const int code = row->step();
  if (code == SQLITE_DONE) return std::optional<Entry>{};
  if (code != SQLITE_ROW) return trouble(code);
  return Entry{std::string(key), copy(row->bytes(kValue)), row->number(kRevision),
               lease_of(row->number(kLease))};
}

// One statement is one read transaction, with one lock of the file and one look at its size.
Result<Engine::Both> SqliteEngine::get_both(std::string_view first, std::string_view second) {
  Running row(statements_.both);
  row->bind(1, first).bind(2, second);
  Both both;
  int code = row->step();
  for (; code == SQLITE_ROW; code = row->step()) {
    const std::string_view key = as_text(row->bytes(kKey));
    Entry entry{std::string(key), copy(row->bytes(kValue)), row->number(kRevision),
                lease_of(row->number(kLease))};
    (key == first ? both.first : both.second) = std::move(entry);
  }
  if (code != SQLITE_DONE) return trouble(code);
  return both;
}

Result<Page> SqliteEngine::list(const ListRequest& request) {
  Page page;
  page.revision = revision_;
  std::size_t size = 0;
  const std::string start = start_of(request);
  const std::string end = end_of(request.prefix);
  Running row(statements_.range);
  row->bind(1, start).bind(2, end);
  int code = row->step();
  for (; code == SQLITE_ROW; code = row->step()) {
    page.more = page.entries.size() == request.limit || size > kLargestPage;
    if (page.more) return page;
    page.entries.push_back({std::string(as_text(row->bytes(kKey))),
                            request.with_values ? copy(row->bytes(kValue)) : Bytes{},
                            row->number(kRevision), lease_of(row->number(kLease))});
    size += page.entries.back().key.size() + page.entries.back().value.size();
  }
  if (code != SQLITE_DONE) return trouble(code);
  return page;
}

Result<Ok> SqliteEngine::for_each(std::string_view prefix, const Visitor& visitor) {
  const std::string end = end_of(prefix);
  Running row(statements_.range);
  row->bind(1, prefix).bind(2, end);
  int code = row->step();
  for (; code == SQLITE_ROW; code = row->step()) visitor(view_of(*row));
  if (code != SQLITE_DONE) return trouble(code);
  return Ok{};
}

int SqliteEngine::find(std::string_view key, Revision& revision) {
  Running row(statements_.revision);
  row->bind(1, key);
  const int code = row->step();
  revision = code == SQLITE_ROW ? row->number(0) : 0;
  return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

int SqliteEngine::check(const std::vector<Condition>& conditions,
                        std::optional<Conflict>& conflict) {
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    Revision found = 0;
    if (const int code = find(conditions[i].key, found); code != SQLITE_OK) return code;
    if (conditions[i].holds(found)) continue;
    conflict = Conflict{i, found};
    return SQLITE_OK;
  }
  return SQLITE_OK;
}

int SqliteEngine::apply(const Write& write, Applied& applied) {
  if (const auto* some = std::get_if<Put>(&write)) return put(*some, applied);
  return erase(key_of(write), applied);
}

int SqliteEngine::put(const Put& put, Applied& applied) {
  Revision before = 0;
  if (const int code = find(put.key, before); code != SQLITE_OK) return code;
  if (before != 0) untidy_ = true;
  applied.changes.push_back({put.key, put.value, applied.revision, put.lease});
  return statements_.put.bind(1, put.key)
      .bind(2, applied.revision)
      .bind(3, number_of(put.lease))
      .bind(4, ByteView(put.value))
      .run();
}

int SqliteEngine::erase(const std::string& key, Applied& applied) {
  const int code = statements_.erase.bind(1, key).run();
  if (code != SQLITE_OK || sqlite3_changes64(connection_.handle()) == 0) return code;
  untidy_ = true;
  applied.changes.push_back({key, std::nullopt, applied.revision, Lease::none});
  return SQLITE_OK;
}

// Whoever was the only writer before is so now, so that conditions need no transaction.
Result<EngineOutcome> SqliteEngine::commit(const Transaction& transaction) {
  if (!transaction.writes.empty() && !lock_) return refusal();
  std::optional<Conflict> conflict;
  int code = check(transaction.conditions, conflict);
  if (code != SQLITE_OK) return trouble(code);
  if (conflict) return *conflict;
  if (transaction.writes.empty()) return Applied{revision_, {}};

  Writing writing(*this);
  code = writing.begin();
  Applied applied{revision_ + 1, {}};
  for (const auto& write : transaction.writes) {
    if (code == SQLITE_OK) code = apply(write, applied);
  }
  if (code != SQLITE_OK) return trouble(code);
  return finish(writing, std::move(applied));
}

// Raises the store's revision if anything was changed, and makes it all durable.
Result<Applied> SqliteEngine::finish(Writing& writing, Applied applied) {
  int code = SQLITE_OK;
  if (applied.changes.empty()) {
    applied.revision = revision_;
  } else {
    code = statements_.raise.bind(1, applied.revision).run();
  }
  if (code == SQLITE_OK) code = writing.commit();
  if (code != SQLITE_OK) return trouble(code);
  revision_ = applied.revision;
  return applied;
}

Result<Lease> SqliteEngine::grant(std::chrono::seconds duration) {
  if (!lock_) return refusal();
  const int code = statements_.grant.bind(1, std::int64_t{duration.count()}).run();
  if (code != SQLITE_OK) return trouble(code);
  return lease_of(sqlite3_last_insert_rowid(connection_.handle()));
}

int SqliteEngine::erase_lease(Lease lease, Applied& applied) {
  {
    Running row(statements_.leased);
    row->bind(1, number_of(lease));
    int code = row->step();
    for (; code == SQLITE_ROW; code = row->step()) {
      applied.changes.push_back(
          {std::string(as_text(row->bytes(0))), std::nullopt, applied.revision, Lease::none});
    }
    if (code != SQLITE_DONE) return code;
  }
  untidy_ = untidy_ || !applied.changes.empty();
  const int code = statements_.erase_leased.bind(1, number_of(lease)).run();
  if (code != SQLITE_OK) return code;
  return statements_.forget_lease.bind(1, number_of(lease)).run();
}

Result<Applied> SqliteEngine::end(Lease lease) {
  if (!lock_) return refusal();
  Writing writing(*this);
  Applied applied{revision_ + 1, {}};
  int code = writing.begin();
  if (code == SQLITE_OK) code = erase_lease(lease, applied);
  if (code != SQLITE_OK) return trouble(code);
  return finish(writing, std::move(applied));
}

Result<std::vector<GrantedLease>> SqliteEngine::leases() {
  std::vector<GrantedLease> all;
  Running row(statements_.leases);
  int code = row->step();
  for (; code == SQLITE_ROW; code = row->step()) {
    all.push_back({lease_of(row->number(0)), std::chrono::seconds(row->number(1))});
  }
  if (code != SQLITE_DONE) return trouble(code);
  return all;
}

// Moves the log into the file and cuts it to nothing. A reader in the way (a copy being made) is
// not waited for.
void SqliteEngine::tidy() {
  (void)sqlite3_busy_timeout(connection_.handle(), 0);
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr,
                                             SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  (void)sqlite3_busy_timeout(connection_.handle(), kPatienceMilliseconds);
  untidy_ = code != SQLITE_OK;
}

}  // namespace gatehouse::kv
