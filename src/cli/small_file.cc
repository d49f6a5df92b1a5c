#include "cli/small_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "io/fd.h"

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

// A file beside the one that is to be written, so that one step puts it in its place; gone at its
// end unless that was done.
class Draft {
 public:
  explicit Draft(const std::filesystem::path& file)
      : path_(fmt::format("{}.{}.new", file.string(), getpid())) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (made_) (void)::unlink(path_.c_str());
  }

  Result<Ok> write(std::string_view content, FileMode mode) {
    const mode_t bits = mode == FileMode::owner_only ? 0600 : 0644;
    const int opened = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, bits);
    if (opened < 0) return failed("write", path_, errno);
    made_ = true;
    const FilePtr stream(::fdopen(opened, "wb"));
    const bool written =
        stream && std::fwrite(content.data(), 1, content.size(), stream.get()) == content.size() &&
        std::fflush(stream.get()) == 0 && fsync(opened) == 0;
    if (!written) return failed("write", path_, errno);
    return Ok{};
  }
  Result<Ok> replace(const std::filesystem::path& file) {
    if (std::rename(path_.c_str(), file.c_str()) != 0) return failed("replace", file, errno);
    made_ = false;
    return Ok{};
  }
  // A link fails where a file is; a rename would not.
  Result<Ok> become(const std::filesystem::path& file) const {
    if (::link(path_.c_str(), file.c_str()) == 0) return Ok{};
    if (errno != EEXIST) return failed("write", file, errno);
    return fail(Fault::operator_input,
                fmt::format("{} is there already, and is kept as it is: choose another name.",
                            file.string()),
                ErrorKind::conflict);
  }

 private:
  std::filesystem::path path_;
  bool made_ = false;
};

// The name of a new file is as durable as its folder.
Result<Ok> sync_folder_of(const std::filesystem::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  const io::Fd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened && ::fsync(opened.get()) == 0) return Ok{};
  return failed("make sure of", file, errno);
}

}  // namespace

Result<std::string> read_small_file(const std::filesystem::path& file) {
  if (file == "-") return read_all(stdin, "standard input");
  const FilePtr opened(std::fopen(file.c_str(), "rbe"));
  if (!opened) return failed("read", file, errno);
  return read_all(opened.get(), file);
}

Result<Ok> check_new_file(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, none))) return Ok{};
  return fail(
      Fault::operator_input,
      fmt::format("{} is there already: name another place, or move it away.", file.string()),
      ErrorKind::conflict);
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

Result<Ok> write_new_file(const std::filesystem::path& file, std::string_view content,
                          FileMode mode, Existing existing) {
  Draft draft(file);
  if (auto written = draft.write(content, mode); !written) return written;
  auto placed = existing == Existing::replaced ? draft.replace(file) : draft.become(file);
  if (!placed) return placed;
  return sync_folder_of(file);
}

}  // namespace gatehouse::cli
