// What one machine shows is a configuration for another.

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/document.h"
#include "config/settings.h"

namespace gatehouse::config {
namespace {

// Configurations as people write them; most of them settle.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  api::Configuration write() {
    api::Configuration made;
    made.set_version(1);
    for (unsigned n = number(5); n > 0; --n) {
      add_site((*made.mutable_sites())[fmt::format("s{}.example.com", n)], n);
    }
    if (chance(3)) add_binding(made);
    if (chance(3)) (*made.mutable_listeners())[one_of({":443", "10.0.0.5:8443"})] = listener();
    add_rest(made);
    return made;
  }

 private:
  unsigned number(unsigned below) { return static_cast<unsigned>(random_() % below); }
  bool chance(unsigned one_in) { return number(one_in) == 0; }
  std::string one_of(std::initializer_list<const char*> texts) {
    return texts.begin()[number(static_cast<unsigned>(texts.size()))];
  }
  std::string upstream() {
    return one_of({"http://127.0.0.1:8080", "http://[::1]:81", "unix:/run/a b.sock",
                   "http://localhost", "http://10.0.0.5:80", "unix:/run/caf\xc3\xa9"});
  }
  std::string policy() { return one_of({"keep", "redirect", "refuse"}); }

  void add_site(api::Site& site, unsigned n) {
    if (chance(2)) site.add_names(fmt::format("*.n{}.example", n));
    if (chance(4)) site.add_names("*");
    if (chance(2)) site.add_listen(one_of({":443", ":8443", "localhost:9443", "[::1]:443"}));
    for (unsigned i = number(3); i > 0; --i) site.add_upstreams(upstream());
    if (chance(2)) add_route(*site.add_routes());
    if (chance(2)) add_plain_http(*site.mutable_http());
    if (chance(4)) add_certificate(*site.mutable_certificate());
    if (chance(4)) site.set_tls_profile(one_of({"modern", "intermediate", "compatible"}));
    if (chance(4)) site.set_owner(one_of({"filesrv", "1e3", "true", "a/b"}));
    if (chance(4)) site.set_enabled(chance(2));
    site.set_trust_boundary(chance(2));
  }

  void add_route(api::Route& route) {
    route.set_path(one_of({"/", "/api", "/a:b", "/%20"}));
    route.add_upstreams(upstream());
    if (chance(2)) route.set_http(policy());
  }

  void add_plain_http(api::PlainHttp& http) {
    if (chance(6)) return http.set_off(true);
    if (chance(2)) http.set_external(policy());
    if (chance(2)) http.set_loopback(policy());
    if (chance(2)) http.add_listen(one_of({":80", "10.0.0.5:80", "http://localhost:8080"}));
  }

  void add_certificate(api::Certificate& certificate) {
    certificate.mutable_files()->set_certificate(one_of({"/etc/a b.crt", "/etc/${x}.crt"}));
    certificate.mutable_files()->set_key("/etc/a.key");
  }

  api::Listener listener() {
    api::Listener made;
    made.set_unknown_names(one_of({"default", "refuse"}));
    return made;
  }

  void add_binding(api::Configuration& made) {
    api::Binding& binding = (*made.mutable_bindings())["pbx: 5061"];
    binding.add_at(one_of({"pbx.example.com:5061", "10.0.0.5:5061", "[::1]:5061"}));
    if (chance(2)) add_certificate(*binding.mutable_certificate());
  }

  void add_rest(api::Configuration& made) {
    if (chance(3)) made.mutable_timeouts()->set_head(one_of({"500ms", "10s", "1h"}));
    if (chance(3)) made.mutable_limits()->set_body(number(3));
    if (chance(3)) made.mutable_logs()->set_access(one_of({"none", "-", "/var/log/a.log"}));
    if (chance(3)) made.mutable_metrics()->set_listen("[::1]:9100");
    if (chance(3)) made.mutable_admin()->add_readers("@monitoring");
    if (chance(3)) made.mutable_local_ca()->add_permit(".plant4.local");
    if (chance(3)) made.add_trusted_proxies("10.0.0.0/8");
    if (chance(3)) made.mutable_process()->set_workers(2);
  }

  std::mt19937 random_;
};

TEST(Settle, whatever_settles_settles_again_from_its_yaml_to_the_same) {
  unsigned settled_ones = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Document document{.message = Writer(seed).write(), .origins = {}};
    const Settled first = settle(document);
    if (!first.settings) continue;
    ++settled_ones;
    const std::string yaml = to_yaml(document.message);
    const Reading reading = read_text(yaml, "shown.yaml", Origin::Source::file, {});
    ASSERT_TRUE(reading.diagnostics.empty()) << render(reading.diagnostics) << yaml;
    const Settled again = settle(reading.document);
    ASSERT_TRUE(again.settings) << render(again.diagnostics) << yaml;
    ASSERT_EQ(*again.settings, *first.settings) << yaml;
  }
  EXPECT_GE(settled_ones, 500U) << "too few of the random configurations are right";
}

}  // namespace
}  // namespace gatehouse::config
