#include "app/file_watch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::app {
namespace {

constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;

}  // namespace

FileWatch::FileWatch(io::Reactor& reactor, io::Fd fd, OnChange on_change)
    : reactor_(reactor), fd_(std::move(fd)), on_change_(std::move(on_change)) {
  reactor_.watch(fd_.get(), *this, io::Reactor::Interest::input);
}

FileWatch::~FileWatch() { reactor_.unwatch(fd_.get(), *this); }

Result<std::unique_ptr<FileWatch>> FileWatch::make(io::Reactor& reactor, OnChange on_change) {
  io::Fd fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) {
    return fail(Fault::machine,
                fmt::format("Changed files are not noticed by themselves: {}. Raise "
                            "fs.inotify.max_user_instances, or reload after each change.",
                            strerror(errno)));
  }
  return std::unique_ptr<FileWatch>(new FileWatch(reactor, std::move(fd), std::move(on_change)));
}

void FileWatch::set_folders(const std::set<std::filesystem::path>& folders) {
  for (auto it = watched_.begin(); it != watched_.end();) {
    if (folders.contains(it->first)) {
      ++it;
      continue;
    }
    (void)inotify_rm_watch(fd_.get(), it->second);
    it = watched_.erase(it);
  }
  for (const std::filesystem::path& folder : folders) {
    if (watched_.contains(folder)) continue;
    const int number = inotify_add_watch(fd_.get(), folder.c_str(), kEvents);
    if (number >= 0) watched_.emplace(folder, number);
  }
}

// Which file it was does not matter: whoever is told looks at all of them.
void FileWatch::on_events(std::uint32_t) {
  alignas(inotify_event) std::array<char, 4096> events;
  while (::read(fd_.get(), events.data(), events.size()) > 0) {
  }
  unlink();
  reactor_.arm(*this, reactor_.now() + kQuiet);
}

}  // namespace gatehouse::app
