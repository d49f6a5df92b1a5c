#include <fmt/format.h>

#include "check/finding_list.h"

namespace gatehouse::check {
namespace {

using Plain = PlainFacts::Kind;

class HttpJudge {
 public:
  HttpJudge(const Report& report, FindingList& found) : report_(report), found_(found) {}

  void judge() {
    if (report_.https) judge_answer(*report_.https);
    if (report_.target.tls && report_.plain) judge_beside(*report_.plain);
    if (!report_.target.tls && report_.reached) judge_target(*report_.plain);
  }

 private:
  void judge_answer(const HttpResult& result) {
    if (!result && report_.tls->modern.asked_for_certificate) return;  // see judge_certificates
    if (!result) {
      return found_.warning(
          "no_answer",
          fmt::format("GET {}: the server {}.", report_.target.path, result.error().what),
          "Look into the log of the server, and ask the application behind it.");
    }
    if (result->status >= 500) {
      found_.warning(
          "server_error",
          fmt::format("GET {} is answered with {}.", report_.target.path, result->status),
          "TLS is not the cause: look at the application behind the server.");
    }
    if (result->redirects() && result->location.starts_with("http://")) {
      found_.warning(
          "redirects_to_plain",
          fmt::format("The site redirects from https to {}, back into the open.", result->location),
          "Let the application know that it is behind TLS (X-Forwarded-Proto), or correct its "
          "public URL.");
    }
    const bool sticks = result->strict_transport_security.has_value();
    if (!sticks && !report_.target.name.is_address() && !on_loopback()) {
      found_.notice(
          "no_hsts",
          "Browsers are not told to stay with https (Strict-Transport-Security is missing).",
          "Send it once nothing needs plain HTTP under this name any more.");
    }
  }

  void judge_beside(const PlainFacts& plain) {
    if (plain.kind == Plain::serves && !plain.loopback) {
      return found_.warning(
          "plain_served",
          fmt::format("{} serves the site without TLS: passwords can be read on the "
                      "way.",
                      plain.dialled),
          "Redirect it or close it, as soon as https works for everybody.");
    }
    if (plain.kind == Plain::speaks_tls) {
      found_.notice("tls_on_plain_port",
                    fmt::format("{} speaks TLS: whoever opens http://{} gets an error.",
                                plain.dialled, plain.dialled),
                    "Redirect to https there, or close the port.");
    }
  }

  void judge_target(const PlainFacts& plain) {
    if (plain.kind == Plain::speaks_tls) {
      return found_.error(
          "tls_on_plain_port",
          fmt::format("{} speaks TLS: HTTP without TLS does not work there.", report_.dialled),
          fmt::format("Open https://{}:{}/ instead.", report_.target.name.url_host(),
                      report_.target.port));
    }
    if (plain.kind == Plain::silent || plain.kind == Plain::not_http) {
      return found_.error("no_answer", fmt::format("The server {}.", plain.reason),
                          "Check that it is a web server.");
    }
    judge_beside(plain);
  }

  bool on_loopback() const { return report_.plain_here && report_.plain_here->loopback; }

  const Report& report_;
  FindingList& found_;
};

}  // namespace

void judge_http(const Report& report, FindingList& found) { HttpJudge(report, found).judge(); }

}  // namespace gatehouse::check
