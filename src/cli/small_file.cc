#include "cli/small_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::cli {
namespace {

constexpr std::size_t kMost = std::size_t{16} << 20;

struct Closer {
  void operator()(std::FILE* file) const {
    if (file != stdin) (void)std::fclose(file);
  }
};
using FilePtr = std::unique_ptr<std::FILE, Closer>;

std::unexpected<Error> failed(std::string_view what, const std::filesystem::path& file, int error) {
  const ErrorKind kind = error == ENOENT || error == ENOTDIR ? ErrorKind::not_found
                         : error == EACCES || error == EPERM ? ErrorKind::not_permitted
                                                             : ErrorKind::failed;
  return fail(Fault::operator_input,
              fmt::format("Cannot {} {}: {}.", what, file.string(), std::strerror(error)), kind);
}

Result<std::string> read_all(std::FILE* file, const std::filesystem::path& name) {
  std::string text;
  std::string some(64 * 1024, '\0');
  while (const std::size_t n = std::fread(some.data(), 1, some.size(), file)) {
    text.append(some, 0, n);
    if (text.size() > kMost) {
      return fail(Fault::operator_input,
                  fmt::format("{} is larger than {} MiB: is it the right file?", name.string(),
                              kMost >> 20),
                  ErrorKind::invalid);
    }
  }
  if (std::ferror(file) != 0) return failed("read", name, errno);
  return text;
}

}  // namespace

Result<std::string> read_small_file(const std::filesystem::path& file) {
  if (file == "-") return read_all(stdin, "standard input");
  const FilePtr opened(std::fopen(file.c_str(), "rbe"));
  if (!opened) return failed("read", file, errno);
  return read_all(opened.get(), file);
}

Result<Ok> write_small_file(const std::filesystem::path& file, std::string_view text) {
  const std::filesystem::path next = file.string() + ".new";
  FilePtr opened(std::fopen(next.c_str(), "wbe"));
  if (!opened) return failed("write", next, errno);
  const bool written = std::fwrite(text.data(), 1, text.size(), opened.get()) == text.size() &&
                       std::fflush(opened.get()) == 0 && fsync(fileno(opened.get())) == 0;
  const int error = errno;
  opened.reset();
  if (!written) return failed("write", next, error);
  if (std::rename(next.c_str(), file.c_str()) != 0) return failed("replace", file, errno);
  return Ok{};
}

}  // namespace gatehouse::cli
