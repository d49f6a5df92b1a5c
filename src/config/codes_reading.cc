#include <array>

#include "config/codes.h"

namespace gatehouse::config {
namespace {

constexpr auto kTable = std::to_array<Explanation>({
    {.code = "GH2107",
     .title = "unknown field",
     .text =
         R"(A name stands where gatehouse knows no setting of that name. Names are case-sensitive, and each
belongs to one place: `upstreams` belongs to a site, not to the top of the file. Nothing is
ignored silently, since a setting with a typing error would not do what you rely on.

wrong:
    sites:
      files.example.com:
        upstrem: http://127.0.0.1:8080
right:
    sites:
      files.example.com:
        upstreams: http://127.0.0.1:8080)"},
});

}  // namespace

std::span<const Explanation> reading_codes() { return kTable; }

}  // namespace gatehouse::config
