#include "certs/copies/place.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <span>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "certs/store/descriptor.h"
#include "certs/store/read_file.h"

namespace gatehouse::certs {
namespace {

constexpr unsigned kPublicMode = 0644;
constexpr unsigned kPermissions = 07777;

std::unexpected<Error> disk_failure(int error, const std::filesystem::path& path,
                                    std::string_view what) {
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  const bool missing = error == ENOENT || error == ENOTDIR;
  return fail(Fault::machine,
              fmt::format("{} could not be {}: {}; nothing was changed{}", path.string(), what,
                          std::generic_category().message(error),
                          missing  ? ", make the folder first"
                          : denied ? ", `gatehouse copy run` needs the right to write there"
                                   : ""),
              missing  ? ErrorKind::not_found
              : denied ? ErrorKind::not_permitted
                       : ErrorKind::failed);
}

std::string pem_of(std::span<const crypto::Certificate> certificates) {
  std::string text;
  for (const crypto::Certificate& one : certificates) text += one.to_pem();
  return text;
}

Secret content_of(Part part, const crypto::Identity& identity) {
  const std::span<const crypto::Certificate> chain(identity.chain);
  switch (part) {
    case Part::certificate: return Secret(pem_of(chain.first(1)));
    case Part::chain: return Secret(pem_of(chain.subspan(1)));
    case Part::fullchain: return Secret(pem_of(chain));
    case Part::key: return identity.key.to_pem();
    case Part::combined: return identity.to_pem();
  }
  return {};
}

// One file on its way: written beside its place under another name, which is gone again unless
// it was renamed.
class Placing {
 public:
  Placing(const Copy::File& file, Secret content, unsigned mode)
      : path_(file.path), content_(std::move(content)), mode_(mode) {}
  Placing(Placing&& other) noexcept = default;
  Placing& operator=(Placing&&) = delete;
  ~Placing() {
    if (written_ && folder_) (void)unlinkat(folder_.get(), temporary().c_str(), 0);
  }

  Result<Ok> open_folder() {
    const auto folder = path_.parent_path();
    folder_ = Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_) return disk_failure(errno, folder, "opened");
    struct stat facts{};
    if (fstat(folder_.get(), &facts) != 0) return disk_failure(errno, folder, "looked at");
    if ((facts.st_mode & S_IWOTH) == 0 || (facts.st_mode & S_ISVTX) != 0) return Ok{};
    return fail(Fault::operator_input,
                fmt::format("anybody could put another file in the place of {}, because {} is "
                            "writable for all: chmod o-w {}",
                            path_.string(), folder.string(), folder.string()),
                ErrorKind::not_permitted);
  }

  bool is_current(const Account& account) const {
    const Descriptor file(
        openat(folder_.get(), name().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts{};
    if (!file || fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
    const bool same = facts.st_uid == account.user && facts.st_gid == account.group &&
                      (facts.st_mode & kPermissions) == mode_ &&
                      static_cast<std::size_t>(facts.st_size) == content_.view().size();
    return same && holds_content(file.get());
  }

  Result<Ok> write(const Account& account) {
    (void)unlinkat(folder_.get(), temporary().c_str(), 0);  // of one that was killed
    const Descriptor file(openat(folder_.get(), temporary().c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return disk_failure(errno, path_, "written");
    written_ = true;
    int error = write_all(file.get());
    const bool given = error == 0 && owns_already(file.get(), account);
    if (error == 0 && !given && fchown(file.get(), account.user, account.group) != 0) {
      error = errno;
    }
    if (error == 0 && fchmod(file.get(), mode_) != 0) error = errno;
    if (error == 0 && fsync(file.get()) != 0) error = errno;
    if (error != 0) return disk_failure(error, path_, "written");
    return Ok{};
  }

  Result<Ok> rename() {
    if (renameat(folder_.get(), temporary().c_str(), folder_.get(), name().c_str()) != 0) {
      return disk_failure(errno, path_, "replaced");
    }
    written_ = false;
    if (fsync(folder_.get()) != 0) return disk_failure(errno, path_, "synchronized");
    return Ok{};
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::string name() const { return path_.filename().string(); }
  std::string temporary() const { return fmt::format(".{}.gatehouse-new", name()); }

  static bool owns_already(int file, const Account& account) {
    struct stat facts{};
    return fstat(file, &facts) == 0 && facts.st_uid == account.user &&
           facts.st_gid == account.group;
  }

  bool holds_content(int file) const {
    Bytes there(content_.view().size() + 1);
    const auto size = pread(file, there.data(), there.size(), 0);
    const bool same =
        size >= 0 &&
        std::ranges::equal(ByteView(there).first(static_cast<std::size_t>(size)), content_.view());
    explicit_bzero(there.data(), there.size());
    return same;
  }

  int write_all(int file) const {
    ByteView rest = content_.view();
    while (!rest.empty()) {
      const auto put = ::write(file, rest.data(), rest.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return errno;
      rest = rest.subspan(static_cast<std::size_t>(put));
    }
    return 0;
  }

  std::filesystem::path path_;
  Secret content_;
  unsigned mode_;
  Descriptor folder_;
  bool written_ = false;
};

// Those that are not as they should be, written and ready to be renamed.
Result<std::vector<Placing>> prepared(const Copy& copy, const crypto::Identity& identity,
                                      const Account& account) {
  std::vector<Placing> all;
  for (const Copy::File& file : copy.files) {
    const unsigned mode = holds_key(file.part) ? copy.mode : kPublicMode;
    Placing one(file, content_of(file.part, identity), mode);
    if (auto opened = one.open_folder(); !opened) return pass_on(opened);
    if (one.is_current(account)) continue;
    if (auto written = one.write(account); !written) return pass_on(written);
    all.push_back(std::move(one));
  }
  return all;
}

std::unexpected<Error> no_account(const Copy& copy, std::string_view kind,
                                  const std::string& name) {
  return fail(Fault::operator_input,
              fmt::format("copy {}: there is no {} {} on this machine", copy.name, kind, name),
              ErrorKind::not_found);
}

}  // namespace

Result<Account> account_of(const Copy& copy) {
  const passwd* user = getpwnam(copy.owner.c_str());
  if (user == nullptr) return no_account(copy, "user", copy.owner);
  Account account{user->pw_uid, user->pw_gid};
  if (copy.group.empty()) return account;
  const ::group* group = getgrnam(copy.group.c_str());
  if (group == nullptr) return no_account(copy, "group", copy.group);
  account.group = group->gr_gid;
  return account;
}

std::optional<crypto::Sha256> standing(const Copy& copy) {
  Bytes all;
  for (const Copy::File& file : copy.files) {
    const Descriptor opened(
        ::open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat facts{};
    if (!opened || fstat(opened.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
    const auto content = read_bounded(opened.get());
    if (!content) return std::nullopt;
    const auto digest = crypto::sha256(content->view());
    const std::string frame =
        fmt::format("{}\n{}\n{}:{}:{:o}\n{}\n", part_text(file.part), file.path.string(),
                    facts.st_uid, facts.st_gid, facts.st_mode & kPermissions, crypto::hex(digest));
    all.insert(all.end(), frame.begin(), frame.end());
  }
  return crypto::sha256(all);
}

Result<std::vector<std::filesystem::path>> place(const Copy& copy, const crypto::Identity& identity,
                                                 const Account& account,
                                                 const std::function<void()>& before_rename) {
  auto files = prepared(copy, identity, account);
  if (!files) return pass_on(files);
  if (before_rename) before_rename();
  std::vector<std::filesystem::path> changed;
  for (Placing& one : *files) {
    if (auto renamed = one.rename(); !renamed) return pass_on(renamed);
    changed.push_back(one.path());
  }
  return changed;
}

}  // namespace gatehouse::certs
