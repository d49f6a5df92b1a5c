#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "io/event.h"
#include "kv/entry.h"

namespace gatehouse::kv {

// What one transaction changed, shared by everybody who has yet to hear of it.
using Transacted = std::shared_ptr<const Changes>;

// The bytes of the keys and values.
std::size_t size_of(const Changes& changes);

// Between the thread that changes the store and the reactor of one watcher: what that watcher has
// not taken yet. It holds a bounded number of changes; one too many and it holds nothing but the
// news that the watcher has to list again. Shared by both; close() is the reactor's last word,
// after which the reactor is not touched any more.
class WatchBuffer {
 public:
  WatchBuffer(io::Reactor& reactor, std::string prefix)
      : reactor_(reactor), prefix_(std::move(prefix)), news_(reactor) {}

  // The store's thread. add() keeps what is below the prefix; false: nobody listens any more.
  static bool add(const std::shared_ptr<WatchBuffer>& buffer, const Transacted& transaction);
  static void overflow(const std::shared_ptr<WatchBuffer>& buffer);

  // The reactor's thread. Nothing: wait for news().
  std::optional<Heard> take();
  io::Event& news() { return news_; }
  void close();

 private:
  bool concerns(const Changes& changes) const;
  void keep(const Transacted& transaction);
  void give_up();
  static void ring(const std::shared_ptr<WatchBuffer>& buffer);

  io::Reactor& reactor_;
  const std::string prefix_;
  io::Event news_;  // of the reactor's thread
  std::mutex mutex_;
  std::deque<Transacted> kept_;
  std::size_t count_ = 0;
  std::size_t size_ = 0;
  bool overflowed_ = false;
  bool rung_ = false;  // a notice is on its way to the reactor
  bool closed_ = false;
};

}  // namespace gatehouse::kv
