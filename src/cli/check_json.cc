#include <fmt/format.h>

#include "base/json_text.h"
#include "base/time_text.h"
#include "cli/check_text.h"

namespace gatehouse::cli {
namespace {

// One JSON object, field by field.
class Object {
 public:
  Object& raw(std::string_view name, std::string_view value) {
    out_ += fmt::format("{}\"{}\":{}", out_.size() > 1 ? "," : "", name, value);
    return *this;
  }
  Object& text(std::string_view name, std::string_view value) {
    return raw(name, json_string(value));
  }
  // null when empty
  Object& maybe(std::string_view name, std::string_view value) {
    return value.empty() ? raw(name, "null") : text(name, value);
  }
  Object& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  Object& number(std::string_view name, std::int64_t value) {
    return raw(name, fmt::format("{}", value));
  }
  std::string end() const { return out_ + '}'; }

 private:
  std::string out_ = "{";
};

template <class Items, class Write>
std::string list(const Items& items, Write write) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += write(item);
  }
  return out += ']';
}

std::string texts(const std::vector<std::string>& all) {
  return list(all, [](const std::string& one) { return json_string(one); });
}

std::string verdict(const check::Verdict& one) {
  return Object()
      .text("client", text(one.client))
      .text("outcome", text(one.outcome))
      .text("reason", one.reason)
      .end();
}

std::string finding(const check::Finding& one) {
  return Object()
      .text("code", one.code)
      .text("severity", text(one.severity))
      .text("sentence", one.sentence)
      .maybe("remedy", one.remedy)
      .text("about", one.about)
      .end();
}

std::string version(const check::VersionFacts& one) {
  return Object()
      .text("version", check::version_text(one.version))
      .flag("accepted", one.accepted)
      .maybe("reason", one.reason)
      .end();
}

std::string certificate(const check::CertificateFacts& one) {
  return Object()
      .text("subject", one.subject)
      .text("issuer", one.issuer)
      .raw("names", texts(one.names))
      .text("not_before", timestamp_text(one.not_before))
      .text("not_after", timestamp_text(one.not_after))
      .raw("life_passed", fmt::format("{:.4f}", one.life_passed))
      .text("key", one.key)
      .text("signature", one.signature)
      .text("sha256", crypto::hex(one.sha256))
      .end();
}

std::string chain(const check::ChainFacts& one) {
  return Object()
      .flag("in_order", one.in_order)
      .maybe("missing", one.open.value_or(""))
      .flag("sends_root", one.sends_root)
      .number("unreadable", static_cast<std::int64_t>(one.unreadable))
      .raw("certificates", list(one.certificates, certificate))
      .end();
}

std::string tls_object(const check::TlsFacts& one) {
  const tls::Observation& seen = one.modern;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(seen.duration);
  Object out;
  out.flag("handshake", seen.completed()).maybe("reason", seen.reason);
  if (seen.completed()) {
    out.text("version", check::version_text(seen.info.version))
        .text("cipher_suite", tls::cipher_suite_text(seen.info.cipher_suite))
        .text("group", tls::group_text(seen.info.group));
  }
  return out.flag("post_quantum", one.post_quantum)
      .number("milliseconds", took.count())
      .raw("alpn", texts(one.alpn))
      .raw("versions", list(one.versions, version))
      .flag("name_matches", one.name_matches)
      .flag("asks_for_certificate", seen.asked_for_certificate)
      .maybe("without_name", one.without_name.value_or(""))
      .raw("chain", chain(one.chain))
      .end();
}

Object answer(const check::HttpAnswer& one) {
  Object out;
  out.number("status", one.status)
      .maybe("location", one.location)
      .maybe("strict_transport_security", one.strict_transport_security.value_or(""));
  return out;
}

std::string https_object(const check::HttpResult& one) {
  if (one) return answer(*one).raw("reason", "null").end();
  return Object().raw("status", "null").text("reason", one.error().what).end();
}

std::string plain_object(const check::PlainFacts& one) {
  Object out = one.answer ? answer(*one.answer) : Object();
  return out.text("kind", text(one.kind))
      .text("dialled", one.dialled)
      .flag("loopback", one.loopback)
      .maybe("reason", one.reason)
      .end();
}

std::string report_object(const check::Report& one) {
  return Object()
      .text("target", one.target.url())
      .maybe("dialled", one.dialled)
      .text("when", timestamp_text(one.when))
      .flag("reached", one.reached)
      .maybe("unreachable", one.unreachable)
      .raw("clients", list(one.clients, verdict))
      .raw("tls", one.tls ? tls_object(*one.tls) : "null")
      .raw("https", one.https ? https_object(*one.https) : "null")
      .raw("plain", one.plain ? plain_object(*one.plain) : "null")
      .raw("plain_here", one.plain_here ? plain_object(*one.plain_here) : "null")
      .raw("findings", list(one.findings, finding))
      .maybe("suggestion", one.suggestion)
      .end();
}

}  // namespace

std::string render_reports_json(std::span<const check::Report> reports, int exit_code) {
  return Object()
             .number("version", 1)
             .number("exit_code", exit_code)
             .raw("reports", list(reports, report_object))
             .end() +
         '\n';
}

}  // namespace gatehouse::cli
