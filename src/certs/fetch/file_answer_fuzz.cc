// An answer means the same however it is cut into pieces, and is never larger than its bound.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "certs/fetch/file_answer.h"
#include "certs/fetch/web_url.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kMost = 512;

void require(bool holds) {
  if (!holds) std::abort();
}

FileAnswer::Outcome read(std::string_view bytes, std::size_t piece) {
  FileAnswer answer(kMost);
  while (!bytes.empty()) {
    const auto room = answer.room();
    require(!room.empty());
    const std::size_t part = std::min({piece, bytes.size(), room.size()});
    std::memcpy(room.data(), bytes.data(), part);
    bytes.remove_prefix(part);
    if (answer.take(part)) return answer.outcome();
  }
  require(answer.take(0));
  return answer.outcome();
}

void check_url(std::string_view text) {
  const auto url = WebUrl::parse(text);
  if (!url) {
    require(url.error().what.find('\x1b') == std::string::npos);
    return;
  }
  const auto again = WebUrl::parse(url->text());
  require(again && again->text() == url->text() && again->port == url->port);
}

}  // namespace
}  // namespace gatehouse::certs

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::certs;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_url(text);
  const auto whole = read(text, size + 1);
  const auto pieces = read(text, 1 + size / 7);
  require(whole.has_value() == pieces.has_value());
  if (!whole) return 0;
  require(whole->status == pieces->status && whole->content == pieces->content);
  require(whole->content.size() <= kMost);
  check_url(whole->location);
  return 0;
}
