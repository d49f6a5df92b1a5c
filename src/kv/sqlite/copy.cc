#include "kv/sqlite/copy.h"

#include <cerrno>
#include <fcntl.h>
#include <string>

#include "kv/sqlite/handles.h"
#include "kv/sqlite/schema.h"
#include "kv/sqlite/store_file.h"
#include "kv/sqlite/trouble.h"

namespace gatehouse::kv {
namespace {

using sqlite::system_trouble;

// A file that is removed again unless it got its name.
class Unfinished {
 public:
  explicit Unfinished(std::filesystem::path path) : path_(std::move(path)) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    if (made_) unlink(path_.c_str());
  }

  // Empty and private, as SQLite's VACUUM INTO takes it.
  int make() {
    const io::Fd file(
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    made_ = static_cast<bool>(file);
    return made_ ? 0 : errno;
  }
  int synchronize() const {
    const io::Fd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    return file && fsync(file.get()) == 0 ? 0 : errno;
  }
  // Never replaces another file.
  int name(const std::filesystem::path& as) const {
    return link(path_.c_str(), as.c_str()) == 0 ? 0 : errno;
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  bool made_ = false;
};

int vacuum_into(sqlite::Connection& connection, const std::filesystem::path& file) {
  sqlite::Statement vacuum;
  if (const int code = connection.prepare("VACUUM INTO ?1", vacuum); code != SQLITE_OK) return code;
  return vacuum.bind_text(1, file.native()).run();
}

Result<Ok> fill(const std::filesystem::path& from, const Unfinished& copy) {
  // Able to write, so that the last to close the store leaves nothing beside it.
  auto [connection, code] =
      sqlite::Connection::open(from.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW);
  if (code != SQLITE_OK) return sqlite::trouble(from, connection.handle(), code);
  const auto version = sqlite::version_of(connection, from, sqlite::migrations());
  if (!version) return std::unexpected(version.error());
  if (*version == 0) return sqlite::trouble(from, nullptr, SQLITE_NOTADB);
  code = vacuum_into(connection, copy.path());
  const int primary = code & 0xff;
  const bool of_copy = primary == SQLITE_FULL || primary == SQLITE_IOERR;
  if (code != SQLITE_OK)
    return sqlite::trouble(of_copy ? copy.path() : from, connection.handle(), code);
  if (const int error = copy.synchronize()) return system_trouble(copy.path(), error, "kept");
  return Ok{};
}

}  // namespace

Result<Ok> copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
  const auto store = std::filesystem::absolute(from).lexically_normal();
  const auto target = std::filesystem::absolute(to).lexically_normal();
  if (auto safe = sqlite::check_private(store); !safe) return safe;
  Unfinished copy(target.string() + ".new");
  if (const int error = copy.make()) return system_trouble(copy.path(), error, "made");
  if (auto filled = fill(store, copy); !filled) return filled;
  if (const int error = copy.name(target)) return system_trouble(target, error, "made");
  return sqlite::synchronize_folder(target);
}

}  // namespace gatehouse::kv
