#pragma once

#include <string>
#include <sys/types.h>
#include <utility>

#include "base/result.h"
#include "io/fd.h"

namespace gatehouse::admin {

// The Unix socket that the control plane listens on, and its absolute name in the file system.
class ListeningSocket {
 public:
  // Makes the folder if it is missing (0755), removes the socket of a program that has ended, binds
  // and listens. The socket itself is open to everybody (0666): who has connected is known from the
  // kernel, so whoever may not is told so in a sentence, and heard of, instead of meeting a closed
  // door. Errors: conflict (a program answers there, or it is no socket), invalid (the path is too
  // long), not_permitted.
  static Result<ListeningSocket> open(const std::string& given);
  // One that another process has opened and bound to `path`.
  static ListeningSocket adopt(io::Fd fd, const std::string& path);

  ListeningSocket(ListeningSocket&& other) noexcept
      : fd_(std::move(other.fd_)),
        path_(std::exchange(other.path_, {})),
        device_(other.device_),
        inode_(other.inode_) {}
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  // Removes the name, unless it is another socket's by now.
  ~ListeningSocket();

  const std::string& path() const { return path_; }
  // The caller has it from now on; the name stays with this object.
  io::Fd take() { return std::move(fd_); }
  // Leaves the name behind: another process goes on with the socket.
  void keep_name() { path_.clear(); }

 private:
  ListeningSocket(io::Fd fd, std::string path);

  io::Fd fd_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace gatehouse::admin
