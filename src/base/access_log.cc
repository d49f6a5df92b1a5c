#include "base/access_log.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} * 1024;
static_assert(kLongestAccessLine <= kChunkBytes);

constexpr std::chrono::milliseconds kForever{-1};
constexpr std::chrono::milliseconds kShutdown{2000};

Result<LogSink> open_sink(const AccessLogTarget& target) {
  switch (target.kind) {
    case AccessLogTarget::Kind::off: return LogSink::on_descriptor(-1);
    case AccessLogTarget::Kind::standard_output: return LogSink::on_descriptor(STDOUT_FILENO);
    case AccessLogTarget::Kind::file: return LogSink::open_file(target.path);
    case AccessLogTarget::Kind::journal: break;
  }
  return LogSink::to_journal(target.path);
}

}  // namespace

struct AccessLogBuffer::Chunk {
  std::atomic<std::size_t> filled{0};  // by the owning thread
  std::size_t written = 0;             // by the writer
  std::array<char, kChunkBytes> bytes;

  std::string_view unwritten() const {
    return {bytes.data() + written, filled.load(std::memory_order_acquire) - written};
  }
  std::size_t room() const { return kChunkBytes - filled.load(std::memory_order_relaxed); }
};

AccessLogBuffer::AccessLogBuffer(AccessLog& log) : log_(log) {
  made_.reserve(kChunks);
  free_.reserve(kChunks);
}

AccessLogBuffer::~AccessLogBuffer() = default;

void AccessLogBuffer::append(const AccessRecord& record) {
  if (!log_.on()) return;
  if (!make_room(access_line_room(record))) return dropped_.add();
  char* const begin = current_->bytes.data();
  const std::size_t before = current_->filled.load(std::memory_order_relaxed);
  char* const end = write_access_line(begin + before, record);
  // Sequentially consistent, as is the writer's "I wait now, is there a line?": one of the two sees
  // the other, so that no line is forgotten.
  current_->filled.store(static_cast<std::size_t>(end - begin));
  log_.wake(AccessLog::Waits::for_any_line);
}

bool AccessLogBuffer::make_room(std::size_t bytes) {
  return (current_ != nullptr && current_->room() >= bytes) || start_chunk();
}

bool AccessLogBuffer::start_chunk() {
  Chunk* const chunk = free_chunk();
  if (chunk == nullptr) return false;
  chunk->filled.store(0, std::memory_order_relaxed);
  chunk->written = 0;
  const std::uint64_t number = started_.load(std::memory_order_relaxed);
  order_[number % kChunks] = chunk;
  started_.store(number + 1);
  const bool one_is_full = std::exchange(current_, chunk) != nullptr;
  if (one_is_full) log_.wake(AccessLog::Waits::for_full_chunk);
  return true;
}

AccessLogBuffer::Chunk* AccessLogBuffer::free_chunk() {
  const std::uint64_t drained = drained_.load(std::memory_order_acquire);
  for (; reclaimed_ < drained; ++reclaimed_) free_.push_back(order_[reclaimed_ % kChunks]);
  if (free_.empty()) {
    if (made_.size() == kChunks) return nullptr;
    made_.push_back(std::make_unique_for_overwrite<Chunk>());
    return made_.back().get();
  }
  Chunk* const chunk = free_.back();
  free_.pop_back();
  return chunk;
}

bool AccessLogBuffer::has_full_chunk() const {
  return drained_.load(std::memory_order_relaxed) + 1 < started_.load();
}

bool AccessLogBuffer::has_any_line() const {
  const std::uint64_t first = drained_.load(std::memory_order_relaxed);
  const std::uint64_t started = started_.load();
  if (first == started) return false;
  const Chunk& chunk = *order_[first % kChunks];
  return first + 1 < started || chunk.written < chunk.filled.load();
}

AccessLogTarget AccessLogTarget::parse(std::string_view text) {
  if (text == "none") return {};
  if (text == "-") return {.kind = Kind::standard_output, .path = {}};
  if (text == "journal") return {.kind = Kind::journal, .path = Journal::kSocket};
  return {.kind = Kind::file, .path = std::string(text)};
}

Result<std::unique_ptr<AccessLog>> AccessLog::open(const AccessLogTarget& target,
                                                   EventLog& events) {
  Result<LogSink> sink = open_sink(target);
  if (!sink) return pass_on(sink);
  const int wake_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd < 0) {
    return fail(Fault::machine, fmt::format("The access log could not start: eventfd failed ({}).",
                                            std::strerror(errno)));
  }
  std::unique_ptr<AccessLog> log(new AccessLog(target, std::move(*sink), wake_fd, events));
  log->start();
  return log;
}

AccessLog::AccessLog(AccessLogTarget target, LogSink sink, int wake_fd, EventLog& events)
    : target_(std::move(target)), events_(events), sink_(std::move(sink)), wake_fd_(wake_fd) {}

AccessLog::~AccessLog() {
  end();
  if (writer_.joinable()) writer_.join();
  ::close(wake_fd_);
}

void AccessLog::end() {
  stop_.store(true);
  ring();
}

void AccessLog::start() {
  if (!on()) return ended_.store(true);
  // Signals are for the main thread; SIGPIPE becomes EPIPE.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  writer_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(writer_.native_handle(), "access-log");
}

AccessLogBuffer& AccessLog::new_buffer() {
  const std::lock_guard lock(buffers_mutex_);
  buffers_.push_back(std::make_unique<AccessLogBuffer>(*this));
  return *buffers_.back();
}

void AccessLog::reopen() {
  reopen_.store(true);
  ring();
}

std::uint64_t AccessLog::dropped() const {
  std::uint64_t sum = lost_.value();
  for (const AccessLogBuffer* buffer : buffers()) sum += buffer->dropped();
  return sum;
}

void AccessLog::wake(Waits if_it_waits) {
  if (waits_.load() < if_it_waits) return;
  if (waits_.exchange(Waits::not_at_all) != Waits::not_at_all) ring();
}

void AccessLog::ring() {
  // Can only fail when the counter is full, and then the writer wakes anyway.
  [[maybe_unused]] const int done = ::eventfd_write(wake_fd_, 1);
}

void AccessLog::run() {
  while (!stop_.load()) run_once();
  finish();
  sink_ = LogSink::on_descriptor(-1);
  ended_.store(true);
}

void AccessLog::run_once() {
  if (reopen_.exchange(false)) reopen_now();
  const auto now = std::chrono::steady_clock::now();
  const auto since =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - drained_everything_);
  const bool all = since >= kLinger;
  if (all) drained_everything_ = now;
  const Progress progress = drain_all(all ? Drain::everything : Drain::full_chunks, kLinger);
  tell_of_dropped();
  if (progress >= Progress::stuck) return wait(Waits::not_at_all, kLinger);
  if (all && progress == Progress::none) return wait(Waits::for_any_line, kForever);
  wait(Waits::for_full_chunk, all ? kLinger : kLinger - since);
}

void AccessLog::finish() {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + kShutdown;
  if (reopen_.exchange(false)) reopen_now();
  while (steady_clock::now() < end) {
    const Progress progress = drain_all(Drain::everything, kLinger);
    if (progress == Progress::none || progress == Progress::failed) break;
    if (progress == Progress::stuck) wait(Waits::not_at_all, kLinger / 4);
  }
  for (AccessLogBuffer* buffer : buffers()) give_up(*buffer);
  tell_of_dropped();
}

void AccessLog::give_up(AccessLogBuffer& buffer) {
  const std::uint64_t started = buffer.started_.load(std::memory_order_acquire);
  for (std::uint64_t n = buffer.drained_.load(std::memory_order_relaxed); n < started; ++n) {
    discard(*buffer.order_[n % AccessLogBuffer::kChunks]);
  }
}

void AccessLog::discard(AccessLogBuffer::Chunk& chunk) {
  const std::string_view lines = chunk.unwritten();
  lost_.add(static_cast<std::uint64_t>(std::ranges::count(lines, '\n')));
  chunk.written += lines.size();
}

std::vector<AccessLogBuffer*> AccessLog::buffers() const {
  const std::lock_guard lock(buffers_mutex_);
  std::vector<AccessLogBuffer*> list;
  list.reserve(buffers_.size());
  for (const auto& buffer : buffers_) list.push_back(buffer.get());
  return list;
}

AccessLog::Progress AccessLog::drain_all(Drain what, std::chrono::milliseconds patience) {
  Progress progress = Progress::none;
  for (AccessLogBuffer* buffer : buffers()) {
    progress = std::max(progress, drain(*buffer, what, patience));
    if (progress >= Progress::stuck) break;
  }
  return progress;
}

AccessLog::Progress AccessLog::drain(AccessLogBuffer& buffer, Drain what,
                                     std::chrono::milliseconds patience) {
  Progress progress = Progress::none;
  const std::uint64_t started = buffer.started_.load(std::memory_order_acquire);
  for (std::uint64_t n = buffer.drained_.load(std::memory_order_relaxed); n < started; ++n) {
    const bool still_filling = n + 1 == started;
    if (still_filling && what == Drain::full_chunks) break;
    progress =
        std::max(progress, write_out(*buffer.order_[n % AccessLogBuffer::kChunks], patience));
    if (progress >= Progress::stuck) break;
    if (!still_filling) buffer.drained_.store(n + 1, std::memory_order_release);
  }
  return progress;
}

AccessLog::Progress AccessLog::write_out(AccessLogBuffer::Chunk& chunk,
                                         std::chrono::milliseconds patience) {
  const std::string_view lines = chunk.unwritten();
  if (lines.empty()) return Progress::none;
  const LogSink::Written written = sink_.write(lines, patience);
  chunk.written += written.bytes;
  if (written.bytes == lines.size()) return Progress::some;
  if (written.error == 0) return Progress::stuck;
  events_.error("The access log cannot be written.", {{"reason", std::strerror(written.error)}});
  const bool reader_is_gone = written.error == EPIPE || written.error == ECONNRESET;
  if (!reader_is_gone) return Progress::failed;
  discard(chunk);
  return Progress::some;
}

void AccessLog::reopen_now() {
  if (target_.kind != AccessLogTarget::Kind::file) return;
  drain_all(Drain::everything, kLinger);
  auto sink = LogSink::open_file(target_.path);
  if (!sink) return events_.error(sink.error().what);
  sink_ = std::move(*sink);
}

void AccessLog::tell_of_dropped() {
  const std::uint64_t total = dropped();
  if (total == dropped_told_) return;
  events_.warn("Access log lines were dropped because they could not be written fast enough.",
               {{"dropped", total - dropped_told_}, {"since_start", total}});
  dropped_told_ = total;
}

void AccessLog::wait(Waits how, std::chrono::milliseconds at_most) {
  waits_.store(how);
  pollfd bell{wake_fd_, POLLIN, 0};
  const bool rung = !has_work(how) && ::poll(&bell, 1, static_cast<int>(at_most.count())) > 0;
  waits_.store(Waits::not_at_all);
  eventfd_t rings = 0;
  // A bell that was not heard is heard next time, and then there is nothing to do.
  if (rung) ::eventfd_read(wake_fd_, &rings);
}

bool AccessLog::has_work(Waits how) const {
  if (how == Waits::not_at_all) return false;
  return std::ranges::any_of(buffers(), [how](const AccessLogBuffer* buffer) {
    return how == Waits::for_any_line ? buffer->has_any_line() : buffer->has_full_chunk();
  });
}

}  // namespace gatehouse
