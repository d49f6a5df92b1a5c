#include "app/signals.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/signalfd.h>

#include <fmt/format.h>

namespace gatehouse::app {

Signals::Signals(io::Reactor& reactor, io::Fd fd, OnSignal on_signal)
    : reactor_(reactor), fd_(std::move(fd)), on_signal_(std::move(on_signal)) {
  reactor_.watch(fd_.get(), *this, io::Reactor::Interest::input);
}

Signals::~Signals() { reactor_.unwatch(fd_.get(), *this); }

Result<std::unique_ptr<Signals>> Signals::watch(io::Reactor& reactor,
                                                std::initializer_list<int> signals,
                                                OnSignal on_signal) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  io::Fd fd(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd) {
    return fail(Fault::machine,
                fmt::format("The kernel gives no descriptor for signals: {}.", strerror(errno)));
  }
  return std::unique_ptr<Signals>(new Signals(reactor, std::move(fd), std::move(on_signal)));
}

void Signals::on_events(std::uint32_t) {
  signalfd_siginfo info{};
  while (::read(fd_.get(), &info, sizeof info) == sizeof info) {
    on_signal_(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace gatehouse::app
