#include "base/journal.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace gatehouse {
namespace {

constexpr std::size_t kLongestName = 64;  // the journal drops longer ones
constexpr std::size_t kLongestValue = std::size_t{48} * 1024;

std::string socket_address(std::string_view path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const std::size_t size = offsetof(sockaddr_un, sun_path) + path.size() + 1;
  return {reinterpret_cast<const char*>(&address), size};
}

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Fields that begin with an underscore are the journal's own.
std::string field_name(std::string_view name) {
  std::string out;
  for (char c : name.substr(0, kLongestName)) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    out += is_letter(c) || is_digit(c) ? c : '_';
  }
  if (out.empty() || !is_letter(out.front()))
    out.insert(0, "X").resize(std::min(out.size(), kLongestName));
  return out;
}

void append_little_endian(std::string& out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>((number >> (8 * i)) & 0xff);
}

void append_utf8(std::string& out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// Turns the values of a JSON object that we wrote ourselves into fields. What it does not
// understand ends it: the message has the whole line anyway.
class LineReader {
 public:
  LineReader(std::string_view line, std::string& entry) : rest_(line), entry_(entry) {}

  bool value(const std::string& name) {
    if (depth_ > kDeepest || rest_.empty()) return false;
    if (take('{')) return members(name, '}');
    if (take('[')) return members(name, ']');
    std::string text;
    if (rest_.front() == '"' ? !string(text) : !bare(text)) return false;
    append_journal_field(entry_, name, text);
    return true;
  }

 private:
  static constexpr int kDeepest = 8;

  // Of an object or an array, whose values share its name.
  bool members(const std::string& name, char end) {
    if (take(end)) return true;
    ++depth_;
    while (true) {
      std::string key;
      if (end == '}' && !(string(key) && take(':'))) return false;
      if (!value(key.empty() ? name : fmt::format("{}_{}", name, key))) return false;
      if (take(end)) break;
      if (!take(',')) return false;
    }
    --depth_;
    return true;
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool bare(std::string& text) {
    const std::size_t size = rest_.find_first_of(",]}");
    if (size == std::string_view::npos) return false;
    text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }

  bool string(std::string& text) {
    if (!take('"')) return false;
    while (!take('"')) {
      if (rest_.empty()) return false;
      if (take('\\')) {
        if (!escape(text)) return false;
        continue;
      }
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return true;
  }

  bool escape(std::string& text) {
    constexpr std::string_view kShort = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (take('u')) return unicode(text);
    const std::size_t which = rest_.empty() ? std::string_view::npos : kShort.find(rest_.front());
    if (which == std::string_view::npos) return false;
    text += kMeant[which];
    rest_.remove_prefix(1);
    return true;
  }

  bool unicode(std::string& text) {
    unsigned code = 0;
    if (rest_.size() < 4) return false;
    const std::string_view digits = rest_.substr(0, 4);
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), code, 16);
    if (error != std::errc{} || end != digits.end()) return false;
    append_utf8(text, code);
    rest_.remove_prefix(4);
    return true;
  }

  std::string_view rest_;
  std::string& entry_;
  int depth_ = 0;
};

}  // namespace

Journal::Journal(std::string_view path)
    : address_(socket_address(path)),
      fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

Journal::Journal(Journal&& other) noexcept
    : address_(std::move(other.address_)), fd_(std::exchange(other.fd_, -1)) {}

Journal::~Journal() {
  if (fd_ >= 0) ::close(fd_);
}

Journal::Sent Journal::send(std::string_view fields) const {
  if (fd_ < 0 || address_.empty()) return Sent::gone;
  while (::sendto(fd_, fields.data(), fields.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                  reinterpret_cast<const sockaddr*>(address_.data()),
                  static_cast<socklen_t>(address_.size())) < 0) {
    if (errno == EINTR) continue;
    if (errno == EMSGSIZE) return Sent::too_long;
    return errno == EAGAIN || errno == ENOBUFS ? Sent::busy : Sent::gone;
  }
  return Sent::yes;
}

bool Journal::is_behind(int fd, const char* journal_stream) {
  struct stat about{};
  if (journal_stream == nullptr || fd < 0 || ::fstat(fd, &about) != 0) return false;
  return journal_stream == fmt::format("{}:{}", about.st_dev, about.st_ino);
}

void append_journal_field(std::string& entry, std::string_view name, std::string_view value) {
  value = value.substr(0, kLongestValue);
  entry += field_name(name);
  if (value.find('\n') == std::string_view::npos) {
    entry += '=';
  } else {
    entry += '\n';
    append_little_endian(entry, value.size());
  }
  entry += value;
  entry += '\n';
}

std::string journal_entry_of_access_line(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  std::string entry;
  append_journal_field(entry, "MESSAGE", line);
  const bool failed = line.starts_with(R"({"level":"error")");
  append_journal_field(entry, "PRIORITY", failed ? "3" : "6");
  append_journal_field(entry, "SYSLOG_IDENTIFIER", "gatehouse-access");
  (void)LineReader(line, entry).value("GATEHOUSE");
  return entry;
}

}  // namespace gatehouse
