// What is taken as a target can be written as a URL that means the same; names of certificates are
// shown without harm.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "check/shown.h"
#include "check/target.h"
#include "tls/anonymous_request.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_target(std::string_view text) {
  using gatehouse::check::Target;
  const auto target = Target::parse(text);
  if (!target) {
    require(target.error().what.find('\x1b') == std::string::npos);
    return;
  }
  const auto again = Target::parse(target->url());
  require(again && again->url() == target->url() && again->port == target->port);
  require(gatehouse::tls::AnonymousRequest::get(target->authority(), target->path).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_target(text);
  const std::string name = gatehouse::check::short_name(text);
  require(name.find('\x1b') == std::string::npos && name.find('\n') == std::string::npos);
  return 0;
}
