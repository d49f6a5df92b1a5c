#include "config/sources_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::config {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& file)
      : fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<FileTrouble> trouble(int error) {
  std::string why = std::strerror(error);
  if (why[0] >= 'A' && why[0] <= 'Z') why[0] = static_cast<char>(why[0] - 'A' + 'a');
  return std::unexpected(FileTrouble{.error = error, .why = std::move(why)});
}

std::unexpected<FileTrouble> irregular(mode_t mode) {
  return std::unexpected(
      FileTrouble{.error = 0, .why = S_ISDIR(mode) ? "it is a folder" : "it is no regular file"});
}

std::string other_writer(const struct stat& status) {
  if ((status.st_mode & S_IWOTH) != 0) return "everybody";
  if ((status.st_mode & S_IWGRP) != 0) return fmt::format("the group {}", status.st_gid);
  const bool ours = status.st_uid == 0 || status.st_uid == ::geteuid();
  return ours ? "" : fmt::format("the user {}", status.st_uid);
}

// All of it, or the error number. `expected` bytes are there, unless it grows meanwhile.
std::expected<std::string, int> read_all(int fd, std::size_t expected, std::size_t most) {
  // One more, so that "all" and "more", and "exactly full" and "too large" differ.
  std::string text(std::min(expected, most) + 1, '\0');
  std::size_t size = 0;
  while (size <= most) {
    if (size == text.size()) text.resize(std::min(2 * size, most + 1));
    const auto got = ::read(fd, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > most) return std::unexpected(EFBIG);
  text.resize(size);
  text.shrink_to_fit();
  return text;
}

bool is_overlay(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const auto ends = [&name](std::string_view end) { return name.ends_with(end); };
  return !name.starts_with('.') && (ends(".yaml") || ends(".yml") || ends(".json"));
}

}  // namespace

std::expected<FileText, FileTrouble> read_text_file(const std::filesystem::path& file,
                                                    std::size_t most) {
  const OpenFile open(file);
  if (open.fd() < 0) return trouble(errno);
  struct stat status{};
  if (::fstat(open.fd(), &status) != 0) return trouble(errno);
  if (!S_ISREG(status.st_mode)) return irregular(status.st_mode);
  auto text = read_all(open.fd(), static_cast<std::size_t>(status.st_size), most);
  if (!text) return trouble(text.error());
  return FileText{.text = std::move(*text), .other_writer = other_writer(status)};
}

std::expected<std::vector<std::filesystem::path>, FileTrouble> overlays_of(
    const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (is_overlay(at->path())) found.push_back(at->path());
  }
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) return trouble(error.value());
  std::ranges::sort(found, {}, [](const auto& file) { return file.filename().string(); });
  return found;
}

std::string other_writer_of(const std::filesystem::path& folder) {
  struct stat status{};
  return ::stat(folder.c_str(), &status) == 0 ? other_writer(status) : "";
}

}  // namespace gatehouse::config
