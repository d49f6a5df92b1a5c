#include "admin/listening_socket.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "io/address.h"

namespace gatehouse::admin {
namespace {

constexpr int kBacklog = 128;

std::unexpected<Error> cannot(const std::string& path, int error) {
  const bool forbidden = error == EACCES || error == EPERM || error == EROFS;
  return fail(forbidden ? Fault::operator_input : Fault::machine,
              fmt::format("The admin socket {} cannot be made: {}. Choose another place with "
                          "--socket or GATEHOUSE_SOCKET.",
                          path, std::strerror(error)),
              forbidden ? ErrorKind::not_permitted : ErrorKind::failed);
}

Result<Ok> make_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return Ok{};
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return cannot(path, errno);
  return Ok{};
}

enum class Answer { nobody, somebody };

std::expected<Answer, int> ask(const io::SocketAddress& address) {
  const io::Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe) return std::unexpected(errno);
  if (::connect(probe.get(), address.data(), address.size()) == 0) return Answer::somebody;
  // A full queue is somebody's.
  if (errno == EAGAIN || errno == EINPROGRESS) return Answer::somebody;
  if (errno == ECONNREFUSED || errno == ENOENT) return Answer::nobody;
  return std::unexpected(errno);
}

std::unexpected<Error> somebody_answers(const std::string& path) {
  return fail(Fault::operator_input,
              fmt::format("A gatehouse that runs already answers at the admin socket {}. Stop it, "
                          "or give this one a socket of its own with --socket.",
                          path),
              ErrorKind::conflict);
}

// What a program that has ended left behind; never anything else.
Result<Ok> clear_the_way(const std::string& path, const io::SocketAddress& address) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return Ok{};
  if (!S_ISSOCK(found.st_mode)) {
    return fail(Fault::operator_input,
                fmt::format("{} is there and is no socket. Move it away, or choose another place "
                            "for the admin socket with --socket.",
                            path),
                ErrorKind::conflict);
  }
  const auto answer = ask(address);
  if (!answer) return cannot(path, answer.error());
  if (*answer == Answer::somebody) return somebody_answers(path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return cannot(path, errno);
  return Ok{};
}

}  // namespace

ListeningSocket::ListeningSocket(io::Fd fd, std::string path)
    : fd_(std::move(fd)), path_(std::move(path)) {
  struct stat found{};
  if (::lstat(path_.c_str(), &found) != 0) path_.clear();
  device_ = found.st_dev;
  inode_ = found.st_ino;
}

Result<ListeningSocket> ListeningSocket::open(const std::string& given) {
  std::error_code error;
  const std::string path = std::filesystem::absolute(given, error).lexically_normal();
  const auto address = io::SocketAddress::unix_path(path);
  if (!address) {
    return fail(Fault::operator_input,
                fmt::format("{}. Choose a shorter one for the admin socket with --socket or "
                            "GATEHOUSE_SOCKET.",
                            address.error().what),
                ErrorKind::invalid);
  }
  if (const auto made = make_folder(path); !made) return std::unexpected(made.error());
  if (const auto way = clear_the_way(path, *address); !way) return std::unexpected(way.error());
  io::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return cannot(path, errno);
  if (::bind(fd.get(), address->data(), address->size()) != 0) {
    return errno == EADDRINUSE ? somebody_answers(path) : cannot(path, errno);
  }
  ListeningSocket socket(std::move(fd), path);
  // Nobody can connect before listen().
  if (::chmod(path.c_str(), 0666) != 0) return cannot(path, errno);
  if (::listen(socket.fd_.get(), kBacklog) != 0) return cannot(path, errno);
  return socket;
}

ListeningSocket ListeningSocket::adopt(io::Fd fd, const std::string& path) {
  return {std::move(fd), path};
}

ListeningSocket::~ListeningSocket() {
  struct stat found{};
  if (path_.empty() || ::lstat(path_.c_str(), &found) != 0) return;
  if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace gatehouse::admin
