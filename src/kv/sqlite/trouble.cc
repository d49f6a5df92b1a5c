#include "kv/sqlite/trouble.h"

#include <cerrno>
#include <sqlite3.h>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace gatehouse::kv::sqlite {
namespace {

// What the kind of an error needs to be told.
struct Facts {
  const std::filesystem::path& file;
  int code;
  int system;

  std::string reason() const {
    if (system == 0) return sqlite3_errstr(code);
    return std::generic_category().message(system);
  }
};

bool is_full(int system) { return system == ENOSPC || system == EDQUOT || system == EFBIG; }

std::unexpected<Error> full(const Facts& facts) {
  return fail_for_now(
      Fault::machine,
      fmt::format("there is no room for the store {} ({}): nothing was changed; make room and try "
                  "again",
                  facts.file.string(), facts.reason()));
}

std::unexpected<Error> damaged(const Facts& facts) {
  return fail(Fault::machine,
              fmt::format("the store {} is damaged ({}): stop gatehouse, move the file and those "
                          "beside it whose names begin the same out of the folder, and put a copy "
                          "from a backup there",
                          facts.file.string(), facts.reason()),
              ErrorKind::invalid);
}

std::unexpected<Error> not_a_store(const Facts& facts) {
  return fail(Fault::operator_input,
              fmt::format("{} is no store of gatehouse, or its beginning is damaged: move it away, "
                          "or put a copy from a backup in its place",
                          facts.file.string()),
              ErrorKind::invalid);
}

std::unexpected<Error> not_permitted(const Facts& facts) {
  return fail(Fault::machine,
              fmt::format("the store {} cannot be written ({}): nothing was changed; give this "
                          "user the right to write to it and to its folder, or mount the disk "
                          "writable",
                          facts.file.string(), facts.reason()),
              ErrorKind::not_permitted);
}

std::unexpected<Error> in_use(const Facts& facts) {
  return fail_for_now(Fault::machine,
                      fmt::format("another program is writing to the store {}: nothing was "
                                  "changed; end that program and try again",
                                  facts.file.string()),
                      ErrorKind::conflict);
}

std::unexpected<Error> disk_failed(const Facts& facts) {
  return fail(Fault::machine,
              fmt::format("the disk failed the store {} ({}): whether the last change is kept is "
                          "known when gatehouse has started anew; look at the kernel's log, and "
                          "make a copy of the store",
                          facts.file.string(), facts.reason()));
}

std::unexpected<Error> unforeseen(const Facts& facts) {
  return fail(Fault::ours, fmt::format("the store {} could not do what was asked (SQLite's code "
                                       "{}: {}): nothing was changed; please report it",
                                       facts.file.string(), facts.code, facts.reason()));
}

}  // namespace

std::unexpected<Error> trouble(const std::filesystem::path& file, sqlite3* connection, int code) {
  const int primary = code & 0xff;
  const bool asks_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN ||
                           primary == SQLITE_FULL || primary == SQLITE_READONLY;
  const int system = asks_system && connection != nullptr ? sqlite3_system_errno(connection) : 0;
  const Facts facts{file, code, system};
  switch (primary) {
    case SQLITE_FULL: return full(facts);
    case SQLITE_CORRUPT: return damaged(facts);
    case SQLITE_NOTADB: return not_a_store(facts);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN: return is_full(system) ? full(facts) : not_permitted(facts);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return in_use(facts);
    case SQLITE_IOERR: return is_full(system) ? full(facts) : disk_failed(facts);
    default: return unforeseen(facts);
  }
}

std::unexpected<Error> system_trouble(const std::filesystem::path& file, int error,
                                      std::string_view done) {
  const bool permission = error == EACCES || error == EPERM || error == EROFS;
  std::string_view remedy = "nothing was changed";
  if (permission) remedy = "give this user the right to write there, or mount the disk writable";
  if (is_full(error)) remedy = "make room and try again";
  if (error == ENOENT || error == ENOTDIR) remedy = "make the folder, with mode 0700";
  if (error == EEXIST) remedy = "name another file, or move that one away";
  return fail(Fault::machine,
              fmt::format("{} could not be {}: {}; {}", file.string(), done,
                          std::generic_category().message(error), remedy),
              permission ? ErrorKind::not_permitted : ErrorKind::failed);
}

}  // namespace gatehouse::kv::sqlite
