#include "kv/sqlite/handles.h"

namespace gatehouse::kv::sqlite {

Statement& Statement::bind(int parameter, ByteView bytes) {
  // A pointer to nothing would bind NULL instead of no bytes.
  const int code = bytes.empty() ? sqlite3_bind_zeroblob(handle_.get(), parameter, 0)
                                 : sqlite3_bind_blob64(handle_.get(), parameter, bytes.data(),
                                                       bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) bound_ = code;
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
  const int code = sqlite3_bind_int64(handle_.get(), parameter, number);
  if (code != SQLITE_OK) bound_ = code;
  return *this;
}

Statement& Statement::bind_text(int parameter, std::string_view text) {
  const int code = sqlite3_bind_text64(handle_.get(), parameter, text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) bound_ = code;
  return *this;
}

int Statement::step() {
  if (bound_ != SQLITE_OK) return bound_;
  return sqlite3_step(handle_.get());
}

int Statement::run() {
  const int code = step();
  reset();
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

void Statement::reset() {
  (void)sqlite3_reset(handle_.get());  // repeats what step() has told already
  (void)sqlite3_clear_bindings(handle_.get());
  bound_ = SQLITE_OK;
}

ByteView Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const int size = sqlite3_column_bytes(handle_.get(), column);
  return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

Connection::Opened Connection::open(const std::string& path, int flags, const char* vfs) {
  sqlite3* raw = nullptr;
  // Its users are single threads, so SQLite need not lock for them.
  constexpr int kOwn = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | kOwn, vfs);
  return {Connection(ConnectionHandle(raw)), code};
}

int Connection::execute(const char* sql) {
  return sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
}

int Connection::prepare(const char* sql, Statement& statement) {
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  statement = Statement(StatementHandle(raw));
  return code;
}

int Connection::ask(const char* sql, std::int64_t& number) {
  Statement statement;
  if (const int code = prepare(sql, statement); code != SQLITE_OK) return code;
  const int code = statement.step();
  if (code == SQLITE_ROW) number = statement.number(0);
  return code;
}

}  // namespace gatehouse::kv::sqlite
