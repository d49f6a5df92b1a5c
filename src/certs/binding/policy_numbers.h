#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "tls/profile.h"

namespace gatehouse::certs {

// Numbers TLS policies by what they mean: the profile, and how clients are authenticated. Equal
// meanings have equal numbers, also in the next configuration, and no number is used twice: what a
// connection was once allowed stays comparable with what is configured now. They are made from the
// meaning, because session tickets outlive a program that is upgraded: one that was given without
// client authentication must not fit a policy of the successor that asks for it. Control thread
// only; one for as long as the program runs.
class PolicyNumbers {
 public:
  // `client_authentication` is empty for none, else a text that is the same for the same anchors,
  // mode and rules.
  std::uint32_t number(tls::Profile profile, std::string_view client_authentication = {});

 private:
  std::map<std::uint32_t, std::string> meanings_;  // of those with client authentication
};

}  // namespace gatehouse::certs
