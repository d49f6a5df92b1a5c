#include <cstdint>
#include <cstdlib>

#include "base/address.h"

// What is read is written so that it is read the same.
namespace {

template <class Value>
void check(std::string_view text) {
  const auto value = Value::parse(text);
  if (!value) return;
  const auto again = Value::parse(value->text());
  if (!again || !(*again == *value)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check<IpAddress>(text);
  check<IpEndpoint>(text);
  check<Cidr>(text);
  check<ListenAddress>(text);
  check<UpstreamUrl>(text);
  return 0;
}
