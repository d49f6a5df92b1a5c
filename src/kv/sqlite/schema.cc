#include "kv/sqlite/schema.h"

#include <array>

#include <fmt/format.h>

#include "kv/sqlite/trouble.h"

namespace gatehouse::kv::sqlite {
namespace {

// The value is last, so that whoever asks for a revision does not walk through it.
constexpr Migration kFirst = R"(
  CREATE TABLE entry(
    key BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    lease INTEGER NOT NULL,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX entry_by_lease ON entry(lease) WHERE lease <> 0;
  CREATE TABLE lease(id INTEGER PRIMARY KEY AUTOINCREMENT, seconds INTEGER NOT NULL) STRICT;
  CREATE TABLE state(revision INTEGER NOT NULL) STRICT;
  INSERT INTO state VALUES(1);
)";

constexpr std::array kMigrations = {kFirst};

// Of all that tells a store from something else.
struct Marks {
  std::int64_t application = 0;
  std::int64_t version = 0;
  std::int64_t tables = 0;

  bool is_new() const { return application == 0 && version == 0 && tables == 0; }
};

Result<Marks> read_marks(Connection& connection, const std::filesystem::path& file) {
  Marks marks;
  int code = connection.ask("PRAGMA application_id", marks.application);
  if (code == SQLITE_ROW) code = connection.ask("PRAGMA user_version", marks.version);
  if (code == SQLITE_ROW) {
    code = connection.ask("SELECT count(*) FROM sqlite_schema", marks.tables);
  }
  if (code != SQLITE_ROW) return trouble(file, connection.handle(), code);
  return marks;
}

std::string step_of(Migration migration, std::size_t version) {
  return fmt::format(
      "BEGIN IMMEDIATE; {}; PRAGMA application_id = {}; PRAGMA user_version = {}; "
      "COMMIT",
      migration, kApplicationId, version);
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<std::size_t> version_of(Connection& connection, const std::filesystem::path& file,
                               std::span<const Migration> known) {
  const auto marks = read_marks(connection, file);
  if (!marks) return std::unexpected(marks.error());
  if (marks->is_new()) return 0;
  if (marks->application != kApplicationId) return trouble(file, nullptr, SQLITE_NOTADB);
  if (marks->version > static_cast<std::int64_t>(known.size())) {
    return fail(Fault::operator_input,
                fmt::format("the store {} is of a newer gatehouse (version {}, this one knows {}): "
                            "nothing was changed; run the newer one, or put a copy from before "
                            "its first start in the store's place",
                            file.string(), marks->version, known.size()),
                ErrorKind::invalid);
  }
  if (marks->version < 1) return trouble(file, nullptr, SQLITE_CORRUPT);
  return static_cast<std::size_t>(marks->version);
}

Result<Ok> migrate(Connection& connection, const std::filesystem::path& file, std::size_t version,
                   std::span<const Migration> known) {
  for (; version < known.size(); ++version) {
    const int code = connection.execute(step_of(known[version], version + 1).c_str());
    if (code == SQLITE_OK) continue;
    auto failed = trouble(file, connection.handle(), code);
    (void)connection.execute("ROLLBACK");  // fails where there is nothing to roll back
    return failed;
  }
  return Ok{};
}

}  // namespace gatehouse::kv::sqlite
