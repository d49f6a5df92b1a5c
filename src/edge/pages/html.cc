#include "edge/pages/html.h"

#include <fmt/format.h>

#include "base/json_text.h"

namespace gatehouse::edge {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ground:#fbfaf8;--card:#fff;--ink:#22262b;--soft:#5d6570;--line:#e4e1dc;--mark:#1f6f54}
@media(prefers-color-scheme:dark){:root{--ground:#15181b;--card:#1c2024;--ink:#e6e8ea;--soft:#9aa3ad;--line:#2e343a;--mark:#6fcfa8}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:41rem;margin:0 auto;padding:clamp(2rem,9vh,6rem) 1.25rem 2.5rem;overflow-wrap:break-word}
.over{margin:0 0 .6rem;color:var(--mark);font-weight:600;font-size:.95rem}
h1{margin:0 0 1rem;font-size:clamp(1.5rem,5vw,1.95rem);line-height:1.22;font-weight:650;letter-spacing:-.012em;text-wrap:balance}
h2{margin:2.2rem 0 .5rem;font-size:1rem;font-weight:650}
p{margin:0 0 .9rem}
.lead{font-size:1.1rem}
dl{margin:1.6rem 0 0;padding:.35rem 1.15rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
dl div{padding:.6rem 0}
dl div+div{border-top:1px solid var(--line)}
dt{color:var(--soft);font-size:.9rem}
dd{margin:0;overflow-wrap:anywhere}
@media(min-width:34rem){dl div{display:grid;grid-template-columns:9.5rem 1fr;gap:1rem}dt{font-size:1rem}}
pre{margin:0 0 .9rem;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}
code{font:.9em/1.5 ui-monospace,"Cascadia Mono","DejaVu Sans Mono",Menlo,monospace}
footer{margin-top:2.6rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
)";

std::string_view entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

}  // namespace

std::string_view page_style() { return kStyle; }

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    const std::string_view name = entity(c);
    name.empty() ? out += c : out += name;
  }
  return out;
}

std::string html_document(std::string_view title, std::string_view content) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<meta name=\"robots\" content=\"noindex\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n"
      "<title>{}</title>\n<style>{}</style>\n<main>\n{}</main>\n</html>\n",
      escape_html(title), kStyle, content);
}

}  // namespace gatehouse::edge
