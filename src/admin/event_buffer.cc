#include "admin/event_buffer.h"

#include <fmt/format.h>

#include "admin/methods.h"
#include "api/connect.h"

namespace gatehouse::admin {
namespace {

constexpr std::size_t kRoomForLost = 512;

}  // namespace

void EventBuffer::push(const api::Event& event) {
  std::string text = encode_event(event);
  if (!has_room(text.size())) {
    if (lost_++ == 0) lost_since_ = event.when();
    return;
  }
  tell_lost();
  add(std::move(text));
}

std::optional<std::string> EventBuffer::take() {
  if (waiting_.empty()) tell_lost();
  if (waiting_.empty()) return std::nullopt;
  std::string next = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= next.size();
  return next;
}

std::string EventBuffer::encode_event(const api::Event& event) const {
  return api::envelope(0, encode(codec_, event));
}

bool EventBuffer::has_room(std::size_t size) const {
  return waiting_.size() + 1 < kMostEvents && bytes_ + size + kRoomForLost <= kMostBytes;
}

void EventBuffer::add(std::string envelope) {
  bytes_ += envelope.size();
  waiting_.push_back(std::move(envelope));
}

void EventBuffer::tell_lost() {
  if (lost_ == 0) return;
  api::Event event;
  event.set_when(lost_since_.substr(0, 64));
  event.set_kind("lost");
  event.set_sentence(fmt::format("{} event{} not told, because this client did not read in time.",
                                 lost_, lost_ == 1 ? " was" : "s were"));
  event.set_lost(std::exchange(lost_, 0));
  add(encode_event(event));
}

}  // namespace gatehouse::admin
