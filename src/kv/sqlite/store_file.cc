#include "kv/sqlite/store_file.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "kv/sqlite/trouble.h"

namespace gatehouse::kv::sqlite {
namespace {

constexpr int kPrivate = 0600;
constexpr unsigned kOthers = 077;

// SQLite's names of what belongs to a database.
constexpr std::array<std::string_view, 3> kParts = {"", "-wal", "-shm"};

std::filesystem::path beside(const std::filesystem::path& file, std::string_view suffix) {
  return file.string() + std::string(suffix);
}

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::not_permitted);
}

Result<Ok> check_owner(const std::filesystem::path& path, const struct stat& facts) {
  if (facts.st_uid == geteuid()) return Ok{};
  return refused(fmt::format(
      "{} belongs to user {}, and this program runs as user {}: run it as that user, or give the "
      "store to this one",
      path.string(), facts.st_uid, geteuid()));
}

Result<Ok> check_folder(const std::filesystem::path& folder) {
  struct stat facts{};
  if (stat(folder.c_str(), &facts) != 0) return system_trouble(folder, errno, "looked at");
  if (auto owned = check_owner(folder, facts); !owned) return owned;
  if ((facts.st_mode & kOthers) == 0) return Ok{};
  return refused(fmt::format(
      "the folder {} is open to others (mode {:04o}), and the store in it holds private keys: "
      "chmod 700 {}",
      folder.string(), facts.st_mode & 07777U, folder.string()));
}

Result<Ok> check_part(const std::filesystem::path& part) {
  struct stat facts{};
  if (lstat(part.c_str(), &facts) != 0) {
    if (errno == ENOENT) return Ok{};
    return system_trouble(part, errno, "looked at");
  }
  if (!S_ISREG(facts.st_mode)) {
    return refused(
        fmt::format("{} is no file but something else, and no store can rest in it: "
                    "move it away",
                    part.string()));
  }
  if (auto owned = check_owner(part, facts); !owned) return owned;
  if ((facts.st_mode & kOthers) == 0) return Ok{};
  return refused(
      fmt::format("others can read or write {} (mode {:04o}), and it holds private "
                  "keys: chmod 600 {}, and if somebody may have copied it, replace "
                  "the keys",
                  part.string(), facts.st_mode & 07777U, part.string()));
}

// "process 1234 (gatehouse)", as far as it is known.
std::string holder_of(int lock) {
  std::array<char, 32> text{};
  const auto size = pread(lock, text.data(), text.size(), 0);
  int process = 0;
  const char* end = text.data() + std::max<ssize_t>(size, 0);
  if (std::from_chars(text.data(), end, process).ec != std::errc{}) return "another process";
  std::string name;
  std::getline(std::ifstream(fmt::format("/proc/{}/comm", process)), name);
  if (name.empty()) return fmt::format("process {}", process);
  return fmt::format("process {} ({})", process, name);
}

// Only a help for people: the lock holds without it.
void sign(int lock) {
  const std::string text = fmt::format("{}\n", getpid());
  if (ftruncate(lock, 0) == 0) (void)!pwrite(lock, text.data(), text.size(), 0);
}

}  // namespace

Result<WriterLock> WriterLock::take(const std::filesystem::path& file) {
  const auto path = beside(file, ".lock");
  io::Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPrivate));
  if (!lock) return system_trouble(path, errno, "opened");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
    sign(lock.get());
    return WriterLock(std::move(lock));
  }
  if (errno != EWOULDBLOCK) return system_trouble(path, errno, "locked");
  return fail_for_now(Fault::machine,
                      fmt::format("{} is using the store {}: end it, or wait until it has ended",
                                  holder_of(lock.get()), file.string()),
                      ErrorKind::conflict);
}

Result<Ok> check_private(const std::filesystem::path& file) {
  if (auto folder = check_folder(file.parent_path()); !folder) return folder;
  for (const auto part : kParts) {
    if (auto safe = check_part(beside(file, part)); !safe) return safe;
  }
  return Ok{};
}

Result<Ok> make_private(const std::filesystem::path& file) {
  const io::Fd made(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kPrivate));
  if (!made && errno == EEXIST) return Ok{};
  if (!made) return system_trouble(file, errno, "made");
  return synchronize_folder(file);
}

Result<Ok> synchronize_folder(const std::filesystem::path& file) {
  const auto path = file.parent_path();
  const io::Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || fsync(folder.get()) != 0) return system_trouble(path, errno, "synchronized");
  return Ok{};
}

}  // namespace gatehouse::kv::sqlite
