#pragma once

#include <cstdint>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace gatehouse::kv::sqlite {

template <auto close>
struct Closer {
  void operator()(auto* handle) const { (void)close(handle); }
};

// Takes what it was given even if a statement is still open; see sqlite3_close_v2().
using ConnectionHandle = std::unique_ptr<sqlite3, Closer<&sqlite3_close_v2>>;
using StatementHandle = std::unique_ptr<sqlite3_stmt, Closer<&sqlite3_finalize>>;

// One statement, prepared once and run many times. Results are SQLite's codes, extended.
// Parameters count from 1 and columns from 0, as SQLite's do.
class Statement {
 public:
  Statement() = default;
  explicit Statement(StatementHandle handle) : handle_(std::move(handle)) {}

  // Bound bytes are borrowed until the next reset().
  Statement& bind(int parameter, ByteView bytes);
  Statement& bind(int parameter, std::string_view bytes) {
    return bind(parameter, as_bytes(bytes));
  }
  Statement& bind(int parameter, std::int64_t number);
  Statement& bind_text(int parameter, std::string_view text);  // UTF-8, borrowed like bytes

  // SQLITE_ROW, SQLITE_DONE or an error, which binding may have had before.
  int step();
  // To the end, for what returns no rows, ready to run again: SQLITE_OK or an error.
  int run();
  // Ready to run again; lets go of the read lock that a statement holds between its rows.
  void reset();

  // Valid until the next step() or reset().
  ByteView bytes(int column) const;
  std::int64_t number(int column) const;

 private:
  StatementHandle handle_;
  int bound_ = SQLITE_OK;
};

// Resets a statement at the end of a block, whichever way that is left.
class Running {
 public:
  explicit Running(Statement& statement) : statement_(statement) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { statement_.reset(); }
  Statement* operator->() { return &statement_; }
  const Statement& operator*() const { return statement_; }

 private:
  Statement& statement_;
};

// A connection to one database file, used by one thread at a time.
class Connection {
 public:
  struct Opened;

  // `flags` are SQLITE_OPEN_*; `vfs` is the name of another file system than SQLite's own.
  static Opened open(const std::string& path, int flags, const char* vfs = nullptr);

  // Runs statements that return no rows; SQLITE_OK or an error.
  int execute(const char* sql);
  // SQLITE_OK or an error.
  int prepare(const char* sql, Statement& statement);
  // The number that `sql` asks for; SQLITE_ROW or an error.
  int ask(const char* sql, std::int64_t& number);

  sqlite3* handle() const { return handle_.get(); }

 private:
  explicit Connection(ConnectionHandle handle) : handle_(std::move(handle)) {}

  ConnectionHandle handle_;
};

// A connection that could not be opened still tells why.
struct Connection::Opened {
  Connection connection;
  int code;
};

}  // namespace gatehouse::kv::sqlite
