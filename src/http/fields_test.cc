#include "http/fields.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

std::vector<std::string> elements(std::string_view list) {
  std::vector<std::string> out;
  for (auto item = next_list_element(list); !item.empty(); item = next_list_element(list)) {
    out.emplace_back(item);
  }
  return out;
}

std::vector<std::string> elements_backwards(std::string_view list) {
  std::vector<std::string> out;
  for (auto item = last_list_element(list); !item.empty(); item = last_list_element(list)) {
    out.emplace_back(item);
  }
  return out;
}

TEST(FieldId, is_found_in_any_case) {
  EXPECT_EQ(classify_field("Host"), FieldId::host);
  EXPECT_EQ(classify_field("host"), FieldId::host);
  EXPECT_EQ(classify_field("TE"), FieldId::te);
  EXPECT_EQ(classify_field("CONTENT-LENGTH"), FieldId::content_length);
  EXPECT_EQ(classify_field("Transfer-Encoding"), FieldId::transfer_encoding);
  EXPECT_EQ(classify_field("HTTP2-Settings"), FieldId::http2_settings);
  EXPECT_EQ(classify_field("x-forwarded-host"), FieldId::x_forwarded_host);
  EXPECT_EQ(classify_field("X-Forwarded-Port"), FieldId::x_forwarded_port);
  EXPECT_EQ(classify_field("www-authenticate"), FieldId::www_authenticate);
}

TEST(FieldId, leaves_other_names_alone) {
  for (const std::string_view name :
       {"a", "X", "Hos", "Hostt", "Content-Lengt", "X-Custom", "api_key", "Accept-Language", "xyz",
        "sec-fetch-mode", "ETag", "connectioN1", "X-SSL", "Client"}) {
    EXPECT_EQ(classify_field(name), FieldId::other) << name;
  }
}

TEST(FieldId, sees_through_other_punctuation) {
  for (const std::string_view name :
       {"X_Forwarded_For", "x-forwarded_for", "X.Forwarded.For", "Content_Length", "content~length",
        "Transfer_Encoding", "X_Real_IP", "x_forwarded_anything", "X_Forwarded-Proto"}) {
    EXPECT_EQ(classify_field(name), FieldId::lookalike) << name;
  }
}

TEST(FieldId, knows_client_certificate_fields_in_every_spelling) {
  for (const std::string_view name :
       {"Client-Cert", "client-cert-chain", "Client_Cert", "CLIENT.CERT_CHAIN", "X-SSL-Client-Cert",
        "X_SSL_Client_S_DN", "ssl-client-verify", "SSL_CLIENT_CERT", "X-Forwarded-Client-Cert",
        "X-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info", "X-ARR-ClientCert", "x-ssl-cert"}) {
    EXPECT_EQ(classify_field(name), FieldId::client_certificate) << name;
  }
}

TEST(FieldId, knows_all_of_the_x_forwarded_family) {
  EXPECT_EQ(classify_field("X-Forwarded-User"), FieldId::x_forwarded_other);
  EXPECT_EQ(classify_field("x-forwarded-prefix"), FieldId::x_forwarded_other);
  EXPECT_EQ(classify_field("X-Forwarded"), FieldId::other);
}

TEST(Fields, keep_order_and_find_the_first) {
  Fields fields;
  ASSERT_TRUE(fields.add({"Via", "one", FieldId::via}));
  ASSERT_TRUE(fields.add({"X-A", "two", FieldId::other}));
  ASSERT_TRUE(fields.add({"via", "three", FieldId::via}));
  EXPECT_EQ(fields.value(FieldId::via), "one");
  EXPECT_EQ(fields.count(FieldId::via), 2U);
  EXPECT_EQ(fields.find(FieldId::host), nullptr);
  EXPECT_EQ(fields.value(FieldId::host), "");
  ASSERT_NE(fields.find("x-a"), nullptr);
  EXPECT_EQ(fields.find("x-a")->value(), "two");
  EXPECT_EQ(fields.find("x-b"), nullptr);
  fields.clear();
  EXPECT_TRUE(fields.empty());
  EXPECT_FALSE(fields.has(FieldId::via));
}

TEST(Fields, take_no_more_than_their_capacity) {
  Fields fields;
  for (std::size_t i = 0; i < kMaxFields; ++i) {
    ASSERT_TRUE(fields.add({"X-A", "v", FieldId::other}));
  }
  EXPECT_FALSE(fields.add({"Host", "v", FieldId::host}));
  EXPECT_EQ(fields.size(), kMaxFields);
  EXPECT_FALSE(fields.has(FieldId::host));
}

TEST(List, skips_empty_elements_and_white_space) {
  EXPECT_THAT(elements("a, b,c"), ::testing::ElementsAre("a", "b", "c"));
  EXPECT_THAT(elements(" ,, a \t,, b ,"), ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(elements(""), ::testing::IsEmpty());
  EXPECT_THAT(elements(", ,\t"), ::testing::IsEmpty());
}

TEST(List, can_be_walked_backwards) {
  EXPECT_THAT(elements_backwards("a, b,c"), ::testing::ElementsAre("c", "b", "a"));
  EXPECT_THAT(elements_backwards(",, a ,, b \t,"), ::testing::ElementsAre("b", "a"));
  EXPECT_THAT(elements_backwards(","), ::testing::IsEmpty());
}

}  // namespace
}  // namespace gatehouse::http
