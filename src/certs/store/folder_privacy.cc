#include "certs/store/folder_privacy.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

std::unexpected<Error> not_private(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::not_permitted);
}

Result<Ok> check_folder(int folder, const std::filesystem::path& path) {
  struct stat facts{};
  if (fstat(folder, &facts) != 0) {
    return not_private(fmt::format("the state folder {} cannot be looked at", path.string()));
  }
  if (facts.st_uid != geteuid()) {
    return not_private(fmt::format(
        "the state folder {} belongs to user {}, and this program runs as user {}: run it as that "
        "user or choose another folder with --state",
        path.string(), facts.st_uid, geteuid()));
  }
  if ((facts.st_mode & 077) != 0) {
    return not_private(fmt::format(
        "the state folder {} is open to others (mode {:04o}), and private keys rest in it: chmod "
        "700 {}",
        path.string(), facts.st_mode & 07777, path.string()));
  }
  return Ok{};
}

// Others may write into a sticky folder (/tmp), but cannot rename or remove what is ours there.
Result<Ok> check_above(const std::filesystem::path& above, const std::filesystem::path& path) {
  struct stat facts{};
  if (stat(above.c_str(), &facts) != 0) {
    return not_private(
        fmt::format("{} above the state folder cannot be looked at", above.string()));
  }
  const bool others_write = (facts.st_mode & S_IWOTH) != 0 && (facts.st_mode & S_ISVTX) == 0;
  if (others_write) {
    return not_private(fmt::format(
        "anyone can put another folder in the place of the state folder {}, because {} is writable "
        "for all: chmod o-w {} or choose another folder with --state",
        path.string(), above.string(), above.string()));
  }
  if (facts.st_uid != 0 && facts.st_uid != geteuid()) {
    return not_private(fmt::format(
        "user {} can put another folder in the place of the state folder {}, because {} belongs to "
        "that user: choose another folder with --state",
        facts.st_uid, path.string(), above.string()));
  }
  return Ok{};
}

}  // namespace

Result<Ok> check_privacy(int folder, const std::filesystem::path& path) {
  if (auto own = check_folder(folder, path); !own) return own;
  std::error_code code;
  const auto real = std::filesystem::canonical(path, code);
  if (code) {
    return not_private(
        fmt::format("the way to {} cannot be followed: {}", path.string(), code.message()));
  }
  for (auto above = real.parent_path();; above = above.parent_path()) {
    if (auto safe = check_above(above, path); !safe) return safe;
    if (above == above.root_path()) return Ok{};
  }
}

}  // namespace gatehouse::certs
