#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::edge {

// What a person or a program is shown instead of an application's answer. Pure: values in, text
// out; everything that came from outside is escaped.
struct Page {
  std::string_view content_type{};  // for the Content-Type field
  std::string body;
};

enum class PageFormat { html, problem_json, text };

// What the Accept field prefers (RFC 9110 section 12.5.1): the higher weight of HTML and JSON wins,
// HTML when equal. Who takes both only because it takes everything (`*/*`: curl, most programs) or
// says nothing gets plain text; a browser always names text/html.
PageFormat page_format(std::string_view accept);

struct ErrorPage {
  int status = 500;
  // What happened, a sentence that says more than the status does: "The application at
  // 127.0.0.1:3000 refused the connection." Empty: the usual sentence of the status.
  std::string_view detail{};
  std::string_view request_id{};
};

// Known: 400 403 404 408 413 414 421 426 429 431 500 501 502 503 504 505; others get a page of
// their class. JSON is application/problem+json (RFC 9457).
Page render_error(const ErrorPage& page, PageFormat format);

// The reason phrase of a known status, else an empty text.
std::string_view status_title(int status);

struct WelcomePage {
  std::string_view host{};      // as the client asked for it
  std::string_view protocol{};  // TLSv1.3, or empty for a plain listener
  std::string_view group{};     // X25519MLKEM768
  std::string_view cipher{};
  std::string_view certificate_names{};   // "localhost, 127.0.0.1"
  std::string_view certificate_issuer{};  // common name
  std::string_view not_after{};           // for a person: 2027-02-18
  std::string_view anchor_path{};         // file of the local CA's root, empty when not its child
};

Page render_welcome(const WelcomePage& page, PageFormat format);

}  // namespace gatehouse::edge
