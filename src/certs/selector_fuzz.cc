#include <algorithm>
#include <cstdlib>

#include "base/utf8.h"
#include "certs/selector.h"

// A selector is one kind or an error, its text can be shown, and a subject contains itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const auto text = as_text({data, size});
  const auto selector = certs::Selector::parse(text);
  if (!selector) {
    if (selector.error().what.empty()) std::abort();
    return 0;
  }
  if (!is_utf8(selector->text())) std::abort();
  if (std::ranges::any_of(selector->text(),
                          [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    std::abort();
  }
  if (const auto* subject = std::get_if<certs::Selector::Subject>(&selector->kind())) {
    if (!subject->wanted.contains(subject->wanted)) std::abort();
  }
  if (!(*selector == *certs::Selector::parse(text))) std::abort();
  return 0;
}
