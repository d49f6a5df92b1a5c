#include <array>

#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/values.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

// `/api=URL`; the same path twice: two upstreams of one route.
Result<Ok> add_route(AddSite& site, Text text) {
  auto route = parse_route(text);
  if (!route) return pass_on(route);
  auto known = std::ranges::find(site.routes, route->prefix, &AddSite::Route::path);
  if (known == site.routes.end()) {
    site.routes.push_back({route->prefix, {}});
    known = site.routes.end() - 1;
  }
  known->upstreams.push_back(route->to.text());
  return Ok{};
}

constexpr std::array kSiteFlags{
    Flag<AddSite>{
        "--listen", "ADDR", "Where it listens with TLS: :443 (the default), 10.0.0.5:8443.",
        [](AddSite& site, Text text) { return append(site.listen, text, parse_listen_text); },
        true},
    Flag<AddSite>{
        "--name", "NAME",
        "A server name that clients ask for, instead of the site's: exact, *.example.com or *.",
        [](AddSite& site, Text text) { return append(site.names, text, parse_site_name); }, true},
    Flag<AddSite>{"--route", "PREFIX=URL",
                  "Requests below a path go elsewhere: /api=http://127.0.0.1:9000.", add_route,
                  true},
};

constexpr std::array kHttpFlags{
    profile_flag<AddSite>(),
    Flag<AddSite>{
        "--http-external", "redirect|refuse|keep",
        "Plain HTTP of clients on other machines: sent to https:// (the default), refused, served.",
        [](AddSite& site, Text text) {
          return assign(site.http.external, text, parse_policy_text);
        }},
    Flag<AddSite>{
        "--http-loopback", "keep|redirect|refuse",
        "Plain HTTP of programs on this machine: served (the default), sent to https://, refused.",
        [](AddSite& site, Text text) {
          return assign(site.http.loopback, text, parse_policy_text);
        }},
    Flag<AddSite>{
        "--http-listen", "ADDR", "A port or address of plain HTTP: :80 for a site on port 443.",
        [](AddSite& site, Text text) { return append(site.http.listen, text, parse_listen_text); },
        true},
    Flag<AddSite>{"--no-http", "", "No plain HTTP at all, also not on loopback.",
                  [](AddSite& site, Text) -> Result<Ok> {
                    site.http.off = true;
                    return Ok{};
                  }},
    owner_flag<AddSite>("Who owns it; sites and bindings are listed and removed by owner."),
    Flag<AddSite>{
        "--trust-boundary", "",
        "The way to an upstream on another machine is trusted, so that plain HTTP is meant there.",
        [](AddSite& site, Text) -> Result<Ok> {
          site.trust_boundary = true;
          return Ok{};
        }},
};

constexpr auto kAddFlags =
    join(kSiteFlags, certificate_flags<AddSite>(), kHttpFlags, change_flags<AddSite>());

Result<Ok> take_site(AddSite& site, Arguments operands) {
  auto name = parse_site_name(operands.front());
  if (!name) return at("NAME", std::move(name.error()), ErrorKind::usage);
  site.name = std::move(*name);
  for (const std::string& url : operands.subspan(1)) {
    auto done = append(site.upstreams, url, parse_upstream_text);
    if (!done) return at("UPSTREAM", std::move(done.error()), ErrorKind::usage);
  }
  return Ok{};
}

Result<Ok> finish_add(AddSite& site, const Environment& environment) {
  if (auto fits = check_certificates(site.certificate, site.second_certificate); !fits) return fits;
  const bool says_http =
      !site.http.external.empty() || !site.http.loopback.empty() || !site.http.listen.empty();
  if (site.http.off && says_http) {
    return usage_error("--no-http leaves nothing for the other flags of plain HTTP to say.");
  }
  return finish_connection(site, environment);
}

template <class Into>
Result<Ok> take_name(Into& into, Arguments operands) {
  if (!operands.empty()) into.name = operands.front();
  return Ok{};
}

// One by its name, or all of an owner: one of both.
Result<Ok> finish_remove(RemoveSite& site, const Environment& environment) {
  if (site.name.empty() == site.owner.empty()) {
    return usage_error(
        "Say which site to remove, by its name or with --owner all of an owner: gatehouse site "
        "remove NAME.");
  }
  return finish_connection(site, environment);
}

template <bool enabled>
Result<Ok> finish_enable(EnableSite& site, const Environment& environment) {
  site.enabled = enabled;
  return finish_connection(site, environment);
}

constexpr auto kListFlags =
    join(std::array{owner_flag<ListSites>("Only what belongs to this owner.")},
         connection_flags<ListSites>());
constexpr auto kShowFlags = connection_flags<ShowSite>();
constexpr auto kEnableFlags = change_flags<EnableSite>();
constexpr auto kRemoveFlags =
    join(std::array{owner_flag<RemoveSite>("All that belongs to this owner, its bindings too.")},
         change_flags<RemoveSite>());

constexpr Grammar<AddSite> kAdd{kAddFlags, take_site, finish_add};
constexpr Grammar<ListSites> kList{kListFlags, nullptr, finish_connection};
constexpr Grammar<ShowSite> kShow{kShowFlags, take_name, finish_connection};
constexpr Grammar<EnableSite> kEnable{kEnableFlags, take_name, finish_enable<true>};
constexpr Grammar<EnableSite> kDisable{kEnableFlags, take_name, finish_enable<false>};
constexpr Grammar<RemoveSite> kRemove{kRemoveFlags, take_name, finish_remove};

constexpr Text kAddText =
    "Publishes an application under a name on the running gatehouse. It prints the plan, opens "
    "what is needed, and then dials itself as a browser and as a strict program would; if that "
    "fails, everything is as it was before. Plain HTTP is redirected from outside and kept for "
    "programs of this machine, unless you say otherwise.\n\n"
    "A site that is there already is replaced. What a file defines is changed in that file.";
constexpr Text kAddExamples =
    "gatehouse add files.example.com http://127.0.0.1:8080\n"
    "gatehouse add files.example.com http://10.0.0.5:80 --trust-boundary\n"
    "gatehouse add r.example.com http://127.0.0.1:3000 http://127.0.0.1:3001 --dry-run\n"
    "gatehouse add old.example.com http://127.0.0.1:8080 --certificate old.crt --key old.key";

constexpr std::array kRows{
    Verb{"", "add", "NAME UPSTREAM...", "publish an application on the running gatehouse", kAddText,
         kAddExamples, flags_of<kAdd>, parse_by<kAdd>},
    Verb{"site", "add", "NAME UPSTREAM...", "the same as gatehouse add", kAddText, kAddExamples,
         flags_of<kAdd>, parse_by<kAdd>},
    Verb{"site", "list", "", "what is published, and where its definition stands",
         "One line for each site: its addresses, where its requests go, its certificate, what "
         "happens to plain HTTP, its owner and where it is defined.",
         "gatehouse site list\ngatehouse site list --owner filesrv", flags_of<kList>,
         parse_by<kList>},
    Verb{"site", "show", "SITE", "one site as YAML, with the origin of each value",
         "Prints the site as it could stand in a file. Comments say where a value comes from.",
         "gatehouse site show files.example.com", flags_of<kShow>, parse_by<kShow>},
    Verb{"site", "enable", "SITE", "publish a site that was disabled", "",
         "gatehouse site enable files.example.com", flags_of<kEnable>, parse_by<kEnable>},
    Verb{"site", "disable", "SITE", "publish it no longer, and keep what is said of it",
         "Running requests end as usual. What was said of the site stays, for enable.",
         "gatehouse site disable files.example.com", flags_of<kDisable>, parse_by<kDisable>},
    Verb{"site", "remove", "[SITE]", "remove a site, or all of an owner",
         "Running requests end as usual. Listeners that nobody needs any more are closed.",
         "gatehouse site remove files.example.com\ngatehouse site remove --owner filesrv",
         flags_of<kRemove>, parse_by<kRemove>}};

}  // namespace

std::span<const Verb> site_rows() { return kRows; }

}  // namespace gatehouse::cli
