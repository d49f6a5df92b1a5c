#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "base/result.h"
#include "io/fd.h"
#include "io/reactor.h"

namespace gatehouse::app {

// Notices that files change, by their folders (inotify), so that a file which is replaced, or that
// a symbolic link leads to, is noticed too. Tells once when it has been quiet for a moment.
class FileWatch final : public io::EventTarget, private io::Timer {
 public:
  static constexpr std::chrono::milliseconds kQuiet{300};
  using OnChange = std::function<void()>;

  // Errors: Fault::machine; the kernel has no more watches.
  static Result<std::unique_ptr<FileWatch>> make(io::Reactor& reactor, OnChange on_change);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  ~FileWatch();

  // These folders from now on, and no others. Those that are not there are left out.
  void set_folders(const std::set<std::filesystem::path>& folders);

 private:
  FileWatch(io::Reactor& reactor, io::Fd fd, OnChange on_change);
  void on_events(std::uint32_t events) override;
  void expired() override { on_change_(); }

  io::Reactor& reactor_;
  io::Fd fd_;
  OnChange on_change_;
  std::map<std::filesystem::path, int> watched_;
};

}  // namespace gatehouse::app
