#include "cli/run_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/parse.h"
#include "config/settings.h"

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

RunCommand run(std::vector<std::string> words) {
  words.insert(words.begin(), "run");
  auto command = parse_command_line(words, [](const char* name) -> std::optional<std::string> {
    if (std::string_view(name) == "HOME") return "/home/someone";
    return std::nullopt;
  });
  if (!command) ADD_FAILURE() << command.error().what;
  return std::get<RunCommand>(command.value());
}

config::Settings settled(const RunCommand& command) {
  auto settled = config::settle(run_document(command));
  EXPECT_THAT(settled.diagnostics, IsEmpty()) << config::render(settled.diagnostics);
  return settled.settings.value();
}

config::Site site_of(const config::Settings& settings) {
  EXPECT_THAT(settings.sites, SizeIs(1));
  return settings.sites.at(0);
}

TEST(RunDocument, run_alone_is_the_welcome_page_for_every_name) {
  const config::Site site = site_of(settled(run({})));
  EXPECT_EQ(site.name, "default");
  EXPECT_TRUE(site.any_name);
  EXPECT_THAT(site.names, IsEmpty());
  EXPECT_THAT(site.upstreams, IsEmpty());
  EXPECT_THAT(site.plain_listen, IsEmpty());
  ASSERT_THAT(site.listen, SizeIs(1));
  EXPECT_EQ(site.listen[0].text(), ":8443");
}

// Every flag of `run` with a value, and none with its default.
// clang-format off
std::vector<std::string> every_flag() {
  return {
    "--to", "http://127.0.0.1:3000",
    "--to", "unix:/run/app.sock",
    "--route", "/api=http://127.0.0.1:9000",
    "--route", "/=http://127.0.0.1:9001",
    "--route", "/api=http://127.0.0.1:9002",
    "--listen", ":8443",
    "--listen", "127.0.0.1:0",
    "--listen", "http://127.0.0.1:0",
    "--host", "nas.home.arpa",
    "--certificate", "/c.crt",
    "--key", "/c.key",
    "--tls-profile", "modern",
    "--permit", ".plant4.local, 10.20.0.0/16",
    "--workers", "3",
    "--trusted-proxy", "10.0.0.0/8",
    "--access-log", "/var/log/access.log",
    "--metrics", "127.0.0.1:9100",
    "--timeout", "head=1500ms",
    "--timeout", "tunnel=2h",
    "--limit", "body=1GiB",
    "--limit", "connections=5",
    "--limit", "head=8KiB",
    "--limit", "fields=20"};
}
// clang-format on

TEST(RunDocument, M3_every_flag_of_the_site_settles_to_the_value_that_the_command_line_holds) {
  const RunCommand command = run(every_flag());
  const config::Site site = site_of(settled(command));
  EXPECT_EQ(site.upstreams, command.to);
  EXPECT_EQ(site.listen, command.listen);
  ASSERT_THAT(site.routes, SizeIs(2));
  EXPECT_EQ(site.routes[0].path, "/api");
  EXPECT_THAT(site.routes[0].upstreams, ElementsAre(command.routes[0].to, command.routes[2].to));
  EXPECT_EQ(site.routes[1].path, "/");
  EXPECT_THAT(site.routes[1].upstreams, ElementsAre(command.routes[1].to));
  ASSERT_TRUE(site.certificate);
  EXPECT_EQ(site.certificate,
            (config::CertificateChoice(config::CertificateFiles{"/c.crt", "/c.key"})));
}

TEST(RunDocument, M3_every_other_flag_settles_to_the_value_that_the_command_line_holds) {
  const RunCommand command = run(every_flag());
  const config::Settings settings = settled(command);
  EXPECT_EQ(settings.tls_profile, command.profile);
  EXPECT_EQ(settings.hosts, command.hosts);
  EXPECT_EQ(settings.permit, ".plant4.local,10.20.0.0/16");
  EXPECT_EQ(settings.workers, command.workers);
  EXPECT_EQ(settings.trusted_proxies, command.trusted_proxies);
  EXPECT_EQ(settings.access_log, command.access_log);
  EXPECT_EQ(settings.metrics, command.metrics);
  EXPECT_EQ(settings.timeouts, command.timeouts);
  EXPECT_EQ(settings.limits, command.limits);
}

TEST(RunDocument, defaults_settle_to_defaults_and_are_not_said) {
  const RunCommand command = run({});
  const config::Settings settings = settled(command);
  EXPECT_EQ(settings.timeouts, command.timeouts);
  EXPECT_EQ(settings.limits, command.limits);
  EXPECT_EQ(settings.tls_profile, command.profile);
  EXPECT_EQ(settings.access_log, command.access_log);
  EXPECT_EQ(config::to_yaml(run_document(command).message),
            "version: 1\n"
            "sites:\n"
            "  default:\n"
            "    names: [\"*\"]\n"
            "    listen: [\":8443\"]\n"
            "    http:\n"
            "      off: true\n");
}

TEST(RunDocument, paths_that_begin_here_become_whole) {
  const config::Settings settings =
      settled(run({"--certificate", "c.crt", "--key", "c.key", "--access-log", "access.log"}));
  const auto here = std::filesystem::current_path();
  EXPECT_EQ(site_of(settings).certificate,
            (config::CertificateChoice(config::CertificateFiles{here / "c.crt", here / "c.key"})));
  EXPECT_EQ(settings.access_log.path, here / "access.log");
}

TEST(RunDocument, words_in_the_place_of_the_access_log_are_no_files) {
  EXPECT_EQ(settled(run({"--access-log", "-"})).access_log.kind,
            AccessLogTarget::Kind::standard_output);
  EXPECT_EQ(settled(run({"--access-log", "journal"})).access_log.kind,
            AccessLogTarget::Kind::journal);
  EXPECT_EQ(settled(run({"--access-log", "none"})).access_log.kind, AccessLogTarget::Kind::off);
}

TEST(RunDocument, what_run_was_told_is_a_configuration_for_another_machine) {
  const config::Document told = run_document(
      run({"--to", "http://127.0.0.1:3000", "--certificate", "c.crt", "--key", "c.key", "--permit",
           ".plant4.local,10.20.0.0/16", "--timeout", "head=1500ms", "--metrics", "[::1]:9100"}));
  const auto reading = config::read_text(config::to_yaml(told.message), "shown.yaml",
                                         config::Origin::Source::file, {});
  ASSERT_THAT(reading.diagnostics, IsEmpty()) << config::render(reading.diagnostics);
  EXPECT_EQ(config::settle(reading.document).settings, config::settle(told).settings);
}

TEST(RunDocument, without_anything_to_serve_there_is_no_site) {
  EXPECT_THAT(run_document(RunCommand{}).message.sites(), IsEmpty());
}

TEST(RunDocument, an_error_begins_with_the_flag) {
  RunCommand command = run({"--permit", "*.plant4.local"});
  auto settled = config::settle(run_document(command));
  ASSERT_THAT(settled.diagnostics, SizeIs(1));
  EXPECT_THAT(settled.diagnostics[0].message, StartsWith("--permit: \"*.plant4.local\""));
  EXPECT_TRUE(settled.diagnostics[0].place.file.empty());
  EXPECT_FALSE(settled.settings);

  command = run({"--metrics", "127.0.0.1:8443", "--listen", "127.0.0.1:8443"});
  settled = config::settle(run_document(command));
  ASSERT_THAT(settled.diagnostics, SizeIs(1));
  EXPECT_THAT(settled.diagnostics[0].message, StartsWith("--metrics: 127.0.0.1:8443 is to"));
  EXPECT_THAT(settled.diagnostics[0].message, HasSubstr("TLS"));
}

TEST(RunDocument, each_value_tells_its_flag) {
  const config::Document document =
      run_document(run({"--to", "http://127.0.0.1:1", "--timeout", "head=1s"}));
  EXPECT_EQ(document.origins.of("sites.\"default\".upstreams[0]").text(), "--to");
  EXPECT_EQ(document.origins.of("sites.\"default\".listen[0]").text(), "--listen");
  EXPECT_EQ(document.origins.of("sites.\"default\".names[0]").text(), "gatehouse run");
  EXPECT_EQ(document.origins.of("timeouts.head").text(), "--timeout");
  EXPECT_EQ(document.origins.of("limits.head").text(), "default");
}

}  // namespace
}  // namespace gatehouse::cli
