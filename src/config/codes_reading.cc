#include <array>

#include "config/codes.h"

namespace gatehouse::config {
namespace {

constexpr auto kTable = std::to_array<Explanation>({
    {.code = "GH2101",
     .title = "the configuration is no map",
     .text =
         R"(At the top of a configuration file stand names, each with a value behind a colon. A file
that is a list or a single text says nothing that gatehouse knows; often a colon or a blank
behind it is missing, or it is the file of another program.

wrong:
    - version: 1
right:
    version: 1)"},
    {.code = "GH2102",
     .title = "the version is missing",
     .text =
         R"(The first line of a configuration says in which version of the schema it is written, so that
a later gatehouse can still read it as it was meant. Only version 1 exists. Files in conf.d
need not repeat it.

wrong:
    sites:
      files.example.com: http://127.0.0.1:8080
right:
    version: 1
    sites:
      files.example.com: http://127.0.0.1:8080)"},
    {.code = "GH2103",
     .title = "a version that this gatehouse does not know",
     .text =
         R"(The file says that it is written in another version of the schema. Only version 1 exists;
the number is that of the schema, not that of the program, and no other program's. If a
later gatehouse wrote the file, use that one.

wrong:
    version: 2
right:
    version: 1)"},
    {.code = "GH2104",
     .title = "the same name twice",
     .text =
         R"(Within one map each name stands once. Programs differ in which of two they take, and the
reader of the file cannot know; so neither is taken. To say a thing again in another file,
see GH2301.

wrong:
    sites:
      files.example.com: http://127.0.0.1:8080
      files.example.com: http://127.0.0.1:9090
right:
    sites:
      files.example.com: [http://127.0.0.1:8080, http://127.0.0.1:9090])"},
    {.code = "GH2105",
     .title = "this cannot be a name",
     .text =
         R"(Before the colon stands a name: a text of at most 255 characters in one line, no list, no
map and no ${...}. Names say which setting or which site is meant; they are written where
everybody sees them.

wrong:
    sites:
      ${env:HOST}: http://127.0.0.1:8080
right:
    sites:
      files:
        names: ["${env:HOST}"]
        upstreams: http://127.0.0.1:8080)"},
    {.code = "GH2106",
     .title = "a value is missing",
     .text =
         R"(A name stands there without a value, or with null, `~` or an empty text. Whether that means
"the default", "nothing" or "I will fill this in later" cannot be known. Remove the name
where the default is meant, and write `[]` or `{}` where an empty list or map is meant.

wrong:
    sites:
      files.example.com:
    #   upstreams: http://127.0.0.1:8080
right:
    sites:
      files.example.com:
        upstreams: http://127.0.0.1:8080)"},
    {.code = "GH2107",
     .title = "unknown field",
     .text =
         R"(A name stands where gatehouse knows no setting of that name. Names are case-sensitive, and
each belongs to one place: `upstreams` belongs to a site, not to the top of the file.
Nothing is ignored silently, since a setting with a typing error would not do what you rely
on.

wrong:
    sites:
      files.example.com:
        upstrem: http://127.0.0.1:8080
right:
    sites:
      files.example.com:
        upstreams: http://127.0.0.1:8080)"},
    {.code = "GH2108",
     .title = "another kind of value is needed",
     .text =
         R"(A list, a map or a single value stands where another of them is needed, or true and false
stand where a text is. Elements of a list begin with `- ` or stand in [ ]; what belongs
under a name stands two spaces further in. A single value in the place of a list of texts is
a list of one.

wrong:
    timeouts: 10s
right:
    timeouts:
      connect: 10s)"},
    {.code = "GH2109",
     .title = "yes, no, on or off without quotes",
     .text =
         R"(To some programs these words are truth values, to others texts; the same file would mean two
things. No setting has such a value: truth values are written `true` and `false`. Where the
word itself is meant, put it in quotes.

wrong:
    trust_boundary: yes
right:
    trust_boundary: true)"},
    {.code = "GH2110",
     .title = "neither true nor false",
     .text =
         R"(This setting is a truth value. It is written `true` or `false`, in small letters and without
quotes.

wrong:
    trust_boundary: "true"
    enabled: 1
right:
    trust_boundary: true
    enabled: true)"},
    {.code = "GH2111",
     .title = "no whole number, or one out of bounds",
     .text =
         R"(This setting is a whole number. It is written in digits, without quotes, fractions, units,
separators and leading zeros (which mean base 8 to some programs). The message says from
where to where.

wrong:
    limits: {head: 32k, fields: 0128}
right:
    limits: {head: 32768, fields: 128})"},
    {.code = "GH2112",
     .title = "not one of the values there are",
     .text =
         R"(This setting has a few values only, each a word in small letters. `gatehouse config schema`
lists them for every setting, and so does the reference of the configuration.

wrong:
    tls: strict
right:
    tls: modern)"},
    {.code = "GH2113",
     .title = "a value that is no line of text",
     .text =
         R"(Values are single lines of UTF-8 text. A line end inside a value comes from a block text
(`|`), from an escape such as \n, or from a file or variable that ${...} names; other
control characters are never meant.

wrong:
    owner: |
      filesrv
right:
    owner: filesrv)"},
    {.code = "GH2301",
     .title = "two places say different things",
     .text =
         R"(The files of a configuration are one: maps of several files are put together, and a list of
a later file in conf.d takes the place of an earlier one. A single value may be said twice
only if it is the same; otherwise the order of file names would decide silently. What a file
says, the API does not change, and no file changes what a flag says.

wrong:
    gatehouse.yaml:       tls: modern
    conf.d/10-tls.yaml:   tls: compatible
right:
    gatehouse.yaml:       (nothing about tls)
    conf.d/10-tls.yaml:   tls: compatible)"},
    {.code = "GH2401",
     .title = "a ${...} that names nothing",
     .text =
         R"(A value can come from elsewhere: ${env:NAME} from the environment, ${file:/path} from a
file, ${cred:name} from a credential of the service manager. Anything else between ${ and }
is an error; a plain `${` is written `$${`.

wrong:
    owner: ${OWNER}
right:
    owner: ${env:OWNER})"},
    {.code = "GH2402",
     .title = "an environment variable is not set",
     .text =
         R"(${env:NAME} takes the value of an environment variable of the service, and it has none of
this name. The environment of your shell is not that of the service: with systemd it comes
from Environment= and EnvironmentFile= of the unit.

wrong:
    owner: ${env:OWNER}                  (and nothing sets OWNER)
right:
    $ systemctl edit gatehouse           ([Service], Environment=OWNER=filesrv))"},
    {.code = "GH2403",
     .title = "a file that ${file:} names cannot be used",
     .text =
         R"(${file:/path} takes the content of a file: of at most 64 KiB, without the line end behind
it. The file must belong to root or to the user of gatehouse, and nobody else may write it:
who can write it would otherwise write your configuration.

wrong:
    -rw-rw-rw- 1 alice users /etc/gatehouse/owner
right:
    -rw-r----- 1 root gatehouse /etc/gatehouse/owner)"},
    {.code = "GH2404",
     .title = "a credential is missing",
     .text =
         R"(${cred:name} takes a credential that the service manager hands over: systemd puts it into a
folder that only this service can read. The unit must name it with LoadCredential= or
LoadCredentialEncrypted=, and gatehouse must have been started by that unit.

wrong:
    ${cred:token} without a line for it in the unit
right:
    [Service]
    LoadCredential=token:/etc/gatehouse/token)"},
    {.code = "GH2405",
     .title = "a file or credential may not be read from here",
     .text =
         R"(gatehouse can read files that its clients cannot. ${file:} and ${cred:} therefore work only
in configuration files that belong to root or to the user of gatehouse and that nobody else
may write; not in what the API is given, and not in a file that others can change.

wrong:
    -rw-rw-r-- 1 root users /etc/gatehouse/gatehouse.yaml
right:
    -rw-r--r-- 1 root root /etc/gatehouse/gatehouse.yaml)"},
    {.code = "GH2406",
     .title = "${...} puts in too much",
     .text =
         R"(The values that ${env:}, ${file:} and ${cred:} put into one configuration are bounded: 4 MiB
in all. A configuration that needs more names a large file many times.

wrong:
    a file of 64 KiB in each of a hundred values
right:
    a file that holds the one value that is needed)"},
});

}  // namespace

std::span<const Explanation> reading_codes() { return kTable; }

}  // namespace gatehouse::config
