#include "edge/pages/trust_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "edge/pages/html.h"

namespace gatehouse::edge {
namespace {

// Asks again whenever the person comes back to the page, as from the settings of the device.
//
// With a port: a fetch from there succeeds where the CA is trusted, and nowhere else. Without one
// the certificate of this very connection would have to tell, and a person may have clicked its
// warning away: Chromium registers a service worker only where the certificate is right by itself,
// other browsers do not tell.
constexpr std::string_view kScript = R"(
"use strict";
const box = document.getElementById("verdict");
const head = document.getElementById("verdict-head");
const text = document.getElementById("verdict-text");
const { port, path, named, more } = box.dataset;
const said = {
  wait: ["Asking this device…", ""],
  yes: ["Yes. This device trusts it.", more
    ? "That is the root that signs today. The steps below are for the other one, too."
    : "There is nothing left to do here."],
  no: ["Not yet.", "Follow the steps below; this answer changes by itself when you come back."],
  far: ["Not yet, or it cannot be reached.",
    "Follow the steps below. If they are done, ask whether port " + port + " is open to you."],
  open: ["This cannot be told here.",
    "If your browser showed a warning before this page, this device does not trust it yet."],
  name: ["This cannot be told under this name.", "Open this page by one of: " + named],
};
let round = 0;
function show(answer) {
  box.dataset.answer = answer;
  [head.textContent, text.textContent] = said[answer];
}
async function byPort() {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), 8000);
  try {
    await fetch(`https://${location.hostname}:${port}${path}/check`,
      { mode: "no-cors", cache: "no-store", credentials: "omit", signal: stop.signal });
    return "yes";
  } catch {
    return stop.signal.aborted ? "far" : "no";
  } finally {
    clearTimeout(clock);
  }
}
async function byWorker() {
  if (!navigator.userAgentData || !navigator.serviceWorker) return "open";
  try {
    const worker = await navigator.serviceWorker.register(`${path}/worker.js`);
    await worker.unregister();
    await fetch(`${path}/check`, { cache: "no-store" });
    return "yes";
  } catch (error) {
    return error.name === "SecurityError" ? "no" : "open";
  }
}
async function ask() {
  const mine = ++round;
  if (!box.dataset.answer) show("wait");
  const answer = named ? "name" : port ? await byPort()
    : location.protocol === "https:" ? await byWorker() : "open";
  if (mine === round) show(answer);
}
document.getElementById("again").addEventListener("click", () => { show("wait"); ask(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
ask();
)";

constexpr std::string_view kStyle = R"(
.verdict{margin:1.4rem 0;padding:1rem 1.15rem;border:1px solid var(--line);border-left:.35rem solid var(--soft);border-radius:.6rem;background:var(--card)}
.verdict[data-answer=yes]{border-left-color:var(--mark)}
.verdict[data-answer=no],.verdict[data-answer=far]{border-left-color:#b4540a}
.verdict p{margin:0}
.verdict strong{display:block;font-size:1.15rem}
button,.get{display:inline-block;margin:.9rem 0 0;padding:.55rem 1rem;min-height:2.75rem;border:1px solid var(--mark);border-radius:.5rem;background:var(--card);color:var(--mark);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.get{margin:0 0 .9rem;background:var(--mark);color:var(--ground)}
.print{display:grid;grid-template-columns:repeat(4,max-content);gap:.35rem 1rem;margin:0 0 .9rem;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem;list-style:none}
.print li{font:1.05rem/1.4 ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Menlo,monospace}
.tabs{margin:0;padding:0;border:0;min-width:0}
.tabs legend{padding:0;margin:2.2rem 0 .5rem;font-weight:650}
.tabs input{position:absolute;opacity:0}
.tabs label{display:inline-block;margin:0 .3rem .4rem 0;padding:.5rem .85rem;min-height:2.75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);cursor:pointer}
.tabs input:checked+label{border-color:var(--mark);color:var(--mark);font-weight:600}
.tabs input:focus-visible+label,button:focus-visible,a:focus-visible,summary:focus-visible{outline:.2rem solid var(--mark);outline-offset:.15rem}
.panel{display:none;padding-top:.6rem}
ol{margin:0;padding-left:1.4rem}
ol li{margin:0 0 .8rem}
ol pre{margin:.4rem 0 0}
summary{padding:.6rem 0;color:var(--mark);font-weight:600;cursor:pointer}
.qr{width:9rem;height:9rem;padding:.5rem;background:#fff;border-radius:.5rem}
a{color:var(--mark)}
@media(max-width:21rem){.print{grid-template-columns:repeat(2,max-content)}}
)";

constexpr const char* kWords[] = {"windows", "macos", "ios", "android", "linux", "firefox"};

// Which panel belongs to which choice.
std::string panel_rules() {
  std::string rules;
  for (const char* word : kWords) {
    rules += fmt::format("#t-{0}:checked~#p-{0}{{display:block}}\n", word);
  }
  return rules;
}

std::string verdict(const TrustPage& page) {
  return fmt::format(
      "<div class=\"verdict\" id=\"verdict\" data-port=\"{}\" data-path=\"{}\" "
      "data-named=\"{}\"{}>\n"
      "<p role=\"status\"><strong id=\"verdict-head\">This needs JavaScript to be told.</strong>\n"
      "<span id=\"verdict-text\">If your browser showed a warning before this page, this device "
      "does not trust it yet.</span></p>\n"
      "<button type=\"button\" id=\"again\">Ask again</button>\n</div>\n",
      page.verdict_port == 0 ? "" : fmt::format("{}", page.verdict_port), escape_html(page.path),
      escape_html(page.other_names), page.other_roots.empty() ? "" : " data-more=\"1\"");
}

std::string groups_of(std::string_view rest, std::string_view whose) {
  std::string out = fmt::format("<ul class=\"print\" aria-label=\"SHA-256 fingerprint{}\">\n",
                                escape_html(whose));
  while (!rest.empty()) {
    const auto end = std::min(rest.find(' '), rest.size());
    out += fmt::format("<li>{}</li>", escape_html(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out + "\n</ul>\n";
}

std::string fingerprint(const TrustPage& page) {
  std::string out = fmt::format(
      "<h2>Compare the fingerprint</h2>\n<p>Ask whoever runs this gatehouse "
      "for the fingerprint "
      "that <code>{}</code> prints, by telephone or on paper, not by this "
      "page. "
      "Go on only if all sixteen groups are the same.</p>\n{}",
      escape_html(page.show_command), groups_of(page.fingerprint, ""));
  for (const TrustPage::OtherRoot& root : page.other_roots) {
    out += fmt::format("<p>And of {}, {}:</p>\n{}", escape_html(root.name), escape_html(root.what),
                       groups_of(root.fingerprint, " of " + root.name));
  }
  return out;
}

// What stands between `backticks` is a command.
std::string prose(std::string_view text) {
  std::string out;
  for (bool code = false;; code = !code) {
    const auto end = std::min(text.find('`'), text.size());
    const std::string part = escape_html(text.substr(0, end));
    out += code ? fmt::format("<code>{}</code>", part) : part;
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

std::string panel(const TrustSystem& system) {
  std::string out = fmt::format(
      "<div class=\"panel\" id=\"p-{}\">\n<p><a class=\"get\" "
      "href=\"{}\">Download for {}</a></p>\n",
      system.word, escape_html(system.href), escape_html(system.title));
  for (const TrustSystem::More& more : system.more) {
    out += fmt::format("<p><a class=\"get\" href=\"{}\">Download {}</a></p>\n",
                       escape_html(more.href), escape_html(more.title));
  }
  if (!system.more.empty()) out += "<p>Do the same with each of these files.</p>\n";
  out += "<ol>\n";
  for (const TrustSystem::Step& step : system.steps) {
    out += fmt::format("<li>{}", prose(step.text));
    if (!step.command.empty()) {
      out += fmt::format("<pre tabindex=\"0\"><code>{}</code></pre>", escape_html(step.command));
    }
    out += "</li>\n";
  }
  return out + "</ol>\n</div>\n";
}

std::string tabs(const TrustPage& page) {
  std::string out = "<fieldset class=\"tabs\">\n<legend>What to do on</legend>\n";
  for (const TrustSystem& system : page.systems) {
    out += fmt::format(
        "<input type=\"radio\" name=\"system\" id=\"t-{0}\"{1}><label for=\"t-{0}\">{2}</label>\n",
        system.word, system.word == page.shown_system ? " checked" : "", escape_html(system.title));
  }
  for (const TrustSystem& system : page.systems) out += panel(system);
  return out + "</fieldset>\n";
}

// Without TLS anybody on the way could have changed this page.
std::string behind_the_comparison(const TrustPage& page) {
  if (page.tls) return tabs(page);
  return fmt::format(
      "<p>This page came without encryption, so somebody on the way could have changed it. The "
      "device shows the fingerprint once more before it trusts: compare it there too.</p>\n"
      "<details>\n<summary>All groups are the same: go on</summary>\n{}</details>\n",
      tabs(page));
}

std::string facts(const TrustPage& page) {
  std::string out = "<h2>What it is</h2>\n<dl>\n";
  const auto add = [&out](std::string_view name, std::string_view value) {
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape_html(value));
  };
  add("Authority", page.ca_name);
  add("May certify", page.may_certify.empty() ? "any name" : page.may_certify);
  add("Until", page.until);
  return out + "</dl>\n";
}

std::string qr_code(const TrustPage& page) {
  if (page.qr_code.empty()) return {};
  return fmt::format("<h2>For another device</h2>\n<p>Its camera opens this page:</p>\n{}\n",
                     page.qr_code);
}

}  // namespace

std::string_view trust_page_script() { return kScript; }

std::string trust_page_style() {
  return fmt::format("{}{}{}", page_style(), kStyle, panel_rules());
}

std::string render_trust_page(const TrustPage& page) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n<link rel=\"icon\" href=\"data:,\">\n"
      "<title>Trust {}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n"
      "<p class=\"over\">gatehouse</p>\n<h1>Does this device trust {}?</h1>\n{}{}{}{}{}"
      "</main>\n<script>{}</script>\n</body>\n</html>\n",
      escape_html(page.ca_name), trust_page_style(), escape_html(page.ca_name), verdict(page),
      fingerprint(page), behind_the_comparison(page), qr_code(page), facts(page),
      trust_page_script());
}

std::string_view system_of(std::string_view user_agent) {
  const auto says = [user_agent](std::string_view word) { return user_agent.contains(word); };
  if (says("iPhone") || says("iPad") || says("iPod")) return "ios";
  if (says("Android")) return "android";
  if (says("Windows")) return "windows";
  if (says("Macintosh") || says("Mac OS X")) return "macos";
  return says("Firefox/") ? "firefox" : "linux";
}

}  // namespace gatehouse::edge
