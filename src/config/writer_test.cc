#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/document.h"

namespace gatehouse::config {
namespace {

TEST(ToYaml, one_upstream_is_one_line) {
  api::Configuration message;
  message.set_version(1);
  (*message.mutable_sites())["b.example.com"].add_upstreams("http://127.0.0.1:8080");
  auto& site = (*message.mutable_sites())["a.example.com"];
  site.add_upstreams("unix:/run/app.sock");
  site.add_listen(":443");
  site.set_enabled(false);
  auto& route = *site.add_routes();
  route.set_path("/api");
  route.add_upstreams("http://127.0.0.1:9000");
  (*message.mutable_listeners())[":443"].set_unknown_names("refuse");
  message.mutable_metrics()->set_listen("127.0.0.1:9100");
  message.mutable_logs()->set_access("off");
  message.mutable_limits()->set_body(0);
  message.mutable_local_ca();
  EXPECT_EQ(to_yaml(message), R"(version: 1
sites:
  a.example.com:
    listen: [":443"]
    upstreams: [unix:/run/app.sock]
    routes:
      - path: /api
        upstreams: [http://127.0.0.1:9000]
    enabled: false
  b.example.com: http://127.0.0.1:8080
listeners:
  ":443":
    unknown_names: refuse
local_ca: {}
limits:
  body: 0
logs:
  access: "off"
metrics: 127.0.0.1:9100
)");
}

}  // namespace
}  // namespace gatehouse::config
