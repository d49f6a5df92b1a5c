#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/clock.h"
#include "base/environment.h"

namespace gatehouse {

// Tells the service manager how the program is, by the protocol of systemd's Type=notify
// (sd_notify(3)): one datagram for each change of state to the socket that NOTIFY_SOCKET names, a
// path or, with a leading @, an abstract name. Without that variable every call does nothing.
// A manager that does not read is waited for at most 200 ms; what it did not take is lost. One
// thread at a time.
class ServiceNotifier {
 public:
  // `self` is the process that asks: a watchdog that is meant for another one is none of ours.
  explicit ServiceNotifier(const Environment& environment, pid_t self);
  ServiceNotifier(const ServiceNotifier&) = delete;
  ServiceNotifier& operator=(const ServiceNotifier&) = delete;
  ~ServiceNotifier();

  // Whether anybody is told.
  bool on() const { return fd_ >= 0; }
  // How often alive() is to be called: half of what the manager waits for. nullopt: never.
  std::optional<std::chrono::microseconds> alive_every() const { return alive_every_; }

  // Everything is served. `status` is one line for `systemctl status`.
  void ready(std::string_view status);
  // The configuration is being read again since `now`; ready() ends that.
  void reloading(SteadyTime now);
  // Nothing new is served any more.
  void stopping(std::string_view status);
  void status(std::string_view status);
  void alive();
  // Starting or stopping takes at least so much longer.
  void extend(std::chrono::microseconds time);
  // From now on this process is the service; only who is it until now may say so.
  void hand_over_to(pid_t process);

 private:
  void send(std::string_view state) const;

  int fd_ = -1;
  std::string address_;  // a sockaddr_un, as long as the kernel wants to be told
  std::optional<std::chrono::microseconds> alive_every_;
};

}  // namespace gatehouse
