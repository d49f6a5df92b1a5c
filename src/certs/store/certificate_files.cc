#include "certs/store/certificate_files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "certs/store/descriptor.h"
#include "certs/store/read_file.h"

namespace gatehouse::certs {
namespace {

using std::filesystem::path;

struct FileContent {
  Secret text;
  bool open_to_others = false;
};

std::unexpected<Error> unreadable(std::string_view role, const path& file, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  const bool denied = error == EACCES || error == EPERM;
  const ErrorKind kind = missing  ? ErrorKind::not_found
                         : denied ? ErrorKind::not_permitted
                                  : ErrorKind::failed;
  const std::string_view remedy = missing  ? "check the path"
                                  : denied ? "let the user that runs gatehouse read it"
                                           : "check the file";
  return fail(Fault::operator_input,
              fmt::format("the {} file {} cannot be read ({}): {}", role, file.string(),
                          std::generic_category().message(error), remedy),
              kind);
}

Result<FileContent> read(std::string_view role, const path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened) return unreadable(role, file, errno);
  struct stat facts{};
  if (fstat(opened.get(), &facts) != 0) return unreadable(role, file, errno);
  if (S_ISDIR(facts.st_mode)) return unreadable(role, file, EISDIR);
  auto text = read_bounded(opened.get());
  if (!text) return unreadable(role, file, text.error());
  return FileContent{std::move(*text), (facts.st_mode & 077) != 0};
}

std::string where(const path& certificate, const path& key) {
  return certificate == key ? certificate.string()
                            : fmt::format("{} and {}", certificate.string(), key.string());
}

Result<Ok> check_dates(const crypto::Identity& identity, const path& file, WallTime now) {
  const auto ends = identity.leaf().not_after();
  if (now <= ends) return Ok{};
  return fail(
      Fault::operator_input,
      fmt::format("the certificate in {} expired on {:%Y-%m-%d} and clients refuse it: renew "
                  "it, or leave --certificate and --key out to use the local CA",
                  file.string(), std::chrono::floor<std::chrono::seconds>(ends)),
      ErrorKind::invalid);
}

}  // namespace

Result<LoadedIdentity> load_identity(const path& certificate, const path& key, WallTime now) {
  const auto certificates = read("certificate", certificate);
  if (!certificates) return std::unexpected(certificates.error());
  const auto secret = read("key", key);
  if (!secret) return std::unexpected(secret.error());
  auto identity =
      crypto::Identity::from_pem(as_text(certificates->text.view()), as_text(secret->text.view()));
  if (!identity) {
    return fail(Fault::operator_input,
                fmt::format("{}: {}", where(certificate, key), identity.error().what),
                ErrorKind::invalid);
  }
  if (auto dated = check_dates(*identity, certificate, now); !dated) return pass_on(dated);
  LoadedIdentity loaded{std::move(*identity), {}};
  loaded.warnings = loaded.identity.doubts(now);
  if (secret->open_to_others) {
    loaded.warnings.push_back(
        fmt::format("the key file {} is open to other users of this machine: chmod 600 {}",
                    key.string(), key.string()));
  }
  return loaded;
}

}  // namespace gatehouse::certs
