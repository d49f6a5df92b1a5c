#include "io/reactor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace gatehouse::io {

struct Reactor::Batch {
  std::array<epoll_event, kMostEvents> events;
  int count = 0;
  int next = 0;
};

namespace {

epoll_event event_of(EventTarget& target, Reactor::Interest interest) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
  if (interest == Reactor::Interest::input_and_output) event.events |= EPOLLOUT;
  event.data.ptr = &target;
  return event;
}

Fd must(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return Fd(fd);
}

}  // namespace

Reactor::Reactor(const Clock& clock)
    : clock_(clock),
      now_(clock.steady()),
      wheel_(now_),
      epoll_(must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(must(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      batch_(std::make_unique<Batch>()) {
  watch(wake_.get(), posted_target_, Interest::input);
}

Reactor::~Reactor() = default;

void Reactor::watch(int fd, EventTarget& target, Interest interest) {
  epoll_event event = event_of(target, interest);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void Reactor::watch_output_too(int fd, EventTarget& target) {
  epoll_event event = event_of(target, Interest::input_and_output);
  // Cannot fail for a descriptor that is watched (epoll_ctl(2)).
  (void)epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Reactor::unwatch(int fd, EventTarget& target) {
  (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  forget(target);
}

void Reactor::forget(EventTarget& target) {
  for (int i = batch_->next; i < batch_->count; ++i) {
    epoll_event& event = batch_->events[static_cast<std::size_t>(i)];
    if (event.data.ptr == &target) event.data.ptr = nullptr;
  }
}

bool Reactor::has_input_event(const EventTarget& target) const {
  constexpr std::uint32_t kInput = EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  for (int i = batch_->next; i < batch_->count; ++i) {
    const epoll_event& event = batch_->events[static_cast<std::size_t>(i)];
    if (event.data.ptr == &target && (event.events & kInput) != 0) return true;
  }
  return false;
}

void Reactor::run() {
  while (!stopping_.load(std::memory_order_relaxed)) {
    run_once(std::chrono::milliseconds::max());
  }
}

bool Reactor::run_once(std::chrono::milliseconds longest) {
  const int count = epoll_wait(epoll_.get(), batch_->events.data(), kMostEvents, timeout(longest));
  now_ = clock_.steady();
  bool something = dispatch(count);
  wheel_.sweep(now_);
  something |= run_ready();
  return something;
}

int Reactor::timeout(std::chrono::milliseconds longest) const {
  if (!ready_.empty()) return 0;
  if (const auto next = wheel_.next()) {
    const auto until = std::chrono::ceil<std::chrono::milliseconds>(*next - now_);
    longest = std::clamp(until, std::chrono::milliseconds{0}, longest);
  }
  if (longest == std::chrono::milliseconds::max()) return -1;
  return static_cast<int>(std::min<std::int64_t>(longest.count(), std::numeric_limits<int>::max()));
}

bool Reactor::dispatch(int count) {
  Batch& batch = *batch_;
  batch.count = count;
  for (batch.next = 0; batch.next < batch.count;) {
    const epoll_event event = batch.events[static_cast<std::size_t>(batch.next++)];
    if (event.data.ptr != nullptr)
      static_cast<EventTarget*>(event.data.ptr)->on_events(event.events);
  }
  batch.count = batch.next = 0;
  return count > 0;
}

// Only those that are ready now: what they make ready waits for the next pass, so that no chain of
// tasks can starve the sockets.
bool Reactor::run_ready() {
  IntrusiveList<Waiter, ReadyLink> now;
  now.splice_back(ready_);
  bool any = false;
  while (Waiter* waiter = now.front()) {
    any = true;
    waiter->resume(waiter->result());
  }
  return any;
}

void Reactor::post(std::move_only_function<void()> function) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(function));
  }
  // Whoever finds the list empty rings; the counter cannot overflow and a full one wakes as well.
  if (first) (void)eventfd_write(wake_.get(), 1);
}

void Reactor::Posted::on_events(std::uint32_t events) {
  if ((events & EPOLLIN) == 0) return;
  eventfd_t rung = 0;
  (void)eventfd_read(reactor_.wake_.get(), &rung);
  reactor_.run_posted();
}

void Reactor::run_posted() {
  std::vector<std::move_only_function<void()>> functions;
  {
    const std::lock_guard lock(mutex_);
    functions.swap(posted_);
  }
  for (auto& function : functions) function();
}

void Reactor::stop() {
  post([this] { stopping_.store(true, std::memory_order_relaxed); });
}

}  // namespace gatehouse::io
