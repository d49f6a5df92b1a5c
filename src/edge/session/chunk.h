#pragma once

#include "http/h1_writer.h"
#include "io/buffer.h"

namespace gatehouse::edge {

// Frames content as one chunk where it lies; it needs kTailroom on both sides. Nothing stays
// nothing: an empty chunk would end the message.
inline void make_chunk(io::Lease& content) {
  if (content.empty()) return;
  const std::size_t prefix = http::chunk_prefix(content.data(), content.size());
  content.append(http::kChunkSuffix);
  content.prepend(prefix);
}

}  // namespace gatehouse::edge
