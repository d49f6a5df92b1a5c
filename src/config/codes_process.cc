#include <array>

#include "config/codes.h"

namespace gatehouse::config {
namespace {

constexpr auto kTable = std::to_array<Explanation>({
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
         R"(The access log is a file by its whole path, "-" for standard output, `journal`, or `none`.
The folder of the file has to exist, and the user of the service needs the right to write there.

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
    {.code = "GH3140",
     .title = "a copy without a file",
     .text =
         R"(A copy keeps files current that hold one certificate, for software that reads it from there. Each
of certificate_file, chain, fullchain, key and combined is the whole path of a file; one at
least is named.

wrong:
    copies:
      pbx: {certificate: {name: pbx}}
right:
    copies:
      pbx: {certificate: {name: pbx}, fullchain: /etc/asterisk/pbx.crt, key: /etc/asterisk/pbx.key})"},
    {.code = "GH3141",
     .title = "this is no file for a copy",
     .text =
         R"(The files of copies are written from the root on, they begin with /, and each is written by one
field of one copy: a file holds one thing.

wrong:
    pbx: {fullchain: pbx.crt, key: /etc/asterisk/pbx.pem, combined: /etc/asterisk/pbx.pem}
right:
    pbx: {combined: /etc/asterisk/pbx.pem})"},
    {.code = "GH3142",
     .title = "a command that is too long",
     .text =
         R"(The command after a change is a list of words: the program and its arguments, 64 at most. No shell
reads it, so that quotes, pipes and variables mean nothing; write a script for those.

wrong:
    run: [cp, a, b, c, (and a hundred more)]
right:
    run: [/usr/local/sbin/reload-pbx])"},
    {.code = "GH3143",
     .title = "an owner, mode or time that is none",
     .text =
         R"(Owner and group are names of this machine. The mode is octal, is for files with the private key,
and gives others nothing: "0600" or "0640". The timeout is a number with a unit, as 30s.

wrong:
    {owner: "@asterisk", mode: "0644", timeout: 30}
right:
    {owner: asterisk, mode: "0640", timeout: 30s})"},
});

}  // namespace

std::span<const Explanation> process_codes() { return kTable; }

}  // namespace gatehouse::config
