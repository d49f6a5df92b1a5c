#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/settings.h"

namespace gatehouse::config {
namespace {

TEST(Settle, one_line_is_a_whole_site) {
  Document document;
  (*document.message.mutable_sites())["files.example.com"].add_upstreams("http://127.0.0.1:8080");
  const Settled settled = settle(document);
  ASSERT_TRUE(settled.settings) << render(settled.diagnostics);
  const Site& site = settled.settings->sites.at(0);
  EXPECT_EQ(site.names.at(0).text(), "files.example.com");
  EXPECT_EQ(site.listen.at(0).text(), ":443");
  EXPECT_EQ(site.plain_listen.at(0).text(), "http://:80");
}

}  // namespace
}  // namespace gatehouse::config
