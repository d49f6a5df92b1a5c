#include "admin/router.h"

#include <fmt/format.h>

namespace gatehouse::admin {
namespace {

using control::Role;

Refused refuse(std::uint16_t status, std::string_view code, std::string sentence,
               std::string_view allow = {}) {
  return {status, code, std::move(sentence), allow};
}

Refused forbid(const Peer& peer, Role role) {
  return refuse(403, "permission_denied", role_sentence(peer, role));
}

Decision decide_metrics(const Request& request) {
  if (request.method != "GET")
    return refuse(405, "unimplemented", "Metrics are read by GET.", "GET");
  if (request.body.expects_content()) {
    return refuse(400, "invalid_argument", "A request for metrics has no content.");
  }
  return MetricsPage{};
}

}  // namespace

std::string role_sentence(const Peer& peer, Role role) {
  if (role == Role::none) {
    return fmt::format(
        "The user {} has no role at this gatehouse. root, the user that it runs as, and those that "
        "`admin: {{administrators: [...], readers: [...]}}` of its configuration names may use it.",
        peer.name);
  }
  return fmt::format(
      "The user {} may read only. root, the user that gatehouse runs as, and those that `admin: "
      "{{administrators: [...]}}` of its configuration names may change things.",
      peer.name);
}

Decision decide(const Request& request, const Peer& peer, Role role) {
  if (role == Role::none) return forbid(peer, role);
  if (request.path == "/metrics") return decide_metrics(request);
  const Method* method = find_method(std::string_view(request.path).substr(1));
  if (method == nullptr) {
    return refuse(404, "unimplemented",
                  "This gatehouse has no such method. Calls go to "
                  "/gatehouse.v1.SERVICE/METHOD, metrics are at /metrics.");
  }
  if (role < method->role) return forbid(peer, role);
  auto form = check_form(request, method->streams());
  if (!form) return std::move(form.error());
  if (request.body.kind == http::BodyLength::Kind::exact && request.body.bytes > kMostBody) {
    return refuse(413, "resource_exhausted",
                  fmt::format("The content is larger than {} MiB.", kMostBody >> 20));
  }
  return MethodCall{method, *form};
}

}  // namespace gatehouse::admin
