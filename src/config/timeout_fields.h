#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "api/messages.h"
#include "config/settings.h"

namespace gatehouse::config {

// One timeout by its name, as text and as value.
struct TimeoutField {
  std::string_view name;
  const std::string& (api::Timeouts::*written)() const;
  std::string* (api::Timeouts::*to_write)();
  std::chrono::milliseconds Timeouts::* value;
};

inline constexpr std::array kTimeoutFields{
    TimeoutField{"handshake", &api::Timeouts::handshake, &api::Timeouts::mutable_handshake,
                 &Timeouts::handshake},
    TimeoutField{"head", &api::Timeouts::head, &api::Timeouts::mutable_head, &Timeouts::head},
    TimeoutField{"body", &api::Timeouts::body, &api::Timeouts::mutable_body, &Timeouts::body},
    TimeoutField{"idle", &api::Timeouts::idle, &api::Timeouts::mutable_idle, &Timeouts::idle},
    TimeoutField{"write", &api::Timeouts::write, &api::Timeouts::mutable_write, &Timeouts::write},
    TimeoutField{"connect", &api::Timeouts::connect, &api::Timeouts::mutable_connect,
                 &Timeouts::connect},
    TimeoutField{"response", &api::Timeouts::response, &api::Timeouts::mutable_response,
                 &Timeouts::response},
    TimeoutField{"tunnel", &api::Timeouts::tunnel, &api::Timeouts::mutable_tunnel,
                 &Timeouts::tunnel},
    TimeoutField{"drain", &api::Timeouts::drain, &api::Timeouts::mutable_drain, &Timeouts::drain}};

}  // namespace gatehouse::config
