#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/testing.h"
#include "edge/pages/pages.h"

// Whatever the Accept field, a detail and a host say, the pages stay whole: JSON is valid, no
// markup gets in, and text holds no control characters.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)edge::page_format(text);
  const edge::ErrorPage error{.status = 502, .detail = text, .request_id = text};
  const std::string json = render_error(error, edge::PageFormat::json).body;
  if (!gatehouse::testing::JsonCheck::valid(std::string_view(json).substr(0, json.size() - 1)))
    std::abort();
  const std::string html = render_error(error, edge::PageFormat::html).body;
  const std::string clean =
      render_error({.status = 502, .detail = "x", .request_id = "x"}, edge::PageFormat::html).body;
  const auto tags = [](std::string_view page) { return std::ranges::count(page, '<'); };
  if (size > 0 && tags(html) != tags(clean)) std::abort();
  for (const char c : render_error(error, edge::PageFormat::text).body) {
    if ((c >= 0 && c < ' ' && c != '\n') || c == 0x7f) std::abort();
  }
  return 0;
}
