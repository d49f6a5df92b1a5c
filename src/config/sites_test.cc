#include "config/sites.h"

#include <map>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NamePattern pattern(std::string_view text) { return NamePattern::parse(text).value(); }

Site site(std::string name, std::vector<std::string> names = {}) {
  Site made;
  made.name = std::move(name);
  for (const std::string& one : names) made.names.push_back(pattern(one));
  return made;
}

SitePtr shared(Site site) { return std::make_shared<const Site>(std::move(site)); }

std::vector<std::string> keys(const Sites& sites) {
  std::vector<std::string> all;
  for (const Site& one : sites) all.push_back(one.name);
  return all;
}

std::vector<std::string> publishing(const Sites& sites, std::string_view name) {
  std::vector<std::string> all;
  for (const Site* one : sites.that_publish(pattern(name))) all.push_back(one->name);
  return all;
}

std::vector<std::string> differences(const Sites& before, const Sites& after) {
  std::vector<std::string> all;
  Sites::each_difference(before, after, [&all](const Site* then, const Site* now) {
    if (then == nullptr) {
      all.push_back("+" + now->name);
    } else if (now == nullptr) {
      all.push_back("-" + then->name);
    } else {
      all.push_back("~" + now->name);
    }
  });
  return all;
}

Sites many(std::size_t count) {
  std::vector<Site> all;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = fmt::format("s{:05}.example", i);
    all.push_back(site(name, {name}));
  }
  return Sites(std::move(all));
}

TEST(Sites, are_found_by_their_keys) {
  const Sites sites = many(500);
  EXPECT_EQ(sites.size(), 500U);
  EXPECT_EQ(sites.find("s00321.example")->name, "s00321.example");
  EXPECT_EQ(sites.find("s00321"), nullptr);
  EXPECT_EQ(sites.find("a"), nullptr);
  EXPECT_EQ(sites.find("z"), nullptr);
  EXPECT_EQ(Sites().find("a"), nullptr);
}

TEST(Sites, come_in_the_order_of_their_keys) {
  const Sites sites = many(2).with({{"a", shared(site("a"))}, {"z", shared(site("z"))}});
  EXPECT_THAT(keys(sites), ElementsAre("a", "s00000.example", "s00001.example", "z"));
  EXPECT_EQ(sites[3].name, "z");
  EXPECT_THROW((void)sites.at(4), std::out_of_range);
}

TEST(Sites, are_found_by_the_names_that_they_publish) {
  const Sites sites({site("a", {"x.example", "*.y.example"}), site("b", {"x.example"})});
  EXPECT_THAT(publishing(sites, "x.example"), ElementsAre("a", "b"));
  EXPECT_THAT(publishing(sites, "*.y.example"), ElementsAre("a"));
  EXPECT_THAT(publishing(sites, "y.example"), IsEmpty());
}

TEST(Sites, a_name_can_move_from_one_site_to_another) {
  const Sites before({site("a", {"x.example"}), site("b", {"y.example"})});
  const Sites after = before.with(
      {{"a", shared(site("a", {"y.example"}))}, {"b", shared(site("b", {"x.example"}))}});
  EXPECT_THAT(publishing(after, "x.example"), ElementsAre("b"));
  EXPECT_THAT(publishing(after, "y.example"), ElementsAre("a"));
  EXPECT_THAT(publishing(before, "x.example"), ElementsAre("a"));
}

TEST(Sites, a_site_that_has_a_name_twice_leaves_nothing_behind) {
  const Sites before({site("a", {"x.example", "x.example"})});
  EXPECT_THAT(publishing(before, "x.example"), ElementsAre("a"));
  EXPECT_THAT(publishing(before.with({{"a", nullptr}}), "x.example"), IsEmpty());
}

TEST(Sites, that_did_not_change_are_shared) {
  const Sites before = many(300);
  const Sites after = before.with({{"s00150.example", shared(site("s00150.example"))}});
  EXPECT_EQ(before.find("s00100.example"), after.find("s00100.example"));
  EXPECT_NE(before.find("s00150.example"), after.find("s00150.example"));
  EXPECT_THAT(differences(before, after), ElementsAre("~s00150.example"));
}

TEST(Sites, of_another_reading_are_shared_where_they_are_equal) {
  const Sites before = many(300);
  const Sites read = many(301).with({{"s00007.example", nullptr}});
  const Sites after = before.with_equal_to(read);
  EXPECT_EQ(after, read);
  EXPECT_EQ(before.find("s00100.example"), after.find("s00100.example"));
  EXPECT_EQ(after.find("s00300.example"), read.find("s00300.example"));
  EXPECT_THAT(differences(before, after), ElementsAre("-s00007.example", "+s00300.example"));
}

TEST(SiteBlocks, tell_what_enabled_sites_ask_for) {
  Site one = site("a", {"a.example"});
  one.listen = {ListenAddress::parse(":443").value()};
  one.plain_listen = {ListenAddress::parse("http://:80").value()};
  one.plain.loopback = edge::PlainPolicy::redirect;
  Site two = one;
  two.name = "b";
  two.certificate = CertificateChoice{CertificateFiles{"c.crt", "c.key"}};
  two.any_name = true;
  Site off = one;
  off.name = "c";
  off.listen = {ListenAddress::parse(":8443").value()};
  off.enabled = false;
  const SiteBlock block({shared(one), shared(two), shared(off)});
  ASSERT_EQ(block.asked().size(), 2U);
  EXPECT_EQ(block.asked()[0].address.text(), ":443");
  EXPECT_EQ(block.asked()[1].address.port(), 80);
  EXPECT_THAT(block.certificates(), ElementsAre(*two.certificate));
  EXPECT_TRUE(block.lacks_certificate());
  EXPECT_THAT(block.any_name(), ElementsAre(block.sites()[1].get()));
  EXPECT_EQ(block.names_without_certificate(), 1U);
  EXPECT_FALSE(block.may_keep_loopback());
}

TEST(SiteBlocks, tell_ports_that_the_kernel_chooses_for_one_site_apart) {
  Site one = site("a");
  one.listen.assign(3, ListenAddress::parse("127.0.0.1:0").value());
  const SiteBlock block({shared(one)});
  ASSERT_EQ(block.asked().size(), 3U);
  EXPECT_EQ(block.asked()[2].number, 2U);
}

// ------------------------------------------------------------------ any sequence of changes

using Model = std::map<std::string, Site>;

Sites from_nothing(const Model& model) {
  std::vector<Site> all;
  for (const auto& [name, one] : model) all.push_back(one);
  return Sites(std::move(all));
}

class AnySites : public ::testing::TestWithParam<unsigned> {
 protected:
  unsigned pick(unsigned below) { return random_() % below; }

  std::vector<Sites::Change> change(Model& model) {
    std::map<std::string, SitePtr> changes;
    for (unsigned i = pick(60); i > 0; --i) {
      const std::string name = fmt::format("s{:03}", pick(400));
      if (pick(3) == 0) {
        model.erase(name);
        changes[name] = nullptr;
        continue;
      }
      Site one = site(name, {fmt::format("n{}.example", pick(50))});
      if (pick(2) == 0) one.names.push_back(pattern(fmt::format("*.n{}.example", pick(50))));
      one.enabled = pick(4) != 0;
      model[name] = one;
      changes[name] = shared(std::move(one));
    }
    std::vector<Sites::Change> all;
    for (auto& [name, one] : changes) all.push_back({name, one});
    return all;
  }

  static std::vector<std::string> expected(const Model& before, const Model& after) {
    std::map<std::string, char> found;
    for (const auto& [name, one] : before) {
      if (!after.contains(name)) found[name] = '-';
    }
    for (const auto& [name, one] : after) {
      const auto known = before.find(name);
      if (known == before.end()) found[name] = '+';
      if (known != before.end() && known->second != one) found[name] = '~';
    }
    std::vector<std::string> all;
    for (const auto& [name, sign] : found) all.push_back(sign + name);
    return all;
  }

  static void expect_same(const Sites& sites, const Model& model) {
    const Sites anew = from_nothing(model);
    ASSERT_EQ(keys(sites), keys(anew));
    ASSERT_EQ(sites.size(), model.size());
    ASSERT_EQ(sites, anew);
    for (unsigned i = 0; i < 50; ++i) {
      const std::string name = fmt::format("n{}.example", i);
      ASSERT_EQ(publishing(sites, name), publishing(anew, name));
      ASSERT_EQ(publishing(sites, "*." + name), publishing(anew, "*." + name));
    }
    for (const auto& [name, one] : model) ASSERT_EQ(*sites.find(name), one);
  }

 private:
  std::mt19937 random_{GetParam()};
};

TEST_P(AnySites, changes_give_what_making_them_of_nothing_gives) {
  Model model;
  Sites sites;
  for (int step = 0; step < 40; ++step) {
    const Model before = model;
    const Sites next = sites.with(change(model));
    expect_same(next, model);
    expect_same(sites, before);
    ASSERT_EQ(differences(sites, next), expected(before, model));
    ASSERT_EQ(differences(from_nothing(before), next), expected(before, model));
    ASSERT_EQ(sites.with_equal_to(from_nothing(model)), next);
    sites = next;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnySites, ::testing::Range(1U, 9U));

}  // namespace
}  // namespace gatehouse::config
