#include "edge/listener/hand_over.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <sys/socket.h>

#include <fmt/format.h>

#include "base/address.h"

namespace gatehouse::edge {
namespace {

constexpr std::string_view kMagic = "GHHO";
constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kHead = 8;
constexpr std::size_t kLongestText = 1024;
constexpr std::uint8_t kHeldElsewhere = 1;

using Kind = HandOverMessage::Kind;
using Note = HandOverMessage::Note;

std::unexpected<Error> broken(std::string_view why) {
  return fail(Fault::machine,
              fmt::format("The other gatehouse of this upgrade does not speak as this one does: "
                          "{}. Stop and start the service instead.",
                          why),
              ErrorKind::invalid);
}

void append_text(std::string& out, std::string_view text) {
  text = text.substr(0, 255);
  out += static_cast<char>(text.size());
  out += text;
}

// Little endian.
template <class Number>
void append_number(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out += static_cast<char>(number >> (8 * i) & 0xff);
}

constexpr std::size_t kSeedBytes = 32 + 8 + 4;

// Into room that is there already: a string that grows leaves copies behind.
void append_seed(std::string& out, const tls::TicketSeed& seed) {
  out.append(reinterpret_cast<const char*>(seed.secret.data()), seed.secret.size());
  const auto start = std::chrono::nanoseconds(seed.start.time_since_epoch()).count();
  append_number(out, static_cast<std::uint64_t>(start));
  append_number(out, seed.epoch);
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Takes pieces off the front; after the first that is not there everything is empty and bad() true.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) bad_ = true;
    if (bad_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint8_t byte() {
    const std::string_view one = take(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
  }
  // Little endian.
  template <class Number>
  Number number() {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i) {
      number = static_cast<Number>(number | Number{byte()} << (8 * i));
    }
    return number;
  }
  std::string text() {
    const std::string_view taken = take(byte());
    if (!is_plain(taken)) bad_ = true;
    return std::string(taken);
  }
  std::string_view rest() { return take(rest_.size()); }
  bool ended() const { return !bad_ && rest_.empty(); }
  bool bad() const { return bad_; }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

Result<std::vector<Note>> read_notes(Reader& reader, std::size_t count) {
  if (count == 0 || count > HandOverMessage::kMostNotes) return broken("a number of sockets");
  std::vector<Note> notes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t flags = reader.byte();
    Note note{reader.text(), reader.text(), reader.text(), (flags & kHeldElsewhere) != 0};
    if (reader.bad() || flags > kHeldElsewhere) return broken("a socket's note is cut off");
    if (!note_address(note.asked) || !note_address(note.address)) {
      return broken("a socket's address is none");
    }
    notes.push_back(std::move(note));
  }
  return notes;
}

Result<tls::TicketSeed> read_seed(Reader& reader) {
  tls::TicketSeed seed;
  const std::string_view secret = reader.take(seed.secret.size());
  std::ranges::copy(secret, seed.secret.begin());
  const auto start = reader.number<std::uint64_t>();
  seed.epoch = reader.number<std::uint32_t>();
  if (reader.bad() || start > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    return broken("what opens session tickets is cut off or of no time");
  }
  seed.start = WallTime(std::chrono::nanoseconds(static_cast<std::int64_t>(start)));
  return seed;
}

Result<HandOverMessage> read_body(Reader& reader, Kind kind, std::uint16_t number) {
  HandOverMessage message{kind, {}, 0, {}};
  if (kind == Kind::sockets) {
    auto notes = read_notes(reader, number);
    if (!notes) return pass_on(notes);
    message.notes = std::move(*notes);
  }
  if (kind == Kind::complete) message.count = number;
  if (kind == Kind::tickets) {
    auto seed = read_seed(reader);
    if (!seed) return pass_on(seed);
    message.seed = *seed;
  }
  if (kind == Kind::hello || kind == Kind::failed) message.text = reader.rest();
  if (message.text.size() > kLongestText) return broken("a text is too long");
  return message;
}

bool has_number(Kind kind) { return kind == Kind::sockets || kind == Kind::complete; }

}  // namespace

std::optional<io::SocketAddress> note_address(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix)) {
    auto path = io::SocketAddress::unix_path(text.substr(kUnix.size()));
    return path ? std::optional(*path) : std::nullopt;
  }
  const auto endpoint = IpEndpoint::parse(text);
  if (!endpoint) return std::nullopt;
  return io::SocketAddress::ip(endpoint->address.text(), endpoint->port).value();
}

std::string HandOverMessage::bytes() const {
  std::string out;
  out.reserve(kHead + kSeedBytes);
  out += kMagic;
  const std::size_t number = kind == Kind::sockets ? std::min(notes.size(), kMostNotes) : count;
  out += static_cast<char>(kVersion);
  out += static_cast<char>(kind);
  append_number(out, static_cast<std::uint16_t>(number));
  if (seed) append_seed(out, *seed);
  if (kind == Kind::hello || kind == Kind::failed) out += text.substr(0, kLongestText);
  if (kind != Kind::sockets) return out;
  for (std::size_t i = 0; i < number; ++i) {
    out += static_cast<char>(notes[i].held_elsewhere ? kHeldElsewhere : 0);
    append_text(out, notes[i].asked);
    append_text(out, notes[i].address);
    append_text(out, notes[i].name);
  }
  return out;
}

Result<HandOverMessage> HandOverMessage::parse(std::string_view bytes, std::size_t descriptors) {
  if (bytes.size() < kHead || bytes.size() > kLongest) return broken("a message of a wrong size");
  Reader reader(bytes);
  if (reader.take(kMagic.size()) != kMagic) return broken("a message that is none");
  if (const int version = reader.byte(); version != kVersion) {
    return broken(fmt::format("its version is {}, ours {}", version, kVersion));
  }
  const auto kind = static_cast<Kind>(reader.byte());
  if (kind < Kind::hello || kind > Kind::tickets) return broken("a message of an unknown kind");
  const auto number = reader.number<std::uint16_t>();
  if (!has_number(kind) && number != 0) return broken("a number where none belongs");
  auto message = read_body(reader, kind, number);
  if (!message) return message;
  if (!reader.ended()) return broken("a message goes on behind its end");
  if (message->notes.size() != descriptors) {
    return broken(fmt::format("{} descriptors for {} sockets", descriptors, message->notes.size()));
  }
  return message;
}

namespace {

union Control {
  std::array<char, CMSG_SPACE(HandOverMessage::kMostNotes * sizeof(int))> bytes;
  cmsghdr align;
};

std::unexpected<Error> has_ended() {
  return fail(Fault::machine, "The other gatehouse of this upgrade has ended before it was done.");
}

// Takes ownership of whatever has come, wanted or not.
std::vector<io::Fd> descriptors_of(msghdr& packet) {
  std::vector<io::Fd> fds;
  for (cmsghdr* part = CMSG_FIRSTHDR(&packet); part != nullptr; part = CMSG_NXTHDR(&packet, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return fds;
}

void attach(msghdr& packet, Control& control, std::span<const int> descriptors) {
  if (descriptors.empty()) return;
  packet.msg_control = control.bytes.data();
  packet.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* part = CMSG_FIRSTHDR(&packet);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
}

// errno, or 0.
int send_packet(int channel, const msghdr& packet) {
  while (::sendmsg(channel, &packet, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

Result<bool> send_message(int channel, const HandOverMessage& message,
                          std::span<const int> descriptors) {
  std::string bytes = message.bytes();
  iovec part{bytes.data(), bytes.size()};
  Control control{};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  attach(packet, control, descriptors.first(std::min(descriptors.size(), message.notes.size())));
  const int error = send_packet(channel, packet);
  if (message.seed) explicit_bzero(bytes.data(), bytes.size());
  if (error == 0) return true;
  if (error == EAGAIN || error == ENOBUFS) return false;
  if (error == EPIPE || error == ECONNRESET) return has_ended();
  return fail(Fault::machine, fmt::format("The listening sockets could not be handed over ({}).",
                                          std::strerror(error)));
}

Result<std::optional<ReceivedMessage>> receive_message(int channel) {
  std::array<char, HandOverMessage::kLongest> bytes;
  iovec part{bytes.data(), bytes.size()};
  Control control{};
  msghdr packet{};
  packet.msg_iov = &part;
  packet.msg_iovlen = 1;
  packet.msg_control = control.bytes.data();
  packet.msg_controllen = control.bytes.size();
  ssize_t size = 0;
  do {
    size = ::recvmsg(channel, &packet, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return std::nullopt;
  if (size <= 0) return has_ended();
  std::vector<io::Fd> fds = descriptors_of(packet);
  if ((packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return broken("a message is too long");
  auto message = HandOverMessage::parse({bytes.data(), static_cast<std::size_t>(size)}, fds.size());
  explicit_bzero(bytes.data(), static_cast<std::size_t>(size));
  if (!message) return pass_on(message);
  return ReceivedMessage{std::move(*message), std::move(fds)};
}

}  // namespace gatehouse::edge
