#include "certs/store/state_folder.h"

#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "certs/store/folder_privacy.h"
#include "certs/store/read_file.h"

namespace gatehouse::certs {
namespace {

constexpr std::string_view kTemporarySuffix = ".new";
constexpr int kPublicFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

std::string reason(int error) { return std::generic_category().message(error); }

ErrorKind kind_of(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
    case EROFS: return ErrorKind::not_permitted;
    case ENOTDIR: return ErrorKind::invalid;
    default: return ErrorKind::failed;
  }
}

std::string_view remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return "make room and try again";
    case EROFS: return "mount it writable or choose another folder with --state";
    case EACCES:
    case EPERM: return "give this user the right to write there or choose another with --state";
    case ENOTDIR: return "a part of this path is a file: name a folder with --state";
    default: return "nothing was changed";
  }
}

std::unexpected<Error> disk_failure(int error, const std::filesystem::path& path,
                                    std::string_view what) {
  return fail(
      Fault::machine,
      fmt::format("{} could not be {}: {}; {}", path.string(), what, reason(error), remedy(error)),
      kind_of(error));
}

// A new folder must not vanish in a power failure after keys were put into it.
void synchronize_folder(const std::filesystem::path& path) {
  const Descriptor folder(::open(path.c_str(), kPublicFolder));
  if (folder) fsync(folder.get());
}

// Makes the missing folders above and the folder itself, all private.
Result<Ok> make_folders(const std::filesystem::path& path, const BeforeStep& before) {
  std::filesystem::path so_far;
  for (const auto& part : path) {
    so_far /= part;
    if (std::filesystem::exists(std::filesystem::symlink_status(so_far))) continue;
    if (before) before("make folder");
    if (mkdir(so_far.c_str(), 0700) != 0 && errno != EEXIST) {
      return disk_failure(errno, so_far, "made");
    }
    synchronize_folder(so_far.parent_path());
  }
  return Ok{};
}

int write_all(int file, ByteView content) {
  while (!content.empty()) {
    const auto put = ::write(file, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    content = content.subspan(static_cast<std::size_t>(put));
  }
  return 0;
}

// Blocks until the lock is ours, or says that somebody else has it.
Result<Ok> wait_for(int lock, const std::filesystem::path& path, std::chrono::milliseconds bound) {
  constexpr std::chrono::milliseconds kBetweenTries{20};
  const auto end = std::chrono::steady_clock::now() + bound;
  while (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return disk_failure(errno, path, "locked");
    if (std::chrono::steady_clock::now() >= end) {
      return fail_for_now(
          Fault::machine,
          fmt::format("another gatehouse is changing {}: wait for it, or give this one a folder of "
                      "its own with --state",
                      path.string()),
          ErrorKind::conflict);
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
  return Ok{};
}

struct FolderListCloser {
  void operator()(DIR* list) const { closedir(list); }
};

std::vector<std::string> names_in(int folder) {
  std::vector<std::string> names;
  const int again = openat(folder, ".", kPublicFolder);
  DIR* opened = again < 0 ? nullptr : fdopendir(again);
  if (!opened) return names;
  const std::unique_ptr<DIR, FolderListCloser> list(opened);
  while (const dirent* entry = readdir(opened)) names.emplace_back(entry->d_name);
  return names;
}

}  // namespace

Result<StateFolder> StateFolder::open(const std::filesystem::path& path, BeforeStep before) {
  const auto absolute = std::filesystem::absolute(path).lexically_normal();
  if (auto made = make_folders(absolute, before); !made) return pass_on(made);
  Descriptor folder(::open(absolute.c_str(), kPublicFolder));
  if (!folder) return disk_failure(errno, absolute, "opened");
  if (auto safe = check_privacy(folder.get(), absolute); !safe) return pass_on(safe);
  return StateFolder(absolute, std::move(folder), std::move(before));
}

namespace {

// The folder is private, but a copy of it or a restored backup is told apart by this.
Result<Ok> check_secret(int file, const std::filesystem::path& path) {
  struct stat status{};
  if (fstat(file, &status) != 0) return disk_failure(errno, path, "examined");
  if ((status.st_mode & 077) == 0) return Ok{};
  return fail(Fault::machine,
              fmt::format("others can read the key in {}: run `chmod 600 {}`, and if somebody may "
                          "have copied it, have it made anew",
                          path.string(), path.string()),
              ErrorKind::not_permitted);
}

}  // namespace

Result<std::optional<Secret>> StateFolder::read(std::string_view name) const {
  return read(name, false, kLargestFile);
}

Result<std::optional<Secret>> StateFolder::read_secret(std::string_view name,
                                                       std::size_t most) const {
  return read(name, true, most);
}

Result<std::optional<Secret>> StateFolder::read(std::string_view name, bool secret,
                                                std::size_t most) const {
  const std::string relative(name);
  const Descriptor file(openat(folder_.get(), relative.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::optional<Secret>{};
  if (!file) return disk_failure(errno, path_ / name, "opened");
  if (secret) {
    if (auto safe = check_secret(file.get(), path_ / name); !safe) return pass_on(safe);
  }
  auto content = read_bounded(file.get(), most);
  if (!content) return disk_failure(content.error(), path_ / name, "read");
  return std::optional<Secret>(std::move(*content));
}

Result<StateWriter> StateFolder::writer(std::chrono::milliseconds bound) const {
  Descriptor lock(openat(folder_.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return disk_failure(errno, path_ / "lock", "opened");
  if (auto locked = wait_for(lock.get(), path_, bound); !locked) return pass_on(locked);
  StateWriter writer(path_, folder_.get(), std::move(lock), before_);
  writer.remove_leftovers(folder_.get());
  for (const auto& name : names_in(folder_.get())) {
    if (name.starts_with(".")) continue;
    const Descriptor sub(openat(folder_.get(), name.c_str(), kPublicFolder));
    if (sub) writer.remove_leftovers(sub.get());
  }
  return writer;
}

std::optional<std::string> StateFolder::doubt() const {
  constexpr std::array<std::string_view, 4> kTemporary = {"/tmp/", "/var/tmp/", "/dev/shm/",
                                                          "/run/"};
  for (const auto folder : kTemporary) {
    if (!path_.string().starts_with(folder)) continue;
    return fmt::format(
        "the state folder {} is temporary: the local CA in it is lost when the machine cleans up, "
        "and devices that trust it have to be told again; --state chooses another",
        path_.string());
  }
  return std::nullopt;
}

Result<Ok> StateWriter::write_secret(std::string_view name, const Secret& content) {
  return replace(name, content.view(), 0600);
}

Result<Ok> StateWriter::write_public(std::string_view name, std::string_view content) {
  return replace(name, as_bytes(content), 0644);
}

std::unexpected<Error> StateWriter::failed(std::string_view name, int error) const {
  return disk_failure(error, path_ / name, "written");
}

// Opens, and makes when it is missing, the folder part of `name`.
Result<Descriptor> StateWriter::subfolder(std::string_view name) {
  const auto slash = name.find('/');
  const std::string folder(slash == std::string_view::npos ? "." : name.substr(0, slash));
  Descriptor opened(openat(folder_, folder.c_str(), kPublicFolder));
  if (opened || errno != ENOENT) {
    if (!opened) return failed(name, errno);
    return opened;
  }
  step("make folder");
  if (mkdirat(folder_, folder.c_str(), 0700) != 0 || fsync(folder_) != 0)
    return failed(name, errno);
  opened = Descriptor(openat(folder_, folder.c_str(), kPublicFolder));
  if (!opened) return failed(name, errno);
  return opened;
}

void StateWriter::step(std::string_view name) const {
  if (before_) before_(name);
}

// Returns 0 or the error number.
int StateWriter::write_temporary(int folder, const std::string& name, ByteView content,
                                 unsigned mode) const {
  step("open");
  const Descriptor file(
      openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file) return errno;
  // The umask may have taken bits away from a public file; a secret one never has more than 0600.
  if (fchmod(file.get(), mode) != 0) return errno;
  step("write");
  if (const int error = write_all(file.get(), content)) return error;
  step("synchronize file");
  return fsync(file.get()) == 0 ? 0 : errno;
}

Result<Ok> StateWriter::replace(std::string_view name, ByteView content, unsigned mode) {
  auto folder = subfolder(name);
  if (!folder) return pass_on(folder);
  const std::string file(name.substr(name.find('/') + 1));
  const std::string temporary = file + std::string(kTemporarySuffix);
  int error = write_temporary(folder->get(), temporary, content, mode);
  if (error == 0) {
    step("rename");
    error =
        renameat(folder->get(), temporary.c_str(), folder->get(), file.c_str()) == 0 ? 0 : errno;
  }
  if (error != 0) {
    unlinkat(folder->get(), temporary.c_str(), 0);
    return failed(name, error);
  }
  step("synchronize folder");
  if (fsync(folder->get()) != 0) return failed(name, errno);
  return Ok{};
}

Result<Ok> StateWriter::move(std::string_view from, std::string_view to) {
  auto source = subfolder(from);
  if (!source) return pass_on(source);
  auto target = subfolder(to);
  if (!target) return pass_on(target);
  step("move");
  const std::string old_name(from.substr(from.find('/') + 1));
  const std::string new_name(to.substr(to.find('/') + 1));
  if (renameat(source->get(), old_name.c_str(), target->get(), new_name.c_str()) != 0) {
    return disk_failure(errno, path_ / from, "moved");
  }
  step("synchronize folder");
  if (fsync(target->get()) != 0 || fsync(source->get()) != 0) return failed(to, errno);
  return Ok{};
}

Result<Ok> StateWriter::erase(std::string_view name) {
  const auto slash = name.find('/');
  step("erase");
  if (unlinkat(folder_, std::string(name).c_str(), 0) != 0) {
    if (errno == ENOENT) return Ok{};
    return disk_failure(errno, path_ / name, "erased");
  }
  if (slash == std::string_view::npos) return Ok{};
  // It stays while something else is in it.
  (void)unlinkat(folder_, std::string(name.substr(0, slash)).c_str(), AT_REMOVEDIR);
  return Ok{};
}

void StateWriter::remove_leftovers(int folder) {
  for (const auto& name : names_in(folder)) {
    if (name.ends_with(kTemporarySuffix)) unlinkat(folder, name.c_str(), 0);
  }
}

}  // namespace gatehouse::certs
