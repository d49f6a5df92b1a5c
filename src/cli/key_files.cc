#include "cli/key_files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/small_file.h"
#include "io/fd.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kLongestPassphrase = 1024;

std::unexpected<Error> not_written(const std::filesystem::path& file, int error) {
  const ErrorKind kind = error == ENOENT || error == ENOTDIR ? ErrorKind::not_found
                         : error == EACCES || error == EPERM ? ErrorKind::not_permitted
                         : error == EEXIST                   ? ErrorKind::conflict
                                                             : ErrorKind::failed;
  if (error == EEXIST) {
    return fail(Fault::operator_input,
                fmt::format("{} is there already: name a new file.", file.string()), kind);
  }
  return fail(Fault::operator_input,
              fmt::format("Cannot write {}: {}.", file.string(), std::strerror(error)), kind);
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The name of a new file is as durable as its folder.
bool sync_folder(const std::filesystem::path& file) {
  const auto parent = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const io::Fd folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0;
}

}  // namespace

Result<Secret> read_passphrase(const PassphrasePlace& place, const std::filesystem::path& here) {
  auto text = read_small_file(place.standard_input ? "-" : here / place.file);
  if (!text) return pass_on(text);
  const std::string_view line = std::string_view(*text).substr(0, text->find_first_of("\r\n"));
  Secret passphrase(line);
  explicit_bzero(text->data(), text->size());
  if (!passphrase.empty() && passphrase.view().size() <= kLongestPassphrase) return passphrase;
  return fail(Fault::operator_input,
              fmt::format("The first line of {} is no passphrase: it has to have 1 to {} bytes.",
                          place.standard_input ? "standard input" : place.file.string(),
                          kLongestPassphrase),
              ErrorKind::invalid);
}

Result<Ok> check_new_file(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, none))) return Ok{};
  return fail(
      Fault::operator_input,
      fmt::format("{} is there already: name another place, or move it away.", file.string()),
      ErrorKind::conflict);
}

Result<Ok> write_new_private_file(const std::filesystem::path& file, std::string_view content) {
  const io::Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) return not_written(file, errno);
  if (write_all(fd.get(), content) && ::fsync(fd.get()) == 0 && sync_folder(file)) return Ok{};
  const int error = errno;
  (void)::unlink(file.c_str());
  return not_written(file, error);
}

}  // namespace gatehouse::cli
