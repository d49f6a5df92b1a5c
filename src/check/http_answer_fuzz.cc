// An answer means the same however it is cut into pieces, and what is shown of it is harmless.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "check/http_answer.h"

namespace gatehouse::check {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

HttpResult read(std::string_view bytes, std::size_t piece) {
  AnswerReader reader;
  while (!bytes.empty()) {
    const auto room = reader.room();
    require(!room.empty());
    const std::size_t part = std::min({piece, bytes.size(), room.size()});
    std::memcpy(room.data(), bytes.data(), part);
    bytes.remove_prefix(part);
    if (reader.take(part)) return reader.result();
  }
  require(reader.take(0));
  return reader.result();
}

bool harmless(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

}  // namespace
}  // namespace gatehouse::check

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::check;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const HttpResult whole = read(text, size + 1);
  const HttpResult pieces = read(text, 1 + size / 7);
  require(whole.has_value() == pieces.has_value());
  if (!whole) return 0;
  require(whole->status == pieces->status && whole->location == pieces->location);
  require(whole->status >= 101 && whole->status <= 599);
  require(harmless(whole->location) && harmless(whole->server));
  return 0;
}
