#include <array>

#include "config/codes.h"

namespace gatehouse::config {
namespace {

constexpr auto kTable = std::to_array<Explanation>({
    {.code = "GH3000",
     .title = "more errors than are shown",
     .text =
         R"(After a hundred errors and warnings the rest is counted only: most of them tend to have one
cause, as a wrong indentation or a file of another program. Repair the first ones and look
again.

wrong:
    101 sites whose upstreams begin with ftp://
right:
    gatehouse config validate      (repair, and once more))"},
    {.code = "GH3101",
     .title = "this cannot be the key of a site or binding",
     .text =
         R"(The key names a site or binding in lists, in messages and on the command line. It is a text of
at most 253 bytes without control characters and without ${; for a site it is usually the
server name itself.

wrong:
    sites:
      "": {names: [files.example.com]}
right:
    sites:
      files: {names: [files.example.com]})"},
    {.code = "GH3102",
     .title = "more than goes into one list",
     .text =
         R"(Lists are bounded, so that no configuration can take all memory: 65536 bytes of names, 64
addresses, 256 upstreams and 1024 routes for a site, 1024 endpoints for a binding. Several
sites may go to the same upstreams; a wildcard stands for many names.

wrong:
    names: [a1.example.com, a2.example.com, (and five thousand more)]
right:
    names: ["*.example.com"])"},
    {.code = "GH3103",
     .title = "a site without a server name",
     .text =
         R"(Clients ask for a site by a server name, in the handshake and in the Host field. The key of a
site is that name, unless `names` says others. Here the key is none, and there is no `names`.

wrong:
    sites:
      my files: http://127.0.0.1:8080
right:
    sites:
      my files:
        names: [files.example.com]
        upstreams: http://127.0.0.1:8080)"},
    {.code = "GH3104",
     .title = "this is no server name",
     .text =
         R"(A name is what stands between // and the port of a URL: a DNS name, an IP address, or *. and a
name, where the star stands for one whole label (*.example.com is www.example.com, neither
example.com nor a.b.example.com). "*" alone is every name that no other site has. Ports belong
to `listen`, paths to `routes`, and letters beyond ASCII are written as DNS has them (xn--...).

wrong:
    names: [https://files.example.com:8443/]
right:
    names: [files.example.com]
    listen: [":8443"])"},
    {.code = "GH3105",
     .title = "twice the same in one list",
     .text =
         R"(The same name, address or endpoint stands twice in one list, perhaps in two spellings
(:443 and *:443 are the same, names have no upper and lower case). One of them was probably
meant to be another one, so it is told instead of being passed over.

wrong:
    listen: [":443", "*:443"]
right:
    listen: [":443", ":8443"])"},
    {.code = "GH3106",
     .title = "this is no address to listen on",
     .text =
         R"(A listener has a port, and before it nothing (every address of this machine), localhost, or
one address of this machine. IPv6 addresses stand in brackets. http:// before it makes it a
listener without TLS. A server name has no place there: names are published by `names`.

wrong:
    listen: [files.example.com:443]
right:
    names: [files.example.com]
    listen: [":443"])"},
    {.code = "GH3107",
     .title = "this is no upstream",
     .text =
         R"(An upstream is the server behind a site: http:// with a host and a port, or unix: with the
whole path of a socket. It has no path, no user and no password; requests keep their own path.
TLS to upstreams (https://) is not spoken by this version yet.

wrong:
    upstreams: [127.0.0.1:8080/app]
right:
    upstreams: [http://127.0.0.1:8080])"},
    {.code = "GH3108",
     .title = "this is no path of a route",
     .text =
         R"(A route has a path, which begins with / and is compared with the beginning of a request's path
at the end of a segment: /api takes /api and /api/x, not /apix. It has no host, no query and
no wildcards.

wrong:
    routes: [{path: "api/*", upstreams: http://127.0.0.1:9000}]
right:
    routes: [{path: /api, upstreams: http://127.0.0.1:9000}])"},
    {.code = "GH3109",
     .title = "a route that says nothing",
     .text =
         R"(A route either sends the requests of its path to `upstreams` of its own, or says by `http` what
happens to plain HTTP there, or both. This one does neither.

wrong:
    routes: [{path: /api}]
right:
    routes: [{path: /api, upstreams: http://127.0.0.1:9000}])"},
    {.code = "GH3110",
     .title = "this is no policy for plain HTTP",
     .text =
         R"(What happens to plain HTTP is one of three: redirect sends clients to https://, refuse answers
with a sentence or does not listen at all, keep serves them.

wrong:
    http: {external: allow}
right:
    http: {external: keep})"},
    {.code = "GH3111",
     .title = "two routes with the same path",
     .text =
         R"(The longest path that fits decides where a request goes; between two equal ones nothing does.
Upstreams that share the load of a path belong into one route.

wrong:
    routes:
      - {path: /api, upstreams: http://127.0.0.1:9000}
      - {path: /api, upstreams: http://127.0.0.1:9001}
right:
    routes:
      - {path: /api, upstreams: [http://127.0.0.1:9000, http://127.0.0.1:9001]})"},
    {.code = "GH3112",
     .title = "a redirect that leads nowhere",
     .text =
         R"(Plain HTTP is redirected to the same site at https://, on the port of its first listener with
TLS. This site has none, so that every client would be sent to a closed door.

wrong:
    listen: ["http://:8080"]
    http: {listen: [":80"]}
right:
    listen: [":443"]
    http: {listen: [":80"]})"},
    {.code = "GH3113",
     .title = "plain HTTP is off, and yet more is said of it",
     .text =
         R"(`off: true` means that a site has no plain HTTP at all, not on loopback either. Whoever also
writes a policy or a port expects something of it; so one of the two has to go.

wrong:
    http: {off: true, loopback: keep}
right:
    http: {external: refuse, loopback: keep})"},
    {.code = "GH3114",
     .title = "a certificate needs its two files",
     .text =
         R"(A certificate of one's own is a pair: the file with the certificate and its chain, and the file
with the private key, both PEM. Both are named, even if one file holds both. Without
`certificate` the default identity of this machine answers.

wrong:
    certificate: {files: {certificate: /etc/ssl/files.crt}}
right:
    certificate: {files: {certificate: /etc/ssl/files.crt, key: /etc/ssl/private/files.key}})"},
    {.code = "GH3115",
     .title = "this is not the whole path of a file",
     .text =
         R"(A service has no folder that its files begin at, so that paths are written from the root on:
they begin with / and name a file, not a folder.

wrong:
    certificate: {files: {certificate: files.crt, key: ~/files.key}}
right:
    certificate: {files: {certificate: /etc/ssl/files.crt, key: /etc/ssl/private/files.key}})"},
    {.code = "GH3116",
     .title = "this is no TLS profile",
     .text =
         R"(A profile is versions and cipher suites together: modern is TLS 1.3 only, intermediate (the
default) is 1.2 and 1.3 with forward secrecy, compatible also takes old suites of TLS 1.2 for
clients such as Windows 8.1. Nothing weaker can be configured.

wrong:
    tls: TLSv1.2
right:
    tls: intermediate)"},
    {.code = "GH3117",
     .title = "this is no owner",
     .text =
         R"(An owner says to whom a site, binding or listener belongs, so that they can be listed and
removed together. It is one word of at most 64 letters, digits and . _ - @ + /.

wrong:
    owner: the file server, plant 4
right:
    owner: filesrv@plant4)"},
    {.code = "GH3120",
     .title = "a binding without endpoints",
     .text =
         R"(A binding says which certificate answers where. Where is a list of endpoints: a server name
with a port, found by what the client asks for (SNI), or an address with a port.

wrong:
    bindings:
      pbx: {owner: pbx}
right:
    bindings:
      pbx: {owner: pbx, at: [pbx.example.com:5061, "10.0.0.5:5061"]})"},
    {.code = "GH3121",
     .title = "this is no endpoint",
     .text =
         R"(An endpoint is a server name or an address, a colon and a port from 1 to 65535. IPv6 addresses
stand in brackets. There is no endpoint for every name: that is what the default of a listener
is for.

wrong:
    at: [pbx.example.com, "*:5061"]
right:
    at: [pbx.example.com:5061])"},
    {.code = "GH3122",
     .title = "this is no listener",
     .text =
         R"(The keys of `listeners` are addresses, written as in the `listen` of a site: ":443",
"localhost:8443", "10.0.0.5:8443". They concern listeners with TLS; about one without TLS there
is nothing to say.

wrong:
    listeners:
      "443": {unknown_names: refuse}
right:
    listeners:
      ":443": {unknown_names: refuse})"},
    {.code = "GH3123",
     .title = "this is nothing that an unknown client can get",
     .text =
         R"(A client that asks for a name which nobody published, or for none, either gets the default
identity of this machine (default) or is refused in the handshake (refuse).

wrong:
    listeners:
      ":443": {unknown_names: drop}
right:
    listeners:
      ":443": {unknown_names: refuse})"},
    {.code = "GH3130",
     .title = "a version that this program does not read",
     .text =
         R"(The version is that of the schema, not of the program. Only 1 exists.

The API and files of another gatehouse may hold a later one; then this program is too old.

wrong:
    version: 3
right:
    version: 1)"},
    {.code = "GH3131",
     .title = "the local CA cannot be permitted to certify this",
     .text =
         R"(The certificate authority of this machine is bound to names and networks when it is made, at
the first start. Beside the machine's own, `permit` adds domains (with everything below them),
single names and networks. A star is not needed, and a network has zeros behind its prefix.

wrong:
    local_ca: {permit: ["*.plant4.local", 10.20.0.1/16]}
right:
    local_ca: {permit: [.plant4.local, 10.20.0.0/16]})"},
    {.code = "GH3132",
     .title = "this is no duration",
     .text =
         R"(A duration is a whole number with its unit: ms, s, m or h. It is at least 1ms and at most 720h;
no wait is without an end.

wrong:
    timeouts: {head: 10, tunnel: never}
right:
    timeouts: {head: 10s, tunnel: 24h})"},
    {.code = "GH3133",
     .title = "a limit out of its range",
     .text =
         R"(Limits hold between bounds that keep the program working: a head of 1024 to 32768 bytes with at
most 128 fields, and at least one connection. 0 for `body` means that content is not limited.

wrong:
    limits: {head: 100000}
right:
    limits: {head: 32768})"},
    {.code = "GH3134",
     .title = "requests cannot be recorded there",
     .text =
         R"(The access log is a file by its whole path, "-" for standard output, or "off". The folder of
the file has to exist, and the user of the service needs the right to write there.

wrong:
    logs: {access: access.log}
right:
    logs: {access: /var/log/gatehouse/access.log})"},
    {.code = "GH3135",
     .title = "metrics are served on loopback only",
     .text =
         R"(Metrics are read without a password and tell names and numbers of what is served. So they
listen on an address that only this machine reaches: 127.0.0.1 or ::1, and a port. A collector
on another machine reads them through a site of its own, or by an agent here.

wrong:
    metrics: ":9100"
right:
    metrics: 127.0.0.1:9100)"},
    {.code = "GH3136",
     .title = "this is no account",
     .text =
         R"(Who may administer is said by the names of users and groups of this machine; a group has @
before it, and quotes because of it.

wrong:
    admin: {readers: ["monitoring group"]}
right:
    admin: {readers: ["@monitoring"]})"},
    {.code = "GH3137",
     .title = "this is no number of workers",
     .text =
         R"(Workers are threads that serve; one for each CPU is the default and hardly ever wrong.

A fixed number is for machines that do other work as well: 1 to 1024.

wrong:
    process: {workers: 0}
right:
    process: {workers: 2})"},
    {.code = "GH3138",
     .title = "this is no network",
     .text =
         R"(A network is an address and the length of its prefix, with zeros behind the prefix; one address
alone is a network of one. What proxies in these networks say of their clients is believed, so
that each digit counts.

wrong:
    trusted_proxies: [10.1.2.3/8]
right:
    trusted_proxies: [10.0.0.0/8])"},
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

std::span<const Explanation> value_codes() { return kTable; }

}  // namespace gatehouse::config
