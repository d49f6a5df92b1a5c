#include <cstdint>
#include <cstdlib>

#include "edge/listener/hand_over.h"

// The first byte says how many descriptors came. What is read is written as the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gatehouse::edge::HandOverMessage;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto message = HandOverMessage::parse(bytes, data[0]);
  if (message && message->bytes() != bytes) std::abort();
  if (message && message->notes.size() != data[0]) std::abort();
  return 0;
}
