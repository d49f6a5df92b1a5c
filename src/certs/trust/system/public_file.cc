#include "certs/trust/system/public_file.h"

#include <cerrno>
#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

constexpr std::size_t kMost = 4 << 20;

}  // namespace

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  char chunk[16 * 1024];
  while (in && text.size() < kMost) {
    in.read(chunk, sizeof chunk);
    text.append(chunk, static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

int replace_public_file(const std::filesystem::path& file, const std::string& content) {
  const std::filesystem::path temporary = file.string() + ".new";
  errno = 0;
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out << content << std::flush;
  if (!out) {
    const int error = errno == 0 ? EIO : errno;
    ::unlink(temporary.c_str());
    return error;
  }
  chmod(temporary.c_str(), 0644);  // public, whatever the umask is
  return std::rename(temporary.c_str(), file.c_str()) == 0 ? 0 : errno;
}

std::string trouble_with(const std::filesystem::path& file, int error) {
  const bool denied = error == EACCES || error == EPERM;
  return fmt::format("{} could not be changed: {}; {}", file.string(),
                     std::generic_category().message(error),
                     denied ? "run it again with sudo, and with --state set to this state folder"
                            : "nothing was changed");
}

std::filesystem::path inside(const std::filesystem::path& root, const std::filesystem::path& file) {
  std::error_code code;
  const auto real = std::filesystem::canonical(file, code);
  if (code) return {};
  const auto top = std::filesystem::canonical(root, code);
  if (code) return {};
  const auto relative = real.lexically_relative(top);
  return relative.empty() || relative.string().starts_with("..") ? std::filesystem::path{} : real;
}

}  // namespace gatehouse::certs
