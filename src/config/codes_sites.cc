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
whole path of a socket. h2c:// and h2c+unix: are the same for servers that speak HTTP/2 without TLS,
such as those of gRPC. It has no path, no user and no password; requests keep their own path. TLS to
upstreams (https://) is not spoken by this version yet.

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
     .title = "which certificate is not said",
     .text =
         R"(A certificate of one's own is one of the store, by its name, thumbprint, subject or server name
(`gatehouse cert list` shows them), or a pair of files: the certificate with its chain, and its
private key, both PEM. Both are named, even if one file holds both. Without `certificate` the
default identity of this machine answers.

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
    {.code = "GH3118",
     .title = "two ways to say which certificate",
     .text =
         R"(A certificate is chosen by one thing: the name, the thumbprint, the subject or a server name of
one in the store, or by two files. Two of them could mean different certificates.

wrong:
    certificate: {name: files, subject: "CN=files.example.com"}
right:
    certificate: {name: files})"},
    {.code = "GH3119",
     .title = "this can choose no certificate",
     .text =
         R"(A name has 1 to 200 bytes without control characters. A thumbprint has 8 to 64 hexadecimal
digits, with any spaces, colons and dashes between them. A subject is a common name, or
attributes such as CN=files,O=Example. A server name is a host name, an address or a wildcard.

wrong:
    certificate: {thumbprint: 3f:a9}
right:
    certificate: {thumbprint: "3f:a9:01:7c"})"},
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
    {.code = "GH3124",
     .title = "a second certificate that nothing stands beside",
     .text =
         R"(`second_certificate` is for clients that cannot verify the first: an RSA certificate beside an
ECDSA one, for the same names. Without a first one, or as the same certificate again, it says
nothing. Which of both is first does not matter.

wrong:
    sites:
      files.example.com: {second_certificate: {name: files-rsa}}
right:
    sites:
      files.example.com: {certificate: {name: files}, second_certificate: {name: files-rsa}})"},
    {.code = "GH3125",
     .title = "upstreams of one route that speak different protocols",
     .text =
         R"(Each upstream of a site or route has to be able to answer every request, so all of them speak
HTTP/1.1 (http://, unix:), or all of them speak HTTP/2 without TLS (h2c://, h2c+unix:). What belongs
to another server has a route of its own.

wrong:
    upstreams: [http://127.0.0.1:8080, h2c://127.0.0.1:9000]
right:
    upstreams: [http://127.0.0.1:8080]
    routes: [{path: /api, upstreams: h2c://127.0.0.1:9000}])"},
});

}  // namespace

std::span<const Explanation> site_codes() { return kTable; }

}  // namespace gatehouse::config
