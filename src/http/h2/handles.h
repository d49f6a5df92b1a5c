#pragma once

#include <memory>
#include <new>
#include <nghttp2/nghttp2.h>
#include <string_view>

namespace gatehouse::http {

struct H2CallbacksDelete {
  void operator()(nghttp2_session_callbacks* one) const { nghttp2_session_callbacks_del(one); }
};
using H2CallbacksPtr = std::unique_ptr<nghttp2_session_callbacks, H2CallbacksDelete>;

struct H2OptionDelete {
  void operator()(nghttp2_option* one) const { nghttp2_option_del(one); }
};
using H2OptionPtr = std::unique_ptr<nghttp2_option, H2OptionDelete>;

// Borrows both texts; the library copies them.
inline nghttp2_nv h2_field(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view part) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(part.data()));  // it is only read
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// The library says no only when there is no memory.
inline void must(int result) {
  if (result != 0) throw std::bad_alloc();
}

}  // namespace gatehouse::http
