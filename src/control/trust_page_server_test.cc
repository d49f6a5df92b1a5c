#include "control/trust_page_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/binding/binding_table.h"
#include "control/testing/fakes.h"
#include "crypto/testing/chains.h"
#include "io/run_until_done.h"
#include "io/testing.h"

namespace gatehouse::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FakeNamedCas final : public NamedCas {
 public:
  io::Task<Result<certs::TrustedCa>> ca(std::string name) override {
    if (name != certs::kMachineCa || !machine) {
      co_return fail(Fault::operator_input, "no such CA", ErrorKind::not_found);
    }
    co_return *machine;
  }
  io::Task<Result<crypto::Identity>> probe(std::string, crypto::CertificateNames,
                                           std::chrono::seconds) override {
    co_return fail(Fault::ours, "nobody asks");
  }

  std::optional<certs::TrustedCa> machine;
};

class TheTrustPageServer : public io::testing::ReactorTest {
 protected:
  TheTrustPageServer() {
    const crypto::Identity identity = ca_.serve({"gate1.lan", "localhost"});
    auto set = std::make_shared<IdentitySet>();
    set->standard = std::make_shared<ServedIdentity>(ServedIdentity{
        identity, identity.leaf().names(), identity.leaf().subject(),
        certs::make_credential(identity), ServedIdentity::Origin::local_ca, "local CA"});
    set->anchor = ca_.root;
    identities_ = set;
  }

  template <class T>
  T run(io::Task<T> task) {
    return io::run_until_done(reactor, std::move(task));
  }
  Result<api::TrustPageState> open(std::string listen, std::uint32_t seconds = 3600) {
    api::OpenTrustPageRequest request;
    request.set_listen(std::move(listen));
    request.set_seconds(seconds);
    return run(server_.open(request, {"root", 0}));
  }
  api::ShowTrustResponse show(const std::string& ca = "") {
    api::ShowTrustRequest request;
    request.set_ca(ca);
    return run(server_.show(request)).value();
  }
  bool is_open() { return show().page().open(); }

  crypto::testing::Ca ca_;
  IdentitySetPtr identities_;
  EventLog log_{{.fd = -1}, clock};
  std::shared_ptr<TrustState> state_ = std::make_shared<TrustState>();
  Result<Ok> may_issue_ = Ok{};
  FakeNamedCas named_;
  TrustPageServer server_{
      {.reactor = reactor,
       .events = log_,
       .open =
           [](const ListenAddress& address, std::size_t threads,
              std::span<const io::SocketAddress> ours) {
             return edge::open_listener(address, threads, ours);
           },
       .state = state_,
       .identities = [this] { return identities_; },
       .issue = [this](const crypto::CertificateNames&) -> Result<crypto::Identity> {
         if (!may_issue_) return pass_on(may_issue_);
         return ca_.serve({"gate1.lan", "localhost"});
       },
       .named = &named_}};
};

TEST_F(TheTrustPageServer, is_closed_at_first_and_tells_of_the_ca) {
  const auto shown = show();
  EXPECT_EQ(shown.name(), "root");
  EXPECT_THAT(shown.fingerprint(), SizeIs(79));
  EXPECT_FALSE(shown.page().open());
  EXPECT_EQ(shown.devices(), 0u);
}

TEST_F(TheTrustPageServer, opens_a_plain_port_and_one_for_the_live_test) {
  const auto state = open("127.0.0.1:0");
  ASSERT_TRUE(state) << state.error().what;
  ASSERT_THAT(state->urls(), SizeIs(1));
  EXPECT_THAT(state->urls(0), HasSubstr("http://127.0.0.1:"));
  EXPECT_NE(state->verdict_port(), 0u);
  ASSERT_TRUE(state_->verdict());
  EXPECT_EQ(state_->verdict()->port, state->verdict_port());
  EXPECT_TRUE(is_open());
  EXPECT_FALSE(server_.close({"root", 0}).open());
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(state_->verdict());
}

TEST_F(TheTrustPageServer, names_this_machine_as_other_devices_find_it) {
  const auto state = open(":0");
  ASSERT_TRUE(state) << state.error().what;
  ASSERT_THAT(state->urls(), SizeIs(1));
  EXPECT_THAT(state->urls(0), HasSubstr("http://gate1.lan:"));
}

TEST_F(TheTrustPageServer, closes_when_its_time_is_over) {
  ASSERT_TRUE(open("127.0.0.1:0", 60));
  advance(std::chrono::seconds(59));
  EXPECT_TRUE(is_open());
  advance(std::chrono::seconds(2));
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(state_->verdict());
}

TEST_F(TheTrustPageServer, that_is_opened_again_has_the_time_of_the_second) {
  ASSERT_TRUE(open("127.0.0.1:0", 60));
  ASSERT_TRUE(open("127.0.0.1:0", 3600));
  advance(std::chrono::seconds(120));
  EXPECT_TRUE(is_open());
}

TEST_F(TheTrustPageServer, refuses_a_time_that_is_none) {
  EXPECT_EQ(open("127.0.0.1:0", 59).error().kind, ErrorKind::usage);
  EXPECT_EQ(open("127.0.0.1:0", 8 * 24 * 3600).error().kind, ErrorKind::usage);
  EXPECT_FALSE(open("nowhere at all"));
  EXPECT_FALSE(is_open());
}

TEST_F(TheTrustPageServer, says_that_there_is_no_local_ca) {
  identities_ = std::make_shared<IdentitySet>();
  EXPECT_EQ(open("127.0.0.1:0").error().kind, ErrorKind::not_found);
  EXPECT_EQ(show().name(), "");
}

TEST_F(TheTrustPageServer, tells_of_the_next_root_of_the_machine_while_one_is_replaced_I13) {
  const crypto::testing::Ca other;
  named_.machine = {{.name = {}, .roots = {{ca_.root}, {other.root, certs::TrustRole::next}}}};
  for (const auto* name : {"", "machine"}) {
    const auto shown = show(name);
    EXPECT_EQ(shown.ca(), "machine");
    ASSERT_THAT(shown.roots(), SizeIs(2)) << name;
    EXPECT_EQ(shown.roots(0).pem(), ca_.root.to_pem());
    EXPECT_EQ(shown.roots(1).pem(), other.root.to_pem());
  }
}

TEST_F(TheTrustPageServer, tells_of_the_root_that_is_served_where_the_store_has_another) {
  const crypto::testing::Ca other;
  named_.machine = {{.name = {}, .roots = {{other.root}}}};
  const auto shown = show();
  ASSERT_THAT(shown.roots(), SizeIs(1));
  EXPECT_EQ(shown.roots(0).pem(), ca_.root.to_pem());
}

TEST_F(TheTrustPageServer, stays_as_it_was_when_no_certificate_can_be_made) {
  ASSERT_TRUE(open("127.0.0.1:0"));
  may_issue_ = fail(Fault::machine, "the root is elsewhere");
  EXPECT_EQ(open("127.0.0.1:0").error().what, "the root is elsewhere");
  EXPECT_TRUE(is_open());
}

}  // namespace
}  // namespace gatehouse::control
