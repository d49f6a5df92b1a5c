#pragma once

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "certs/renewal/default_identity.h"
#include "crypto/verify.h"

namespace gatehouse::certs::testing {

inline ServerName name(std::string_view text) { return ServerName::parse(text).value(); }
inline NamePattern pattern(std::string_view text) { return NamePattern::parse(text).value(); }

inline DefaultIdentityRequest request_of(std::initializer_list<std::string_view> hosts = {}) {
  DefaultIdentityRequest request;
  request.machine = {
      name("gate1"), name("gate1.plant4.local"), name("plant4.local"), {name("10.20.0.5")}};
  for (const auto host : hosts) request.hosts.push_back(pattern(host));
  return request;
}

// A state folder below a temporary one; the notice about that is not what these tests look at.
class DefaultIdentityTest : public ::testing::Test {
 protected:
  StateFolder folder(BeforeStep before = {}) const {
    return StateFolder::open(path_, std::move(before)).value();
  }

  Result<DefaultIdentity> try_ensure(const DefaultIdentityRequest& request) const {
    auto result = ensure_default_identity(folder(), request, clock_);
    if (result) {
      std::erase_if(result->notices, [](const auto& one) { return one.contains("is temporary"); });
    }
    return result;
  }
  DefaultIdentity ensure(const DefaultIdentityRequest& request = request_of()) const {
    auto result = try_ensure(request);
    if (!result) ADD_FAILURE() << result.error().what;
    return std::move(result.value());
  }

  bool accepted(const DefaultIdentity& found, std::string_view server) const {
    const std::vector anchors{
        crypto::Certificate::from_pem(gatehouse::testing::content_of(found.anchor_file)).value()};
    return crypto::verify_server_chain(found.identity.chain, anchors, name(server), clock_.wall())
        .has_value();
  }

  unsigned mode_of(std::string_view file) const {
    struct stat facts{};
    return stat((path_ / file).c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
  }

  gatehouse::testing::TemporaryFolder home_;
  std::filesystem::path path_ = home_ / "state";
  FakeClock clock_;
};

}  // namespace gatehouse::certs::testing
