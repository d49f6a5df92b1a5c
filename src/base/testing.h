#pragma once

// Helpers of unit tests; no product code includes this.

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace gatehouse::testing {

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

// A file without a name.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("test", MFD_CLOEXEC)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }
  int fd() const { return fd_; }
  std::string text() const {
    std::string all(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    const auto n = ::pread(fd_, all.data(), all.size(), 0);
    return n < 0 ? "" : all.substr(0, static_cast<std::size_t>(n));
  }

 private:
  int fd_;
};

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) std::abort();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  // What is there now, at most `most`; waits for the first byte.
  std::string read(std::size_t most = std::size_t{1} << 20) {
    std::string some(most, '\0');
    const auto n = ::read(ends_[0], some.data(), some.size());
    return n < 0 ? "" : some.substr(0, static_cast<std::size_t>(n));
  }
  // Until nobody can write any more or `marker` has come.
  std::string read_until(std::string_view marker) {
    std::string all;
    while (all.find(marker) == std::string::npos) {
      const std::string some = read();
      if (some.empty()) break;
      all += some;
    }
    return all;
  }

 private:
  std::array<int, 2> ends_{};
};

// A folder that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "gatehouse-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(std::string_view name) const { return path_ / name; }
  static std::string read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path path_;
};

// Says whether a text is one JSON value (RFC 8259), strictly, in UTF-8 without control characters.
class JsonCheck {
 public:
  static bool valid(std::string_view text) {
    JsonCheck check(text);
    return check.value(0) && check.rest_.empty();
  }

 private:
  explicit JsonCheck(std::string_view text) : rest_(text) {}
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool value(int depth) {
    if (rest_.empty() || depth > 20) return false;
    switch (rest_.front()) {
      case '{': return members('{', '}', depth);
      case '[': return members('[', ']', depth);
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }
  bool members(char open, char close, int depth) {
    take(open);
    if (take(close)) return true;
    do {
      if (open == '{' && !(string() && take(':'))) return false;
      if (!value(depth + 1)) return false;
    } while (take(','));
    return take(close);
  }
  bool digits() {
    std::size_t n = 0;
    while (n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') ++n;
    rest_.remove_prefix(n);
    return n > 0;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    while (!rest_.empty() && !rest_.starts_with('"')) {
      if (!(rest_.starts_with('\\') ? escape() : character())) return false;
    }
    return take('"');
  }
  bool escape() {
    take('\\');
    if (take('u')) {
      const auto hex = rest_.substr(0, 4);
      if (hex.size() < 4 || hex.find_first_not_of("0123456789abcdefABCDEF") != hex.npos)
        return false;
      rest_.remove_prefix(4);
      return true;
    }
    if (rest_.find_first_of("\"\\/bfnrt") != 0) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool character() {
    const auto lead = static_cast<unsigned char>(rest_.front());
    if (lead < 0x20 || lead == 0x7f) return false;
    std::size_t more = 0;
    if (lead >= 0x80) more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 99;
    if (more >= rest_.size()) return false;
    for (std::size_t i = 1; i <= more; ++i) {
      if ((static_cast<unsigned char>(rest_[i]) & 0xc0) != 0x80) return false;
    }
    rest_.remove_prefix(more + 1);
    return true;
  }

  std::string_view rest_;
};

}  // namespace gatehouse::testing
