#include <array>

#include "config/codes.h"

namespace gatehouse::config {
namespace {

constexpr auto kTable = std::to_array<Explanation>({
    {.code = "GH3302",
     .title = "one address and port is to be two things",
     .text =
         R"(On one address and port gatehouse speaks TLS, or plain HTTP, or serves the metrics. Sites with
a listener on port 443 also take port 80, for the redirect to https://; whoever wants TLS on
port 80 switches that off for them. Port 80 of one address and port 80 of loopback are two.

wrong:
    sites:
      a.example.com: {listen: [":8080"]}
      b.example.com: {listen: ["http://:8080"]}
right:
    sites:
      a.example.com: {listen: [":8080"]}
      b.example.com: {listen: ["http://:8081"]})"},
    {.code = "GH3303",
     .title = "a name with two sites on one listener",
     .text =
         R"(A request goes to the site that has published its name on the listener that it arrived at. Two
sites may share a name only on different listeners. To send some paths elsewhere, give one
site `routes`; to change over from one site to another, disable the first.

wrong:
    sites:
      old: {names: [files.example.com], upstreams: http://127.0.0.1:8080}
      new: {names: [files.example.com], upstreams: http://127.0.0.1:8081}
right:
    sites:
      old: {names: [files.example.com], upstreams: http://127.0.0.1:8080, enabled: false}
      new: {names: [files.example.com], upstreams: http://127.0.0.1:8081})"},
    {.code = "GH3304",
     .title = "two sites for every other name",
     .text =
         R"(A site with the name "*" answers for every name that no other site of its listener has. There
can be one of them on each listener.

wrong:
    sites:
      "*": http://127.0.0.1:8080
      rest: {names: ["*"], upstreams: http://127.0.0.1:8081}
right:
    sites:
      "*": http://127.0.0.1:8080
      rest: {names: ["*"], listen: [":8443"], upstreams: http://127.0.0.1:8081})"},
    {.code = "GH3305",
     .title = "two entries for one listener",
     .text =
         R"(Two keys of `listeners` are the same address in two spellings. What they say may differ, so
that one entry has to hold it all.

wrong:
    listeners:
      ":443": {unknown_names: refuse}
      "*:443": {no_name: refuse}
right:
    listeners:
      ":443": {unknown_names: refuse, no_name: refuse})"},
    {.code = "GH3306",
     .title = "a binding for a site that does not exist",
     .text =
         R"(`site` of a binding is the key of an entry under `sites`. Without it the requests go to the site
that publishes the name they ask for.

wrong:
    bindings:
      pbx: {at: [pbx.example.com:8443], site: phone}
    sites:
      phones: {names: [pbx.example.com]}
right:
    bindings:
      pbx: {at: [pbx.example.com:8443], site: phones}
    sites:
      phones: {names: [pbx.example.com]})"},
    {.code = "GH3307",
     .title = "an endpoint that is bound twice",
     .text =
         R"(Two bindings name the same endpoint with different certificates, sites or TLS profiles; a
client that comes there can get one of them only. One binding may have many endpoints.

wrong:
    bindings:
      old: {at: [pbx.example.com:443], tls_profile: compatible}
      new: {at: [pbx.example.com:443], tls_profile: modern}
right:
    bindings:
      old: {at: [pbx.example.com:8443], tls_profile: compatible}
      new: {at: [pbx.example.com:443], tls_profile: modern})"},
    {.code = "GH3308",
     .title = "a name with two certificates on one port",
     .text =
         R"(A site says its certificate, and a binding says another one for the same name and port. Which
of them a client gets must not depend on an order that nobody sees.

wrong:
    sites:
      a.example.com:
        certificate: {files: {certificate: /etc/ssl/a.crt, key: /etc/ssl/a.key}}
    bindings:
      a:
        at: [a.example.com:443]
        certificate: {files: {certificate: /etc/ssl/b.crt, key: /etc/ssl/b.key}}
right:
    sites:
      a.example.com:
        certificate: {files: {certificate: /etc/ssl/b.crt, key: /etc/ssl/b.key}})"},
    {.code = "GH3501",
     .title = "plain HTTP to another machine",
     .text =
         R"(Clients reach the site by TLS, but from here to the application their requests, with cookies
and passwords, cross a network in plain text. Where that way is protected otherwise (a private
network, a tunnel), say so; then it is shown in lists and no longer warned of. An application
on this machine, or one behind a gatehouse of its own on loopback, needs no word.

wrong:
    sites:
      files.example.com: http://10.0.0.5:80
right:
    sites:
      files.example.com: {upstreams: http://10.0.0.5:80, trust_boundary: true})"},
    {.code = "GH3502",
     .title = "a binding for a site that is not enabled",
     .text =
         R"(The handshake succeeds with the certificate of the binding, and then nobody answers, because
the site is not published.

wrong:
    bindings: {pbx: {at: [pbx.example.com:8443], site: phones}}
    sites: {phones: {names: [pbx.example.com], enabled: false}}
right:
    gatehouse site enable phones)"},
    {.code = "GH3503",
     .title = "a binding for a name that nobody publishes",
     .text =
         R"(The handshake succeeds with the certificate of the binding, but no site has the name, so that
each request is answered with 404. Publish the name, or say which site is meant.

wrong:
    bindings: {pbx: {at: [pbx.example.com:8443]}}
    sites: {phones: {names: [phones.example.com]}}
right:
    bindings: {pbx: {at: [pbx.example.com:8443], site: phones}}
    sites: {phones: {names: [phones.example.com]}})"},
});

}  // namespace

std::span<const Explanation> together_codes() { return kTable; }

}  // namespace gatehouse::config
