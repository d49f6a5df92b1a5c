#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json_text.h"
#include "edge/pages/html.h"
#include "edge/pages/pages.h"

namespace gatehouse::edge {
namespace {

struct Explanation {
  int status;
  std::string_view title;     // RFC 9110 section 15
  std::string_view headline;  // for a person
  std::string_view sentence;  // what happened, when nobody knows more
  std::string_view visitor;
  std::string_view operator_;
};

constexpr std::string_view kReload =
    "Reload the page. If that does not help, delete the cookies of this site.";
constexpr std::string_view kSeeAccessLog =
    "The access log (--access-log FILE) tells what was wrong, under the request id below.";
constexpr std::string_view kRetry = "Wait a moment and reload the page.";

constexpr std::array kExplanations{
    Explanation{400, "Bad Request", "This request could not be understood",
                "The request breaks the rules of HTTP.", kReload, kSeeAccessLog},
    Explanation{
        403, "Forbidden", "You may not open this", "Access to this page is refused.",
        "Ask whoever runs this site for access.",
        "A policy refused it. The access log (--access-log FILE) tells which, under the request id "
        "below."},
    Explanation{
        404, "Not Found", "There is nothing here", "No page has this address.",
        "Check the address for typing errors, or start at the front page.",
        "No route of gatehouse leads here. Add one with --route PREFIX=URL, or --to URL for "
        "everything."},
    Explanation{408, "Request Timeout", "The request took too long",
                "The request did not arrive completely in time.", kRetry,
                "Slow clients may need more time: --timeout head=30s or --timeout body=2m."},
    Explanation{413, "Content Too Large", "This is too large",
                "What was sent is larger than this site takes.", "Send something smaller.",
                "The bound is set by --limit body=BYTES; 0 takes everything."},
    Explanation{414, "URI Too Long", "This address is too long",
                "The address of the page is longer than this site takes.",
                "Start at the front page of this site.", "The bound is set by --limit head=BYTES."},
    Explanation{421, "Misdirected Request", "This connection belongs to another name",
                "The page was asked for over a connection that was made for another name.",
                "Reload the page; your browser then makes a new connection.",
                "The names have different TLS policies, so that one connection cannot serve both."},
    Explanation{426, "Upgrade Required", "This needs another protocol",
                "This address only answers over another protocol.",
                "Open the page again with a current browser.", kSeeAccessLog},
    Explanation{429, "Too Many Requests", "Too many requests",
                "More requests came from you than this site takes.",
                "Wait a minute and reload the page.", kSeeAccessLog},
    Explanation{
        431, "Request Header Fields Too Large", "Your browser sent too much beside the request",
        "The header of the request is larger than this site takes, often because of many cookies.",
        "Delete the cookies of this site and reload the page.",
        "The bounds are set by --limit head=BYTES and --limit fields=NUMBER."},
    Explanation{
        500, "Internal Server Error", "Something went wrong here",
        "gatehouse could not handle the request.", kRetry,
        "The event log tells what happened. If it is a fault of gatehouse, please report it."},
    Explanation{501, "Not Implemented", "This is not supported",
                "The request asks for something that gatehouse does not do.", kReload,
                kSeeAccessLog},
    Explanation{502, "Bad Gateway", "The application does not answer",
                "The application behind this site gave no valid answer.", kRetry,
                "Check that the application runs and listens where --to points. The access log "
                "(--access-log FILE) tells more, under the request id below."},
    Explanation{503, "Service Unavailable", "This site is not available now",
                "This site takes no requests at the moment.", kRetry,
                "Check that the application runs, and whether a limit was reached "
                "(--limit connections)."},
    Explanation{
        504, "Gateway Timeout", "The application took too long",
        "The application behind this site did not answer in time.", kRetry,
        "See what keeps the application busy. If it needs more time: --timeout response=2m."},
    Explanation{505, "HTTP Version Not Supported", "This version of HTTP is not supported",
                "The request uses a version of HTTP that is not served here.",
                "Use a current browser.", kSeeAccessLog},
};

constexpr Explanation kOtherOfClient{
    0,       "Request Refused", "This request was refused", "The request could not be served.",
    kReload, kSeeAccessLog};
constexpr Explanation kOtherOfServer{
    0,      "Server Error", "Something went wrong here", "The request could not be served.",
    kRetry, kSeeAccessLog};

const Explanation* find(int status) {
  const auto known = std::ranges::find(kExplanations, status, &Explanation::status);
  return known == kExplanations.end() ? nullptr : &*known;
}

const Explanation& explain(int status) {
  if (const Explanation* known = find(status)) return *known;
  return status < 500 ? kOtherOfClient : kOtherOfServer;
}

std::string_view what_happened(const ErrorPage& page, const Explanation& about) {
  return page.detail.empty() ? about.sentence : page.detail;
}

std::string html(const ErrorPage& page, const Explanation& about) {
  std::string content = fmt::format(
      "<p class=\"over\">{} {}</p>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>\n"
      "<h2>If you are a visitor</h2>\n<p>{}</p>\n<h2>If you run this site</h2>\n<p>{}</p>\n",
      page.status, escape_html(about.title), escape_html(about.headline),
      escape_html(what_happened(page, about)), escape_html(about.visitor),
      escape_html(about.operator_));
  if (!page.request_id.empty()) {
    content +=
        fmt::format("<footer>Request id <code>{}</code></footer>\n", escape_html(page.request_id));
  }
  return html_document(fmt::format("{} {}", page.status, about.title), content);
}

std::string json(const ErrorPage& page, const Explanation& about) {
  std::string out = R"({"type":"about:blank","title":)";
  append_json_string(out, about.title);
  out += fmt::format(R"(,"status":{},"detail":)", page.status);
  append_json_string(out, what_happened(page, about));
  if (!page.request_id.empty()) {
    out += R"(,"request_id":)";
    append_json_string(out, page.request_id);
  }
  return out += "}\n";
}

std::string text(const ErrorPage& page, const Explanation& about) {
  std::string out =
      fmt::format("{} {}\n\n{}\n\nVisitor:  {}\nOperator: {}\n", page.status, about.title,
                  printable(what_happened(page, about)), about.visitor, about.operator_);
  if (!page.request_id.empty())
    out += fmt::format("\nRequest id: {}\n", printable(page.request_id));
  return out;
}

}  // namespace

std::string_view status_title(int status) {
  const Explanation* known = find(status);
  return known == nullptr ? std::string_view{} : known->title;
}

Page render_error(const ErrorPage& page, PageFormat format) {
  const Explanation& about = explain(page.status);
  switch (format) {
    case PageFormat::html: return {"text/html; charset=utf-8", html(page, about)};
    case PageFormat::json: return {"application/problem+json", json(page, about)};
    case PageFormat::text: break;
  }
  return {"text/plain; charset=utf-8", text(page, about)};
}

}  // namespace gatehouse::edge
