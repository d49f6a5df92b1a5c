#include "cli/api_connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <fmt/format.h>

#include "http/h1_parser.h"
#include "http/h1_writer.h"
#include "io/address.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kPiece = 65536;

// Milliseconds for poll(), rounded up; -1: without end.
int left(Until until) {
  if (until == Until::max()) return -1;
  const auto rest =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(rest.count(), 0, 1 << 30));
}

std::unexpected<Error> broken(const std::string& path, int error) {
  return fail_for_now(
      Fault::machine,
      fmt::format("The connection to gatehouse at {} broke: {}.", path, std::strerror(error)),
      ErrorKind::unreachable);
}

}  // namespace

Error cannot_reach(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ECONNREFUSED:
      return {Fault::operator_input, true,
              fmt::format("No gatehouse answers at {}. Start it with `systemctl start gatehouse` "
                          "or `gatehouse run`, or name its socket with --socket.",
                          path),
              ErrorKind::unreachable};
    case EACCES:
    case EPERM:
      return {Fault::operator_input, false,
              fmt::format("You may not open the admin socket {}. Ask as root, or as the user that "
                          "gatehouse runs as.",
                          path),
              ErrorKind::not_permitted};
    case EAGAIN:
      return {Fault::machine, true,
              fmt::format("gatehouse at {} takes no more connections now.", path),
              ErrorKind::unreachable};
    default:
      return {Fault::machine, true,
              fmt::format("gatehouse cannot be reached at {}: {}.", path, std::strerror(error)),
              ErrorKind::unreachable};
  }
}

Result<ApiConnection> ApiConnection::open(const std::string& path, Until until) {
  const auto address = io::SocketAddress::unix_path(path);
  if (!address) {
    return fail(Fault::operator_input, fmt::format("The admin socket: {}.", address.error().what),
                ErrorKind::usage);
  }
  io::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(cannot_reach(path, errno));
  // While its queue is full, connect() would wait without end; this is its deadline.
  const auto patience = std::max(left(until), 1);
  const timeval wait{.tv_sec = patience / 1000, .tv_usec = patience % 1000 * 1000};
  (void)setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  if (::connect(fd.get(), address->data(), address->size()) != 0) {
    return std::unexpected(cannot_reach(path, errno));
  }
  (void)fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return ApiConnection(std::move(fd), path);
}

Result<Ok> ApiConnection::wait_for(short events, Until until) const {
  pollfd one{.fd = fd_.get(), .events = events, .revents = 0};
  while (true) {
    const int ready = ::poll(&one, 1, left(until));
    if (ready > 0) return Ok{};
    if (ready == 0) {
      return fail(Fault::machine, fmt::format("gatehouse at {} did not answer in time.", path_),
                  ErrorKind::timed_out);
    }
    if (errno != EINTR) return broken(path_, errno);
  }
}

Result<Ok> ApiConnection::send(const Asked& asked, Until until) {
  std::string bytes(1024, '\0');
  http::HeadWriter head(bytes);
  head.request_line(asked.method, asked.target);
  head.field("Host", "gatehouse");
  if (!asked.content_type.empty()) {
    head.field("Content-Type", asked.content_type);
    head.field("Content-Length", asked.content.size());
    head.field("Connect-Protocol-Version", "1");
  }
  if (asked.timeout.count() > 0) {
    head.field("Connect-Timeout-Ms", static_cast<std::uint64_t>(asked.timeout.count()));
  }
  head.field("Connection", "close");
  bytes.resize(head.finish().value_or(0));
  bytes += asked.content;
  for (std::string_view rest = bytes; !rest.empty();) {
    const ssize_t sent = ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    // Who refuses a request may have stopped reading it, and has said why.
    if (errno == EPIPE || errno == ECONNRESET) return Ok{};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return broken(path_, errno);
    if (auto waited = wait_for(POLLOUT, until); !waited) return waited;
  }
  return Ok{};
}

Result<bool> ApiConnection::receive(Until until) {
  const std::size_t before = in_.size();
  while (true) {
    in_.resize(before + kPiece);
    const ssize_t got = ::recv(fd_.get(), in_.data() + before, kPiece, 0);
    const int error = errno;
    in_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got >= 0) return got > 0;
    if (error == EINTR) continue;
    if (error != EAGAIN) return broken(path_, error);
    if (auto waited = wait_for(POLLIN, until); !waited) return pass_on(waited);
  }
}

std::unexpected<Error> ApiConnection::left_early() const {
  return fail_for_now(
      Fault::machine,
      fmt::format("gatehouse at {} ended the connection before its answer. If it is restarting, "
                  "try again; else its log says why.",
                  path_),
      ErrorKind::unreachable);
}

Result<ApiConnection::Head> ApiConnection::read_head(Until until) {
  http::HeadProgress progress;
  http::ResponseHead head;
  while (true) {
    if (!in_.empty()) {
      const auto parsed = http::parse_response_head(in_, {}, {}, progress, head);
      if (parsed.state == http::Parsed::refused) {
        return std::unexpected(http::upstream_error(parsed.refusal, "gatehouse at " + path_));
      }
      if (parsed.state == http::Parsed::complete) {
        Head out{head.status, std::string(head.fields.value(http::FieldId::content_type))};
        const bool interim = head.informational();
        decoder_ = http::BodyDecoder(head.body);
        in_.erase(0, head.size);
        if (!interim) return out;
        progress = {};
        continue;
      }
    }
    const auto more = receive(until);
    if (!more) return std::unexpected(more.error());
    if (!*more) return left_early();
  }
}

Result<std::optional<std::string>> ApiConnection::read_some(Until until) {
  while (!decoder_.done()) {
    if (in_.empty()) {
      const auto more = receive(until);
      if (!more) return std::unexpected(more.error());
      if (!*more) {
        if (decoder_.finish_at_close()) break;
        return left_early();
      }
    }
    const auto step = decoder_.decode(in_);
    if (!step) {
      return std::unexpected(http::upstream_error(step.error(), "gatehouse at " + path_));
    }
    std::string content(step->data.data(), step->data.size());
    in_.erase(0, step->consumed);
    if (!content.empty()) return content;
  }
  return std::nullopt;
}

Result<std::string> ApiConnection::read_all(std::size_t most, Until until) {
  std::string all;
  while (true) {
    auto some = read_some(until);
    if (!some) return std::unexpected(std::move(some.error()));
    if (!*some) return all;
    all += **some;
    if (all.size() > most) {
      return fail(
          Fault::machine,
          fmt::format("The answer of gatehouse at {} is larger than {} bytes.", path_, most));
    }
  }
}

}  // namespace gatehouse::cli
