#pragma once

#include <string>
#include <string_view>

namespace gatehouse::edge {

// What a person or a program is shown instead of an application's answer. Pure: values in, text
// out; everything that came from outside is escaped.
struct Page {
  std::string_view content_type{};  // for the Content-Type field; static
  std::string body;
};

// For the Content-Security-Policy field of these pages: nothing is loaded and nothing runs.
inline constexpr std::string_view kPageSecurityPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

enum class PageFormat { html, json, text };

// What the Accept field asks for (RFC 9110 section 12.5.1). Of HTML and JSON the one with the
// higher weight, HTML when they are equal; whoever names neither (`*/*`: curl and most programs, or
// no field at all) gets plain text, because browsers always name text/html.
PageFormat page_format(std::string_view accept);

struct ErrorPage {
  int status = 500;
  // What happened, a sentence that says more than the status does: "The application at
  // 127.0.0.1:3000 refused the connection." Empty: the usual sentence of the status.
  std::string_view detail{};
  std::string_view request_id{};
};

// Known: 400 403 404 408 413 414 421 426 429 431 500 501 502 503 504 505; others get a page of
// their class. JSON is application/problem+json (RFC 9457) with a request_id.
Page render_error(const ErrorPage& page, PageFormat format);

// The reason phrase of a known status, else an empty text.
std::string_view status_title(int status);

// The page of a gatehouse without an application behind it. What is empty is not shown.
struct WelcomePage {
  std::string_view host{};                // with port, as the client asked for it
  std::string_view protocol{};            // TLSv1.3; empty: a plain listener
  std::string_view group{};               // X25519MLKEM768
  std::string_view cipher{};              // TLS_AES_128_GCM_SHA256
  std::string_view certificate_names{};   // localhost, 127.0.0.1, ::1
  std::string_view certificate_issuer{};  // common name
  std::string_view not_after{};           // for a person: 2027-02-18
  std::string_view anchor_path{};         // the local CA's root; empty: another CA made it
  std::string_view trust_command{};       // makes this machine trust that root
};

Page render_welcome(const WelcomePage& page, PageFormat format);

}  // namespace gatehouse::edge
