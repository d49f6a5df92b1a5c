#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace gatehouse::control {

// How people write what a site is.
std::vector<std::string> site_urls(const config::Site& site);
std::vector<std::string> upstream_texts(const std::vector<UpstreamUrl>& upstreams);
// "http://127.0.0.1:8080, http://127.0.0.1:8081", "the welcome page"
std::string upstreams_text(const std::vector<UpstreamUrl>& upstreams);
// What a policy does to plain HTTP: "redirected"; "redirects to HTTPS".
struct PlainWords {
  std::string_view done;
  std::string_view happens;
};
PlainWords plain_words(edge::PlainPolicy policy);
// "redirected outside, kept on loopback"; "none"
std::string plain_text(const config::Site& site);
// "all addresses", "localhost", "10.0.0.5"
std::string place_text(const ListenAddress& address);
std::string endpoint_text(const config::Endpoint& endpoint);

}  // namespace gatehouse::control
