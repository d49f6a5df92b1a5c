#include "config/document.h"

#include <filesystem>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"

namespace gatehouse::config {
namespace {

using google::protobuf::util::MessageDifferencer;

Reading read(std::string_view text, std::string_view name = "a.yaml",
             Origin::Source source = Origin::Source::file) {
  return read_text(text, name, source, {});
}

api::Configuration message(const std::string& text) {
  api::Configuration out;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &out)) << text;
  return out;
}

void expect_reads(std::string_view text, const std::string& expected,
                  std::string_view name = "a.yaml") {
  const Reading reading = read(text, name);
  EXPECT_EQ(render(reading.diagnostics), "");
  EXPECT_TRUE(MessageDifferencer::Equals(reading.document.message, message(expected)))
      << reading.document.message.DebugString();
}

std::vector<std::string> codes(const Reading& reading) {
  std::vector<std::string> all;
  for (const Diagnostic& one : reading.diagnostics) all.push_back(one.code);
  return all;
}

constexpr std::string_view kFull = R"(# everything that a file can hold
version: 1
sites:
  files.example.com: http://127.0.0.1:8080     # one line is a whole site
  chat.example.com: [http://127.0.0.1:8065, http://127.0.0.1:8066]
  "*":
    names: ["*.example.com", other.example.com]
    listen: ":443"
    routes:
      - path: /api
        upstreams: http://127.0.0.1:9000
      - {path: /feed, upstreams: [http://127.0.0.1:9001], http: keep}
    certificate:
      files: {certificate: /etc/ssl/a.crt, key: /etc/ssl/a.key}
    http: {external: refuse, loopback: keep, listen: []}
    enabled: false
    trust_boundary: true
bindings:
  pbx: {at: [pbx.example.com:8443, "10.0.0.5:8443"], owner: pbx}
tls: modern
limits:
  connections: 0
  head: 18446744073709551615
)";

TEST(Document, A7_a_file_says_what_is_published_on_which_port_and_whether_with_tls) {
  expect_reads(kFull, R"pb(
    version: 1
    sites {
      key: "files.example.com"
      value { upstreams: "http://127.0.0.1:8080" }
    }
    sites {
      key: "chat.example.com"
      value { upstreams: "http://127.0.0.1:8065" upstreams: "http://127.0.0.1:8066" }
    }
    sites {
      key: "*"
      value {
        names: "*.example.com"
        names: "other.example.com"
        listen: ":443"
        routes { path: "/api" upstreams: "http://127.0.0.1:9000" }
        routes { path: "/feed" upstreams: "http://127.0.0.1:9001" http: "keep" }
        certificate { files { certificate: "/etc/ssl/a.crt" key: "/etc/ssl/a.key" } }
        http { external: "refuse" loopback: "keep" }
        enabled: false
        trust_boundary: true
      }
    }
    bindings {
      key: "pbx"
      value { at: "pbx.example.com:8443" at: "10.0.0.5:8443" owner: "pbx" }
    }
    tls { profile: "modern" }
    limits { connections: 0 head: 18446744073709551615 })pb");
}

TEST(Document, json_is_read_as_it_is_whatever_the_file_is_called) {
  const std::string_view text = R"({
	"version": 1,
	"sites": {"f\u0069les\u002eexample.com": {"upstreams": ["http:\/\/127.0.0.1:8080"],
	                                          "owner": "\ud83d\udd12 B\u00fcro", "enabled": true}}
})";
  for (const char* name : {"a.json", "a.yaml"}) {
    expect_reads(text, R"pb(
                   version: 1
                   sites {
                     key: "files.example.com"
                     value { upstreams: "http://127.0.0.1:8080" owner: "🔒 Büro" enabled: true }
                   })pb",
                 name);
  }
}

TEST(Document, quotes_block_texts_and_folded_lines_mean_what_yaml_says) {
  expect_reads(
      "version: 1\r\nadmin:\r\n  readers:\r\n    - 'it''s'\r\n    - \"a\\x41\\u00fc\"\r\n    - "
      ">-\r\n"
      "      one\r\n      two\r\n    - three\r\n      four\r\n",
      R"pb(version: 1
           admin { readers: "it's" readers: "aAü" readers: "one two" readers: "three four" })pb");
}

TEST(Document, a_byte_order_mark_a_document_start_and_an_end_are_fine) {
  expect_reads("\xef\xbb\xbf%YAML 1.2\n---\nversion: 1\n...\n", "version: 1");
}

TEST(Document, words_that_look_like_truth_or_numbers_are_texts_in_quotes) {
  expect_reads("version: 1\nsites: {no: {owner: \"no\"}, \"1\": {owner: 5}, b: {owner: 'true'}}\n",
               R"pb(version: 1
                    sites {
                      key: "no"
                      value { owner: "no" }
                    }
                    sites {
                      key: "1"
                      value { owner: "5" }
                    }
                    sites {
                      key: "b"
                      value { owner: "true" }
                    })pb");
}

TEST(Document, every_value_knows_where_it_stands) {
  const Reading reading = read(kFull, "/etc/gatehouse/gatehouse.yaml");
  const auto where = [&](std::string_view path) {
    const Origin& origin = reading.document.origins.of(path);
    return std::tuple(origin.text(), origin.place.column, origin.length);
  };
  const std::string file = "/etc/gatehouse/gatehouse.yaml:";
  EXPECT_EQ(where(R"(sites."files.example.com")"), std::tuple(file + "4", 3u, 17u));
  EXPECT_EQ(where(R"(sites."files.example.com".upstreams[0])"), std::tuple(file + "4", 22u, 21u));
  EXPECT_EQ(where(R"(sites."files.example.com".owner)"), std::tuple(file + "4", 3u, 17u));
  EXPECT_EQ(where(R"(sites."*".listen)"), std::tuple(file + "8", 13u, 6u));
  EXPECT_EQ(where(R"(sites."*".routes[1].http)"), std::tuple(file + "12", 65u, 4u));
  EXPECT_EQ(where("tls.profile"), std::tuple(file + "20", 6u, 6u));
  EXPECT_EQ(where("timeouts.head"), std::tuple(std::string("default"), 0u, 0u));
  EXPECT_TRUE(reading.document.origins.given(R"(sites."*".http.listen)"));
  EXPECT_FALSE(reading.document.origins.given(R"(sites."*".http.off)"));
}

TEST(Document, columns_count_characters) {
  const Reading reading = read("version: 1\nadmin: {readers: [\"ü🔒\", 'x']}\n");
  const Origin& origin = reading.document.origins.of("admin.readers[1]");
  EXPECT_EQ(origin.place.column, 25u);
  EXPECT_EQ(origin.length, 3u);
}

TEST(Document, a_complaint_about_a_value_shows_its_line) {
  const Reading reading = read("version: 1\nsites:\n  a: http://b c\n");
  const Diagnostic one =
      diagnose(reading.document, R"(sites."a".upstreams[0])", "GH3001",
               quoted(reading.document, "", "http://b c") + " is no address", "remove the blank");
  EXPECT_EQ(render({one}),
            "error[GH3001]: `http://b c` is no address\n"
            "  --> a.yaml:3:6\n"
            "   3 |   a: http://b c\n"
            "     |      ^^^^^^^^^^ remove the blank\n");
}

TEST(Document, a_complaint_about_a_flag_names_it) {
  Document document;
  document.origins.set("metrics.listen",
                       {.source = Origin::Source::flag, .place = {}, .said = "--metrics"});
  EXPECT_EQ(diagnose(document, "metrics.listen", "GH3001", "no").place.file, "--metrics");
  EXPECT_EQ(diagnose(document, "tls.profile", "GH3001", "no").place.file, "");
}

TEST(Document, a_long_value_is_cut_in_a_message_at_a_characters_end) {
  const std::string shown = quoted(Document{}, "tls", std::string(79, 'a') + "üü");
  EXPECT_EQ(shown, "`" + std::string(79, 'a') + "…`");
}

TEST(Document, what_the_api_says_needs_no_version) {
  const Reading reading = read("tls: modern\n", "request", Origin::Source::api);
  EXPECT_TRUE(reading.diagnostics.empty());
  EXPECT_EQ(reading.document.origins.of("tls").text(), "api");
  EXPECT_TRUE(read("", "request", Origin::Source::api).diagnostics.empty());
}

TEST(Document, all_errors_are_told_in_the_order_of_their_lines) {
  const Reading reading =
      read("version: 1\nlimits: {head: x, boddy: 1}\nsites:\n  a: {owner: [b]}\ntls: no\n");
  EXPECT_EQ(codes(reading), (std::vector<std::string>{"GH2111", "GH2107", "GH2108", "GH2109"}));
}

TEST(Document, what_stands_before_a_syntax_error_is_checked_too) {
  const Reading reading = read("vrsion: 1\nlimits: {head: x}\ntls: \"modern\n");
  EXPECT_EQ(codes(reading), (std::vector<std::string>{"GH2107", "GH2111", "GH2006"}));
}

TEST(Document, nobody_is_buried_in_errors) {
  std::string text = "version: 1\nsites:\n";
  for (int i = 0; i < 3000; ++i) text += "  s" + std::to_string(i) + ": {upstrem: x}\n";
  const Reading reading = read(text);
  EXPECT_EQ(reading.diagnostics.size(), 1001u);
  EXPECT_EQ(reading.diagnostics.back().code, "GH2012");
}

TEST(Document, a_line_too_long_to_show_is_not_shown) {
  const std::string blanks(300, ' ');
  const Reading reading = read("{\"version\": 1," + blanks + "\"a\": 1}", "a.json");
  ASSERT_EQ(codes(reading), std::vector<std::string>{"GH2107"});
  EXPECT_EQ(reading.diagnostics[0].text, "");
  EXPECT_EQ(reading.diagnostics[0].place.column, 315u);
}

TEST(Document, depth_size_and_number_are_bounded) {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_EQ(codes(read("version: 1\ntls: " + deep)), std::vector<std::string>{"GH2003"});
  EXPECT_EQ(codes(read("{\"tls\": " + deep + "}", "a.json")), std::vector<std::string>{"GH2003"});

  std::string block = "version: 1\ntls:";
  for (int i = 1; i < 60; ++i) block += "\n" + std::string(static_cast<std::size_t>(i), ' ') + "a:";
  EXPECT_THAT(codes(read(block)), ::testing::Contains("GH2003"));

  EXPECT_EQ(codes(read(std::string((std::size_t{4} << 20) + 1, ' '))),
            std::vector<std::string>{"GH2003"});

  std::string many = "{\"version\": 1, \"trusted_proxies\": [";
  for (int i = 0; i < 1'000'001; ++i) many += "1,";
  EXPECT_EQ(codes(read(many + "1]}", "a.json")), std::vector<std::string>{"GH2003"});
}

// The blocks of yaml in a page of the documentation.
std::vector<std::string> examples_of(const std::filesystem::path& page) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  const std::string text = gatehouse::testing::content_of(root / page);
  constexpr std::string_view kBegin = "```yaml\n";
  std::vector<std::string> examples;
  for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at + 1)) {
    const auto begin = at + kBegin.size();
    examples.push_back(text.substr(begin, text.find("```", begin) - begin));
  }
  return examples;
}

TEST(Document, the_examples_of_the_documentation_are_read) {
  const auto examples = examples_of("docs/reference/configuration-files.md");
  EXPECT_EQ(examples.size(), 2u);
  const ReadOptions options{.environment = [](const std::string&) { return "10.0.0.5"; },
                            .credentials = {}};
  for (const std::string& example : examples) {
    const Reading reading = read_text(example, "page", Origin::Source::file, options);
    EXPECT_EQ(render(reading.diagnostics), "") << example;
  }
}

TEST(Document, ten_thousand_sites_are_read) {
  std::string text = "version: 1\nsites:\n";
  for (int i = 0; i < 10'000; ++i) {
    text += fmt::format("  s{}.example.com: http://127.0.0.1:8080\n", i);
  }
  const Reading reading = read(text);
  EXPECT_TRUE(reading.diagnostics.empty());
  EXPECT_EQ(reading.document.message.sites().size(), 10'000u);
  EXPECT_EQ(reading.document.origins.of(R"(sites."s9999.example.com")").place.line, 10'002u);
}

}  // namespace
}  // namespace gatehouse::config
