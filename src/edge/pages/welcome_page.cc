#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "base/shell_word.h"
#include "edge/pages/html.h"
#include "edge/pages/pages.h"

namespace gatehouse::edge {
namespace {

constexpr std::string_view kWhatItIs =
    "gatehouse puts correct HTTPS in front of an application and looks after its certificates.";
constexpr std::string_view kNextByMake = "make run UPSTREAM=http://127.0.0.1:3000";
constexpr std::string_view kNext = "gatehouse run --to http://127.0.0.1:3000";

struct Fact {
  std::string_view name;
  std::string value;
};

std::string key_exchange(std::string_view group) {
  const bool post_quantum = group.find("MLKEM") != std::string_view::npos;
  return fmt::format("{}{}", group, post_quantum ? " (post-quantum)" : "");
}

std::vector<Fact> facts(const WelcomePage& page) {
  std::vector<Fact> all{{"Address", std::string(page.host)},
                        {"Protocol", std::string(page.protocol)},
                        {"Cipher", std::string(page.cipher)},
                        {"Key exchange", key_exchange(page.group)},
                        {"Certificate", std::string(page.certificate_names)},
                        {"Made by", std::string(page.certificate_issuer)},
                        {"Valid until", std::string(page.not_after)}};
  std::erase_if(all, [](const Fact& fact) { return fact.value.empty(); });
  return all;
}

bool encrypted(const WelcomePage& page) { return !page.protocol.empty(); }

std::string_view headline(const WelcomePage& page) {
  return encrypted(page) ? "HTTPS works" : "gatehouse works, without HTTPS here";
}

// The command that reaches this page over the local CA's root; empty when that is not needed.
std::string curl_command(const WelcomePage& page) {
  if (!encrypted(page) || page.anchor_path.empty()) return {};
  return fmt::format("curl --cacert {} https://{}/", shell_word(page.anchor_path), page.host);
}

std::string pre(std::string_view command) {
  return fmt::format("<pre><code>{}</code></pre>\n", escape_html(command));
}

std::string html(const WelcomePage& page) {
  std::string content = fmt::format(
      "<p class=\"over\">gatehouse</p>\n<h1>{}</h1>\n<p class=\"lead\">{} "
      "There is no application behind it yet.</p>\n<dl>\n",
      headline(page), kWhatItIs);
  for (const auto& [name, value] : facts(page)) {
    content += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape_html(value));
  }
  content += fmt::format(
      "</dl>\n<h2>Put it in front of your application</h2>\n<p>Stop it with Ctrl-C and start it "
      "with "
      "the address of your application:</p>\n{}<p>or, from the source folder:</p>\n{}",
      pre(kNext), pre(kNextByMake));
  if (const std::string curl = curl_command(page); !curl.empty()) {
    content += fmt::format(
        "<h2>Make this machine trust it</h2>\n<p>The certificate was made on the machine that "
        "serves this page. There, this lets your browsers accept it without a warning, and with "
        "sudo before it all programs:</p>\n{}<p>or for one command:</p>\n{}",
        pre(page.trust_command), pre(curl));
  }
  return html_document("gatehouse", content);
}

std::string json(const WelcomePage& page) {
  std::string out = "{\"message\":";
  append_json_string(out, headline(page));
  out += ",\"facts\":{";
  bool first = true;
  for (const auto& [name, value] : facts(page)) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, name);
    out += ':';
    append_json_string(out, value);
  }
  out += "},\"next\":";
  append_json_string(out, kNext);
  return out += "}\n";
}

std::string text(const WelcomePage& page) {
  std::string out = fmt::format("{}.\n\n{}\nThere is no application behind it yet.\n\n",
                                headline(page), kWhatItIs);
  for (const auto& [name, value] : facts(page)) {
    out += fmt::format("  {:<14}{}\n", name, printable(value));
  }
  out += fmt::format("\nPut it in front of your application:\n  {}\n", kNext);
  if (const std::string curl = curl_command(page); !curl.empty()) {
    out += fmt::format("\nMake this machine trust it:\n  {}\nor for one command:\n  {}\n",
                       printable(page.trust_command), printable(curl));
  }
  return out;
}

}  // namespace

Page render_welcome(const WelcomePage& page, PageFormat format) {
  switch (format) {
    case PageFormat::html: return {"text/html; charset=utf-8", html(page)};
    case PageFormat::json: return {"application/json", json(page)};
    case PageFormat::text: break;
  }
  return {"text/plain; charset=utf-8", text(page)};
}

}  // namespace gatehouse::edge
