#include "certs/trust/kit.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/trust/anchor_facts.h"
#include "crypto/testing/chains.h"
#include "crypto/testing/samples.h"

namespace gatehouse::certs {

static void PrintTo(const TrustTarget& target, std::ostream* out) { *out << target.word; }

namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

crypto::Certificate sample() {
  return crypto::Certificate::from_pem(crypto::samples::kCertificate).value();
}

std::string file_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The whole kit as one text; DER by its digest.
std::string golden_of(const TrustKit& kit) {
  const bool binary = kit.target->form == AnchorForm::der;
  return fmt::format("{}--- {} ({})\n{}", steps_text(kit), kit.file_name, kit.target->media_type,
                     binary ? "SHA-256 " + crypto::hex(crypto::sha256(as_bytes(kit.content))) + "\n"
                            : kit.content);
}

class EveryTarget : public ::testing::TestWithParam<TrustTarget> {
 protected:
  TrustKit kit_ = make_trust_kit(GetParam(), sample());
};

INSTANTIATE_TEST_SUITE_P(TrustKit, EveryTarget, ::testing::ValuesIn(trust_targets()),
                         [](const auto& test) { return std::string(test.param.word); });

// With REGENERATE=1 in the environment it writes the files instead.
TEST_P(EveryTarget, has_its_file_and_its_exact_steps_I13) {
  const auto file = std::filesystem::path(__FILE__).parent_path() / "testing/golden" /
                    fmt::format("{}.txt", GetParam().word);
  if (std::getenv("REGENERATE") != nullptr) std::ofstream(file) << golden_of(kit_);
  EXPECT_EQ(golden_of(kit_), file_text(file)) << "REGENERATE=1 writes it anew";
}

TEST_P(EveryTarget, leaves_no_word_to_be_filled_in) {
  EXPECT_THAT(steps_text(kit_), Not(HasSubstr("@")));
  EXPECT_THAT(kit_.content, Not(AllOf(HasSubstr("{"), HasSubstr("fmt"))));
}

TEST_P(EveryTarget, tells_the_fingerprint_to_compare) {
  const AnchorFacts facts = facts_of(sample());
  const std::string steps = steps_text(kit_);
  EXPECT_TRUE(steps.contains(facts.fingerprint) || steps.contains(facts.sha256) ||
              steps.contains("-fingerprint"))
      << steps;
}

TEST_P(EveryTarget, ends_with_how_it_is_taken_back) {
  EXPECT_THAT(kit_.steps.back().text, HasSubstr("To take it back"));
}

TEST_P(EveryTarget, names_the_file_as_it_was_written) {
  const TrustKit kit = make_trust_kit(GetParam(), sample(), "our ca.crt");
  EXPECT_EQ(kit.file_name, "our ca.crt");
  for (const WordedStep& step : kit.steps) {
    EXPECT_THAT(step.command, Not(HasSubstr(" our ca.crt")));  // as a word it is quoted
  }
}

// A key stands in front of the certificate in the text that the anchor was read of.
TEST_P(EveryTarget, holds_public_parts_only_I15) {
  const crypto::testing::Ca ca;
  const Secret key = ca.root_key.to_pem();
  const std::string both = std::string(as_text(key.view())) + ca.root.to_pem();
  const auto anchor = crypto::Certificate::from_pem(both).value();
  const TrustKit kit = make_trust_kit(GetParam(), anchor);
  const std::string all = steps_text(kit) + kit.content;
  EXPECT_THAT(all, Not(HasSubstr("PRIVATE")));
  const std::string_view line = as_text(key.view());
  const auto second = line.find('\n') + 1;
  EXPECT_THAT(all, Not(HasSubstr(std::string(line.substr(second, 40)))));
}

TEST(TrustTargets, that_are_unknown_are_refused_with_what_was_meant) {
  const auto found = find_trust_target("window");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::usage);
  EXPECT_THAT(found.error().what, AllOf(HasSubstr("Did you mean \"windows\"?"), HasSubstr("ios")));
  EXPECT_EQ(find_trust_target("ios").value()->word, "ios");
}

TEST(TrustKit, der_and_pem_are_the_same_certificate) {
  const auto windows = make_trust_kit(*find_trust_target("windows").value(), sample());
  const auto linux = make_trust_kit(*find_trust_target("linux").value(), sample());
  EXPECT_EQ(crypto::Certificate::from_der(as_bytes(windows.content)).value(), sample());
  EXPECT_EQ(crypto::Certificate::from_pem(linux.content).value(), sample());
}

TEST(AnchorFacts, group_the_fingerprint_by_four_digits) {
  crypto::Sha256 fingerprint{};
  fingerprint[0] = 0x0a;
  fingerprint[1] = 0xff;
  fingerprint[31] = 0x1b;
  const std::string groups = fingerprint_groups(fingerprint);
  EXPECT_EQ(groups.size(), 79u);
  EXPECT_TRUE(groups.starts_with("0AFF 0000 ")) << groups;
  EXPECT_TRUE(groups.ends_with(" 001B")) << groups;
}

TEST(AnchorFacts, say_what_the_ca_may_certify_and_until_when) {
  crypto::NameConstraints constraints;
  constraints.domains = {ServerName::parse("plant4.local").value()};
  constraints.addresses = {crypto::AddressRange::parse("10.20.0.0/16").value()};
  const crypto::testing::Ca ca(constraints);
  const AnchorFacts facts = facts_of(ca.root);
  EXPECT_EQ(facts.name, "root");
  EXPECT_EQ(facts.may_certify, "plant4.local, 10.20.0.0/16");
  EXPECT_EQ(facts.until.size(), 10u);
  EXPECT_EQ(facts.id, facts.sha256.substr(0, 16));
  EXPECT_THAT(facts_of(sample()).may_certify, IsEmpty());
}

// ------------------------------------------------------------------ several roots

TrustedCa rolling_over() {
  return {.name = "plant",
          .roots = {{crypto::testing::Ca().root},
                    {crypto::testing::Ca().root, TrustRole::next},
                    {crypto::testing::Ca().root, TrustRole::retired}}};
}

TEST(TrustKits, one_file_holds_all_roots_where_its_reader_takes_several_I13) {
  const TrustedCa ca = rolling_over();
  for (const auto* word : {"curl", "python", "node"}) {
    const auto kits = make_trust_kits(**find_trust_target(word), ca);
    ASSERT_EQ(kits.size(), 1u) << word;
    const auto all = crypto::parse_pem_certificates(kits.front().content).value();
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[1], ca.roots[1].certificate);
    EXPECT_THAT(kits.front().content, HasSubstr("the next root, which signs nothing yet"));
  }
  const auto profile = make_trust_kits(**find_trust_target("ios"), ca);
  ASSERT_EQ(profile.size(), 1u);
  EXPECT_THAT(profile.front().content, HasSubstr("(next root)</string>"));
  for (const TrustRoot& root : ca.roots) {
    EXPECT_THAT(profile.front().content, HasSubstr(facts_of(root.certificate).fingerprint));
  }
}

TEST(TrustKits, a_profile_with_the_next_root_takes_the_place_of_the_one_without) {
  TrustedCa ca = rolling_over();
  const auto identifier = [](const TrustedCa& of) {
    const std::string text = make_trust_kits(**find_trust_target("ios"), of).front().content;
    return text.substr(text.rfind("<key>PayloadIdentifier"));
  };
  const std::string with = identifier(ca);
  ca.roots.resize(1, ca.roots.front());
  EXPECT_EQ(identifier(ca), with);
}

TEST(TrustKits, each_root_has_a_file_of_its_own_where_its_reader_takes_one) {
  const TrustedCa ca = rolling_over();
  const auto kits = make_trust_kits(**find_trust_target("windows"), ca);
  ASSERT_EQ(kits.size(), 3u);
  EXPECT_EQ(kits[0].file_name, "gatehouse-ca.crt");
  EXPECT_EQ(kits[1].file_name, "gatehouse-ca-next.crt");
  EXPECT_EQ(kits[2].file_name, "gatehouse-ca-retired.crt");
  EXPECT_EQ(crypto::Certificate::from_der(as_bytes(kits[1].content)).value(),
            ca.roots[1].certificate);
  EXPECT_THAT(steps_text(kits[1]), HasSubstr("the next root, which signs nothing yet"));
  EXPECT_EQ(make_trust_kits(**find_trust_target("linux"), ca, "my.pem")[1].file_name,
            "my-next.pem");
}

TEST(TrustKits, steps_name_the_ca_that_is_meant) {
  for (const TrustTarget& target : trust_targets()) {
    for (const TrustKit& kit : make_trust_kits(target, rolling_over())) {
      const std::string text = steps_text(kit);
      EXPECT_EQ(text.find('@'), std::string::npos) << text;
      EXPECT_EQ(text.find("gatehouse trust show`"), std::string::npos) << text;
    }
    const std::string own = steps_text(make_trust_kit(target, crypto::testing::Ca().root));
    EXPECT_EQ(own.find("--ca "), std::string::npos);
  }
}

}  // namespace
}  // namespace gatehouse::certs
