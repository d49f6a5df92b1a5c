#pragma once

#include <string>
#include <vector>

#include "certs/authority/authority_store.h"
#include "certs/store/testing/faulty_store.h"
#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs::testing {

// Authorities on a certificate store in memory, of which the n-th write may fail.
class AuthorityFixture : public ::testing::Test {
 protected:
  template <class T>
  T run(io::Task<T> task) {
    return kv::testing::run(reactor, std::move(task));
  }
  io::Deadline soon() { return kv::testing::soon(reactor); }
  // The value of a result that has to be one.
  template <class T>
  static T must(Result<T> result) {
    if (!result) {
      ADD_FAILURE() << result.error().what;
      std::abort();
    }
    return std::move(*result);
  }

  CertificateStore& store() {
    if (!store_) {
      store_ = must(run(CertificateStore::open(faulty, reactor, master, usage, soon(), kCheap)));
    }
    return *store_;
  }
  AuthorityStore& authorities() {
    if (!authorities_) authorities_.emplace(faulty, store(), clock);
    return *authorities_;
  }
  // As after a new start.
  void reopen() {
    authorities_.reset();
    store_.reset();
  }

  static AuthorityName name(std::string_view text = "plant") {
    return AuthorityName::parse(text).value();
  }
  static NamePattern host(std::string_view text) { return NamePattern::parse(text).value(); }
  static crypto::NameConstraints plant() {
    return {{ServerName::parse("plant4.local").value()},
            {crypto::AddressRange::parse("10.20.0.0/16").value()}};
  }
  static Cause cause() { return {"tester", "to try"}; }

  Result<Authority> try_init(std::string_view text = "plant") {
    return run(authorities().init({.name = name(text), .host = "gate1", .constraints = plant()},
                                  cause(), soon()));
  }
  Authority init(std::string_view text = "plant") { return must(try_init(text)); }
  Authority get(std::string_view text = "plant") {
    return must(run(authorities().reader().get(name(text), soon())));
  }
  static IssueRequest server_request(std::vector<std::string_view> names) {
    IssueRequest request{.common_name = std::string(names.front()), .names = {}};
    for (const auto text : names) request.names.push_back(host(text));
    return request;
  }
  static IssueRequest client_request(std::string_view common_name) {
    return {
        .common_name = std::string(common_name), .names = {}, .purpose = crypto::Purpose::client};
  }
  Result<NewCertificate> try_issue(IssueRequest request, Destination destination = HandOut{}) {
    return run(
        authorities().issue(name(), std::move(request), std::move(destination), cause(), soon()));
  }
  NewCertificate issue(IssueRequest request, Destination destination = HandOut{}) {
    return must(try_issue(std::move(request), std::move(destination)));
  }
  std::vector<KeptIssued> issued() {
    return must(run(authorities().reader().issued(name(), soon())));
  }
  std::vector<Record> records() {
    return must(run(store().reader().list({}, "", 1000, soon()))).records;
  }
  // Everything that rests in kv.
  std::vector<kv::Entry> everything() {
    return must(run(memory.list({.prefix = ""}, soon()))).entries;
  }

  FakeClock clock{kNow};
  io::Reactor reactor{clock};
  kv::MemoryStore memory{reactor};
  FaultyStore faulty{memory};
  FakeMaster master;
  FakeUsage usage;

 private:
  std::unique_ptr<CertificateStore> store_;
  std::optional<AuthorityStore> authorities_;
};

}  // namespace gatehouse::certs::testing
