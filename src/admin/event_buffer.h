#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "admin/request.h"
#include "api/messages.h"

namespace gatehouse::admin {

// What waits for one client of EventService/Watch, ready to be sent. When it is full, events are
// left out; how many is told by an event "lost" where they are missing.
class EventBuffer {
 public:
  static constexpr std::size_t kMostBytes = 256 * 1024;
  static constexpr std::size_t kMostEvents = 1000;

  explicit EventBuffer(Codec codec) : codec_(codec) {}

  void push(const api::Event& event);
  // The next one in its envelope; nothing when there is none.
  std::optional<std::string> take();

  std::size_t bytes() const { return bytes_; }
  std::size_t events() const { return waiting_.size(); }

 private:
  std::string encode_event(const api::Event& event) const;
  // Keeps room for the event that tells of the lost ones.
  bool has_room(std::size_t size) const;
  void add(std::string envelope);
  void tell_lost();

  Codec codec_;
  std::deque<std::string> waiting_;
  std::size_t bytes_ = 0;
  std::uint64_t lost_ = 0;
  std::string lost_since_;  // when the first of them happened
};

}  // namespace gatehouse::admin
