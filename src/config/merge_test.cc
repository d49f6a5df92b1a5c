#include "config/merge.h"

#include <google/protobuf/util/message_differencer.h>

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

using google::protobuf::FieldDescriptor;

Document document(std::string_view text, std::string_view name,
                  Origin::Source source = Origin::Source::file) {
  Reading reading = read_text("version: 1\n" + std::string(text), name, source, {});
  EXPECT_EQ(render(reading.diagnostics), "");
  return std::move(reading.document);
}

struct Merged {
  Document document;
  Diagnostics diagnostics;
};

Merged merged(std::string_view base, std::string_view over, Lists lists = Lists::replace) {
  Merged out{.document = document(base, "a.yaml"), .diagnostics = {}};
  merge_documents(out.document, document(over, "b.yaml"), lists, out.diagnostics);
  return out;
}

std::string origin(const Merged& merged, std::string_view path) {
  return merged.document.origins.of(path).text();
}

TEST(Merge, T8_maps_are_put_together_down_to_their_fields) {
  const Merged both = merged("sites:\n  a: http://127.0.0.1:1\n  b: http://127.0.0.1:2\n",
                             "sites:\n  b: {owner: ops, http: {external: keep}}\n"
                             "  c: http://127.0.0.1:3\ntls: modern\n");
  EXPECT_EQ(render(both.diagnostics), "");
  const auto& sites = both.document.message.sites();
  EXPECT_EQ(sites.size(), 3u);
  EXPECT_EQ(sites.at("b").upstreams(0), "http://127.0.0.1:2");
  EXPECT_EQ(sites.at("b").owner(), "ops");
  EXPECT_EQ(sites.at("b").http().external(), "keep");
  EXPECT_EQ(both.document.message.tls().profile(), "modern");
  EXPECT_EQ(origin(both, R"(sites."b")"), "a.yaml:4");
  EXPECT_EQ(origin(both, R"(sites."b".owner)"), "b.yaml:3");
  EXPECT_EQ(origin(both, R"(sites."c")"), "b.yaml:4");
  EXPECT_EQ(origin(both, "tls.profile"), "b.yaml:5");
}

TEST(Merge, T8_a_later_list_takes_the_place_of_an_earlier_one_and_its_origin_says_so) {
  const Merged both = merged(
      "sites: {a: [http://127.0.0.1:1, http://127.0.0.1:2]}\ntrusted_proxies: [10.0.0.0/8]\n",
      "sites: {a: http://127.0.0.1:3}\ntrusted_proxies: []\n");
  EXPECT_EQ(render(both.diagnostics), "");
  const api::Site& site = both.document.message.sites().at("a");
  ASSERT_EQ(site.upstreams_size(), 1);
  EXPECT_EQ(site.upstreams(0), "http://127.0.0.1:3");
  EXPECT_EQ(origin(both, R"(sites."a".upstreams[0])"), "b.yaml:2");
  EXPECT_FALSE(both.document.origins.given(R"(sites."a".upstreams[1])"));
  EXPECT_EQ(both.document.message.trusted_proxies_size(), 0);
  EXPECT_EQ(origin(both, "trusted_proxies"), "b.yaml:3");
}

TEST(Merge, T8_the_same_scalar_with_another_value_names_both_places) {
  const Merged both = merged("tls: modern\n", "tls: {profile: compatible}\n");
  EXPECT_EQ(render(both.diagnostics),
            "error[GH2301]: `profile` of `tls` is `compatible` here and is `modern` at a.yaml:2\n"
            "  --> b.yaml:2:16\n"
            "   2 | tls: {profile: compatible}\n"
            "     |                ^^^^^^^^^^ say it in one place only\n");
  EXPECT_EQ(both.document.message.tls().profile(), "modern");
}

TEST(Merge, T8_the_same_scalar_with_the_same_value_is_fine) {
  const Merged both = merged("tls: modern\nlimits: {head: 4096}\nprocess: {workers: 2}\n",
                             "tls: modern\nlimits: {head: 4096}\nprocess: {workers: 2}\n");
  EXPECT_EQ(render(both.diagnostics), "");
  EXPECT_EQ(origin(both, "tls.profile"), "a.yaml:2");
}

TEST(Merge, a_false_that_was_written_is_a_value) {
  for (const auto& [a, b] : {std::pair{"true", "false"}, std::pair{"false", "true"}}) {
    for (const std::string field : {"trust_boundary", "enabled"}) {
      const Merged both = merged(fmt::format("sites: {{s: {{{}: {}}}}}\n", field, a),
                                 fmt::format("sites: {{s: {{{}: {}}}}}\n", field, b));
      EXPECT_EQ(both.diagnostics.size(), 1u) << field << " " << a << " " << b;
    }
  }
  const Merged same =
      merged("sites: {s: {trust_boundary: false}}\n", "sites: {s: {trust_boundary: false}}\n");
  EXPECT_EQ(render(same.diagnostics), "");
}

TEST(Merge, a_list_of_a_file_stands_against_the_api_unless_it_is_equal) {
  const Merged equal =
      merged("trusted_proxies: [10.0.0.0/8]\n", "trusted_proxies: [10.0.0.0/8]\n", Lists::conflict);
  EXPECT_EQ(render(equal.diagnostics), "");

  Document base = document("trusted_proxies: [10.0.0.0/8]\n", "a.yaml");
  const Document over = document("trusted_proxies: []\ntls: modern\n", "", Origin::Source::api);
  Diagnostics diagnostics;
  merge(base, over, diagnostics);
  EXPECT_EQ(render(diagnostics),
            "error[GH2301]: `trusted_proxies` is one list here and is another at a.yaml:2\n"
            "  --> api\n"
            "     = say it in one place only\n");
  EXPECT_EQ(base.message.trusted_proxies_size(), 1);
  EXPECT_EQ(base.message.tls().profile(), "modern");
}

TEST(Merge, what_a_flag_says_is_named_by_the_flag) {
  Document base;
  base.message.mutable_tls()->set_profile("modern");
  base.origins.set("tls.profile",
                   {.source = Origin::Source::flag, .place = {}, .said = "--tls-profile"});
  Diagnostics diagnostics;
  merge(base, document("tls: compatible\n", "a.yaml"), diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(diagnostics[0].message,
            "`profile` of `tls` is `compatible` here and is `modern` by --tls-profile");
}

TEST(Merge, a_value_from_elsewhere_is_not_said) {
  const ReadOptions options{.environment = [](const std::string&) { return "hunter2"; },
                            .credentials = {}};
  Document base = document("sites: {a: {owner: ops}}\n", "a.yaml");
  const Reading over = read_text("version: 1\nsites: {a: {owner: \"${env:X}\"}}\n", "b.yaml",
                                 Origin::Source::file, options);
  Diagnostics diagnostics;
  merge(base, over.document, diagnostics);
  ASSERT_EQ(diagnostics.size(), 1u);
  EXPECT_EQ(render(diagnostics).find("hunter2"), std::string::npos) << render(diagnostics);
}

TEST(Merge, into_nothing_gives_the_same) {
  const Document whole = document(
      "sites: {a: {upstreams: http://127.0.0.1:1, http: {listen: []}, routes: [{path: /x}]}}\n"
      "bindings: {b: {at: [x:443]}}\nlisteners: {\":443\": {owner: o}}\nlimits: {body: 0}\n",
      "a.yaml");
  Document empty;
  Diagnostics diagnostics;
  merge(empty, whole, diagnostics);
  EXPECT_EQ(render(diagnostics), "");
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(empty.message, whole.message));
  EXPECT_EQ(empty.origins.all().size(), whole.origins.all().size());
}

// merge_documents() knows the maps of a configuration by name.
TEST(Merge, every_map_of_a_configuration_is_merged) {
  const Document whole = document(
      "sites: {a: {owner: o}}\nbindings: {a: {owner: o}}\nlisteners: {a: {owner: o}}\n"
      "copies: {a: {owner: o}}\n",
      "a.yaml");
  Document empty;
  Diagnostics diagnostics;
  merge(empty, whole, diagnostics);
  const auto* type = api::Configuration::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!field->is_map()) continue;
    EXPECT_EQ(empty.message.GetReflection()->FieldSize(empty.message, field), 1) << field->name();
  }
}

}  // namespace
}  // namespace gatehouse::config
