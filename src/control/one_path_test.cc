#include <random>

#include <gtest/gtest.h>

#include "control/edits.h"
#include "control/testing/configurations.h"

namespace gatehouse::control {
namespace {

using Source = config::Origin::Source;

TEST(OneText, means_the_same_as_a_file_by_the_api_and_as_flags) {
  const std::string_view yaml =
      "version: 1\nsites:\n  a.localhost: {upstreams: [http://127.0.0.1:1], owner: crew}\n"
      "  b.localhost: {routes: [{path: /api, upstreams: [http://127.0.0.1:2]}]}\n";
  const auto by_file = testing::settings_of(testing::document_of(yaml, Source::file));
  EXPECT_EQ(by_file, testing::settings_of(testing::document_of(yaml, Source::api)));
  EXPECT_EQ(by_file, testing::settings_of(testing::document_of(yaml, Source::flag)));
}

// Steps of an administrator, each taken twice: as an edit of the API (which the commands are made
// of), and as a hand that changes a file.
class TwoHands {
 public:
  explicit TwoHands(unsigned seed) : random_(seed) { file_.set_version(1); }

  void step() {
    switch (pick(6)) {
      case 0:
      case 1: return set_site();
      case 2: return remove_site();
      case 3: return enable();
      case 4: return set_binding();
      default: return set_listener();
    }
  }
  config::Settings by_api() const { return testing::settings_of(api_); }
  config::Settings by_file() const { return testing::settings_of(config::to_yaml(file_)); }

 private:
  unsigned pick(unsigned below) { return random_() % below; }
  std::string name() { return fmt::format("s{}.localhost", pick(5)); }
  std::string upstream() { return fmt::format("http://127.0.0.1:{}", 3000 + pick(20)); }

  void take(const api::Edit& edit) {
    Edits edits;
    *edits.Add() = edit;
    auto edited = apply_edits(api_, nothing_, edits);
    ASSERT_TRUE(edited) << edited.error().what;
    ASSERT_FALSE(config::has_errors(edited->diagnostics));
    api_ = std::move(edited->api);
  }

  void set_site() {
    static constexpr std::array<const char*, 3> kPolicies{"redirect", "refuse", "keep"};
    const std::string key = name();
    api::Site site;
    for (unsigned i = pick(3); i > 0; --i) site.add_upstreams(upstream());
    if (pick(2) == 0) site.add_listen(":8443");
    if (pick(3) == 0) site.add_names("*." + key);
    if (pick(4) == 0) {
      site.mutable_http()->set_off(true);
    } else {
      if (pick(3) == 0) site.mutable_http()->set_external(kPolicies[pick(3)]);
      if (pick(3) == 0) site.mutable_http()->set_loopback(kPolicies[pick(3)]);
    }
    if (pick(4) == 0) site.set_tls_profile("modern");
    if (pick(4) == 0) site.set_owner("crew");
    if (pick(3) == 0) {
      api::Route& route = *site.add_routes();
      route.set_path("/api");
      route.add_upstreams(upstream());
    }
    (*file_.mutable_sites())[key] = site;
    api::Edit edit;
    edit.mutable_set_site()->set_name(key);
    *edit.mutable_set_site()->mutable_site() = std::move(site);
    take(edit);
  }

  void remove_site() {
    const std::string key = name();
    if (!file_.sites().contains(key)) return;
    file_.mutable_sites()->erase(key);
    api::Edit edit;
    edit.set_remove_site(key);
    take(edit);
  }

  void enable() {
    const std::string key = name();
    if (!file_.sites().contains(key)) return;
    const bool on = pick(2) == 0;
    (*file_.mutable_sites())[key].set_enabled(on);
    api::Edit edit;
    edit.mutable_set_enabled()->set_site(key);
    edit.mutable_set_enabled()->set_enabled(on);
    take(edit);
  }

  void set_binding() {
    api::Binding binding;
    binding.add_at(fmt::format("b{}.localhost:8443", pick(3)));
    if (pick(2) == 0) binding.set_tls_profile("compatible");
    const std::string key = binding.at(0).substr(0, 2);
    (*file_.mutable_bindings())[key] = binding;
    api::Edit edit;
    edit.mutable_set_binding()->set_name(key);
    *edit.mutable_set_binding()->mutable_binding() = std::move(binding);
    take(edit);
  }

  void set_listener() {
    api::Listener listener;
    listener.set_unknown_names(pick(2) == 0 ? "refuse" : "default");
    (*file_.mutable_listeners())[":8443"] = listener;
    api::Edit edit;
    edit.mutable_set_listener()->set_address(":8443");
    *edit.mutable_set_listener()->mutable_listener() = std::move(listener);
    take(edit);
  }

  std::mt19937 random_;
  config::Document nothing_;
  config::Document api_;
  api::Configuration file_;
};

class OnePath : public ::testing::TestWithParam<unsigned> {};

TEST_P(OnePath, A7_random_changes_by_the_api_and_by_a_file_give_the_same_settings) {
  TwoHands hands(GetParam());
  for (int i = 0; i < 40; ++i) {
    hands.step();
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_EQ(hands.by_api(), hands.by_file()) << "after step " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OnePath, ::testing::Range(1U, 11U));

}  // namespace
}  // namespace gatehouse::control
