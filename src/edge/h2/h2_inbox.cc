#include "edge/h2/h2_inbox.h"

#include <algorithm>

namespace gatehouse::edge {
namespace {

using Pool = io::BufferPool;

// The room of a lease that leaves place for what frames its content.
std::span<char> content_room(io::Lease& lease) {
  const std::span<char> room = lease.room();
  return room.first(room.size() - std::min(room.size(), Pool::kTailroom));
}

}  // namespace

std::span<char> H2Inbox::room_for(std::size_t bytes) {
  if (!empty() && !content_room(received_.back()).empty()) return content_room(received_.back());
  received_.emplace_back(pool_);
  received_.back().take(bytes <= kLittle ? Pool::Size::small : Pool::Size::large, Pool::kTailroom);
  return content_room(received_.back());
}

void H2Inbox::add(std::span<const char> content) {
  while (!content.empty()) {
    const std::size_t part = std::min(room_for(content.size()).size(), content.size());
    received_.back().append({content.data(), part});
    content = content.subspan(part);
  }
}

std::size_t H2Inbox::copy_to(io::Lease& into) {
  std::size_t bytes = 0;
  while (!empty()) {
    io::Lease& from = received_[first_];
    const std::size_t part = std::min(from.size(), content_room(into).size());
    if (part == 0) break;
    into.append({from.data(), part});
    from.consume(part);
    bytes += part;
    if (from.empty()) taken();
  }
  return bytes;
}

std::size_t H2Inbox::move_to(io::Lease& into) {
  into = std::move(received_[first_]);
  taken();
  return into.size();
}

void H2Inbox::taken() {
  received_[first_].drop();
  if (++first_ < received_.size()) return;
  received_.clear();
  first_ = 0;
}

std::size_t H2Inbox::drop() {
  std::size_t bytes = 0;
  for (; !empty(); taken()) bytes += received_[first_].size();
  return bytes;
}

}  // namespace gatehouse::edge
