#include "certs/binding/binding_table.h"

#include <gtest/gtest.h>

namespace gatehouse::certs {
namespace {

tls::Answer answer(std::uint32_t policy) {
  return {.credential = nullptr, .profile = tls::Profile::intermediate, .policy = policy};
}

tls::ClientHello hello(std::string_view name) {
  tls::ClientHello seen;
  if (!name.empty()) seen.server_name = ServerName::parse(name).value();
  return seen;
}

std::uint32_t policy_for(BindingSelector& selector, std::string_view name) {
  const tls::Selection selection = selector.select(hello(name));
  return std::holds_alternative<tls::Answer>(selection) ? std::get<tls::Answer>(selection).policy
                                                        : 0;
}

std::shared_ptr<BindingTable> table() {
  auto made = std::make_shared<BindingTable>();
  made->bind(NamePattern::parse("www.example.org").value(), answer(1));
  made->bind(NamePattern::parse("*.example.org").value(), answer(2));
  return made;
}

TEST(Binding, exact_name_wins_over_wildcard_and_wildcard_over_default) {
  const auto bindings = table();
  bindings->bind_default(answer(3));
  BindingSelector selector(bindings);
  EXPECT_EQ(policy_for(selector, "WWW.example.org."), 1u);
  EXPECT_EQ(policy_for(selector, "api.example.org"), 2u);
  EXPECT_EQ(policy_for(selector, "other.example"), 3u);
}

TEST(Binding, M13_a_client_without_a_name_gets_the_default) {
  const auto bindings = table();
  bindings->bind_default(answer(3));
  BindingSelector selector(bindings);
  EXPECT_EQ(policy_for(selector, ""), 3u);
}

TEST(Binding, without_a_default_an_unknown_name_is_told_so) {
  BindingSelector selector(table());
  EXPECT_TRUE(std::holds_alternative<tls::UnknownName>(selector.select(hello("other.example"))));
  EXPECT_TRUE(std::holds_alternative<tls::UnknownName>(selector.select(hello(""))));
}

TEST(Binding, M13_no_name_and_unknown_names_are_answered_or_refused_each_on_its_own) {
  const auto bindings = table();
  bindings->bind_no_name(answer(3));
  BindingSelector selector(bindings);
  EXPECT_EQ(policy_for(selector, ""), 3u);
  EXPECT_TRUE(std::holds_alternative<tls::UnknownName>(selector.select(hello("other.example"))));

  const auto others = table();
  others->bind_unknown_names(answer(4));
  selector.replace(others);
  EXPECT_EQ(policy_for(selector, "other.example"), 4u);
  EXPECT_TRUE(std::holds_alternative<tls::UnknownName>(selector.select(hello(""))));
  EXPECT_EQ(policy_for(selector, "www.example.org"), 1u) << "names that are bound stay";
}

TEST(Binding, a_replaced_table_answers_from_the_next_handshake_on) {
  BindingSelector selector(table());
  auto next = std::make_shared<BindingTable>();
  next->bind(NamePattern::parse("www.example.org").value(), answer(7));
  selector.replace(next);
  EXPECT_EQ(policy_for(selector, "www.example.org"), 7u);
  EXPECT_EQ(policy_for(selector, "api.example.org"), 0u);
}

}  // namespace
}  // namespace gatehouse::certs
