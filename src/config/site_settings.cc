#include "config/site_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/certificate_choice.h"
#include "config/plain_listeners.h"
#include "config/values.h"

namespace gatehouse::config {
namespace {

using edge::PlainPolicy;
using Line = SettleReport::Line;

constexpr int kMostListeners = 64;
constexpr int kMostUpstreams = 256;
constexpr int kMostRoutes = 1024;
constexpr std::size_t kMostNameBytes = 65536;

// Reads one site; a walk over its fields in the order of the schema.
class SiteReader {
 public:
  SiteReader(const api::Site& written, const FieldPath& at, SettleReport& report)
      : written_(written), at_(at), report_(report) {}

  Site read(const std::string& name) {
    site_.name = name;
    report_.take("GH3101", at_, parse_key(name));
    read_names();
    read_listen();
    read_upstreams();
    read_routes();
    site_.certificate = settle_certificates(written_, at_, report_);
    site_.tls_profile = settle_profile(written_.tls_profile(), at_.field("tls_profile"), report_);
    site_.owner = settle_owner(written_.owner(), at_.field("owner"), report_);
    site_.enabled = !written_.has_enabled() || written_.enabled();
    site_.trust_boundary = written_.trust_boundary();
    read_plain_http();
    return std::move(site_);
  }

 private:
  void read_names() {
    const FieldPath names = at_.field("names");
    if (written_.names().empty()) return name_by_key();
    std::size_t bytes = 0;
    for (int i = 0; i < written_.names_size(); ++i) {
      const FieldPath name = names.item(static_cast<std::size_t>(i));
      bytes += written_.names(i).size();
      if (bytes > kMostNameBytes) {
        return report_.error("GH3102", name,
                             fmt::format("the names of one site are more than {} bytes. Publish "
                                         "the others by a second site, or use a wildcard.",
                                         kMostNameBytes));
      }
      read_name(written_.names(i), name);
    }
  }

  void name_by_key() {
    if (site_.name == "*") {
      site_.any_name = true;
      return;
    }
    if (auto pattern = NamePattern::parse(site_.name)) {
      site_.names.push_back(std::move(*pattern));
      return;
    }
    const auto why = parse_published_name(site_.name);
    report_.error("GH3103", at_,
                  fmt::format("clients ask for a site by a server name, and this one has none: {} "
                              "Or keep the key and say the names: `names: [files.example.com]`.",
                              why.error().what));
  }

  void read_name(const std::string& text, const FieldPath& at) {
    if (text == "*") {
      site_.any_name = true;
      return;
    }
    auto pattern = report_.take("GH3104", at, parse_published_name(text));
    if (!pattern) return;
    if (std::ranges::find(site_.names, *pattern) != site_.names.end()) {
      return report_.error(
          "GH3105", at,
          fmt::format("the name `{}` stands here twice. Leave one out.", pattern->text()));
    }
    site_.names.push_back(std::move(*pattern));
  }

  void read_listen() {
    const FieldPath listen = at_.field("listen");
    if (written_.listen().empty()) {
      site_.listen.push_back(ListenAddress::parse(":443").value());
      return;
    }
    site_.listen = addresses(written_.listen(), listen, ListenAddress::parse);
  }

  template <class Texts, class Parse>
  std::vector<ListenAddress> addresses(const Texts& texts, const FieldPath& at, Parse parse) {
    if (!fits(texts.size(), kMostListeners, "listeners", at)) return {};
    std::vector<ListenAddress> read;
    for (int i = 0; i < texts.size(); ++i) {
      const FieldPath item = at.item(static_cast<std::size_t>(i));
      auto address = report_.take("GH3106", item, parse(texts[i]));
      if (!address) continue;
      const bool again = address->port() != 0 && std::ranges::find(read, *address) != read.end();
      if (again) {
        report_.error(
            "GH3105", item,
            fmt::format("the address `{}` stands here twice. Leave one out.", address->text()));
        continue;
      }
      read.push_back(std::move(*address));
    }
    return read;
  }

  bool fits(int count, int most, std::string_view what, const FieldPath& at) {
    if (count <= most) return true;
    report_.error(
        "GH3102", at,
        fmt::format("{} {} are too many; at most {} go into one list.", count, what, most));
    return false;
  }

  void read_upstreams() {
    site_.upstreams = upstreams(written_.upstreams(), at_.field("upstreams"));
  }

  template <class Texts>
  std::vector<UpstreamUrl> upstreams(const Texts& texts, const FieldPath& at) {
    if (!fits(texts.size(), kMostUpstreams, "upstreams", at)) return {};
    std::vector<UpstreamUrl> read;
    for (int i = 0; i < texts.size(); ++i) {
      const FieldPath item = at.item(static_cast<std::size_t>(i));
      const bool may_hold_password = texts[i].find('@') != std::string::npos;
      auto url = report_.take("GH3107", item, parse_upstream(texts[i]),
                              may_hold_password ? Line::hidden : Line::shown);
      if (url) read.push_back(std::move(*url));
    }
    check_protocols(read, at);
    return read;
  }

  void check_protocols(const std::vector<UpstreamUrl>& upstreams, const FieldPath& at) {
    const auto other =
        std::ranges::adjacent_find(upstreams, std::ranges::not_equal_to{}, &UpstreamUrl::http2);
    if (other == upstreams.end()) return;
    report_.error("GH3125", at,
                  fmt::format("{} and {} speak different protocols, and each has to be able to "
                              "answer every request. Give all of them as h2c://, or none.",
                              other->text(), std::next(other)->text()));
  }

  void read_routes() {
    const FieldPath routes = at_.field("routes");
    if (!fits(written_.routes_size(), kMostRoutes, "routes", routes)) return;
    for (int i = 0; i < written_.routes_size(); ++i) {
      read_route(written_.routes(i), routes.item(static_cast<std::size_t>(i)));
    }
  }

  void read_route(const api::Route& written, const FieldPath& at) {
    const FieldPath path_at = at.field("path");
    if (written.path().empty()) {
      return report_.error("GH3108", at, "a route has no path. Write one, as `path: /api`.");
    }
    auto path = report_.take("GH3108", path_at, parse_route_path(written.path()));
    Route route{.path = path.value_or(""), .upstreams = {}, .external = {}};
    route.upstreams = upstreams(written.upstreams(), at.field("upstreams"));
    if (!written.http().empty()) {
      route.external = report_.take("GH3110", at.field("http"), parse_policy(written.http()));
    }
    if (written.upstreams().empty() && written.http().empty()) {
      return report_.error(
          "GH3109", at,
          fmt::format("the route `{}` says nothing: it has neither `upstreams` nor "
                      "`http`. Write where its requests go.",
                      written.path()));
    }
    // A route that only sets a policy goes where the site goes.
    if (written.upstreams().empty()) route.upstreams = site_.upstreams;
    if (path) add_route(std::move(route), path_at);
  }

  void add_route(Route route, const FieldPath& at) {
    if (std::ranges::find(site_.routes, route.path, &Route::path) != site_.routes.end()) {
      return report_.error("GH3111", at,
                           fmt::format("the path `{}` has two routes. Put all its upstreams into "
                                       "one route.",
                                       route.path));
    }
    site_.routes.push_back(std::move(route));
  }

  void read_plain_http() {
    const FieldPath http = at_.field("http");
    const api::PlainHttp& written = written_.http();
    site_.plain.external = PlainPolicy::redirect;
    read_policy(written.external(), http.field("external"), site_.plain.external);
    read_policy(written.loopback(), http.field("loopback"), site_.plain.loopback);
    const FieldPath listen = http.field("listen");
    const auto wanted = addresses(written.listen(), listen, parse_plain_listen);
    const auto tls = std::ranges::find_if(site_.listen, &ListenAddress::tls);
    if (tls != site_.listen.end()) site_.plain.https_port = tls->port();
    if (written.off()) return switch_off(written, http);
    site_.plain_listen = plain_listeners(site_, wanted);
    const bool redirects = site_.plain.external == PlainPolicy::redirect;
    if (!wanted.empty() && redirects && tls == site_.listen.end()) {
      report_.error("GH3112", listen,
                    "plain HTTP is to be redirected to https://, but the site has no listener with "
                    "TLS. Add one to its `listen`, or write `http: {external: keep}`.");
    }
  }

  void read_policy(const std::string& text, const FieldPath& at, PlainPolicy& policy) {
    if (text.empty()) return;
    if (auto read = report_.take("GH3110", at, parse_policy(text))) policy = *read;
  }

  void switch_off(const api::PlainHttp& written, const FieldPath& at) {
    site_.plain.external = PlainPolicy::refuse;
    site_.plain.loopback = PlainPolicy::refuse;
    const bool more =
        !written.external().empty() || !written.loopback().empty() || !written.listen().empty();
    if (!more) return;
    report_.error("GH3113", at,
                  "`off: true` ends plain HTTP for this site, and yet more is said of it. Leave "
                  "`off` out, or leave out `external`, `loopback` and `listen`.");
  }

  const api::Site& written_;
  const FieldPath& at_;
  SettleReport& report_;
  Site site_;
};

}  // namespace

Site settle_site(const std::string& name, const api::Site& written, const FieldPath& at,
                 SettleReport& report) {
  return SiteReader(written, at, report).read(name);
}

std::optional<tls::Profile> settle_profile(const std::string& written, const FieldPath& at,
                                           SettleReport& report) {
  if (written.empty()) return std::nullopt;
  if (auto profile = tls::parse_profile(written)) return *profile;
  report.error("GH3116", at,
               fmt::format("{} is no TLS profile. Write modern (TLS 1.3 only), intermediate (1.2 "
                           "and 1.3, the default) or compatible (older clients too).",
                           in_quotes(written)));
  return std::nullopt;
}

std::string settle_owner(const std::string& written, const FieldPath& at, SettleReport& report) {
  return report.take("GH3117", at, parse_owner(written)).value_or("");
}

}  // namespace gatehouse::config
