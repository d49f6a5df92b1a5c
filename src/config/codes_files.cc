#include <array>

#include "config/codes.h"

namespace gatehouse::config {
namespace {

constexpr auto kTable = std::to_array<Explanation>({
    {.code = "GH2001",
     .title = "the configuration file does not exist",
     .text =
         R"(gatehouse was told to read this file, or reads it because it is the usual one, and it is not
there. Files in the folder conf.d beside it are read together with it, never without it: it
says which version of the schema all of them are written in.

wrong:
    $ gatehouse config validate /etc/gatehouse/gatehous.yaml
right:
    $ echo 'version: 1' > /etc/gatehouse/gatehouse.yaml
    $ gatehouse config validate /etc/gatehouse/gatehouse.yaml)"},
    {.code = "GH2002",
     .title = "a file of the configuration cannot be read",
     .text =
         R"(The file is there, but it cannot be opened or is no regular file: a folder, a pipe, or a
symbolic link to something that is gone. A file that is left out silently would make a site
disappear, so nothing is changed before it can be read. The user of the service needs the
right to read the file and to pass through every folder above it.

wrong:
    /etc/gatehouse/conf.d/10-files.yaml -> /srv/shared/files.yaml   (which was removed)
right:
    /etc/gatehouse/conf.d/10-files.yaml -> /srv/shared/files.yaml   (which is there and readable))"},
    {.code = "GH2003",
     .title = "a file of the configuration is too large",
     .text =
         R"(What is read is bounded, so that no file can take all memory: 4 MiB for one file, 64 MiB for
all, a million values in one file, 32 lists and maps in one another. Ten thousand sites need
about 1 MiB. Several files in conf.d are read as one configuration.

wrong:
    gatehouse.yaml with 5 MiB
right:
    gatehouse.yaml, conf.d/10-plant.yaml and conf.d/20-office.yaml)"},
    {.code = "GH2004",
     .title = "characters that are no text",
     .text =
         R"(A configuration is text in UTF-8. Editors of other systems sometimes write UTF-16 or
Latin-1, and a control character that nobody sees can make a name look like another one. A
byte order mark at the beginning and line ends of Windows are accepted.

wrong:
    a file that was saved as "Unicode" or "ANSI"
right:
    a file that was saved as "UTF-8"; `iconv -f latin1 -t utf-8 old.yaml > new.yaml` converts)"},
    {.code = "GH2005",
     .title = "a tab in the indentation",
     .text =
         R"(In YAML the indentation says what belongs to what, and a tab has no agreed width. Indent
with spaces only, two for each level; most editors can be told to do so for .yaml files.

wrong:
    sites:
    <tab>files.example.com: http://127.0.0.1:8080
right:
    sites:
      files.example.com: http://127.0.0.1:8080)"},
    {.code = "GH2006",
     .title = "this is not YAML",
     .text =
         R"(The text stops making sense at this place; what stands after it in the same file could not
be read. The cause is often one line earlier: quotes or brackets that are never closed, an
indentation that fits nothing, or `: ` inside a text without quotes.

wrong:
    sites:
      files.example.com: http://127.0.0.1:8080
       chat.example.com: http://127.0.0.1:8065
right:
    sites:
      files.example.com: http://127.0.0.1:8080
      chat.example.com: http://127.0.0.1:8065)"},
    {.code = "GH2007",
     .title = "this is not JSON",
     .text =
         R"(A file whose name ends with .json is read as JSON (RFC 8259): names and texts in double
quotes, commas between elements and none behind the last one, no comments. What stands after
this place could not be read. A file whose name ends with .yaml may have comments, and JSON
in it is understood too.

wrong:
    {"version": 1, 'tls': "modern",}
right:
    {"version": 1, "tls": "modern"})"},
    {.code = "GH2008",
     .title = "anchors, aliases and merge keys",
     .text =
         R"(YAML can name a value with `&name`, repeat it with `*name` and merge maps with `<<`. Then a
value is no longer what its line says, and a short file can stand for gigabytes; so they are
not read. Often none is meant: `*.example.com` and `*` need quotes, for without them they
begin an alias.

wrong:
    names: [*.example.com]
right:
    names: ["*.example.com"])"},
    {.code = "GH2009",
     .title = "a tag",
     .text =
         R"(In YAML `!name` before a value gives it a type. Here every setting has a type of its own, so
a tag could only contradict it. Text that begins with an exclamation mark stands in quotes.

wrong:
    owner: !filesrv
right:
    owner: "!filesrv")"},
    {.code = "GH2010",
     .title = "several documents in one file",
     .text =
         R"(A line of `---` begins a further YAML document. A configuration file is one document; what
would happen to a second one is not obvious, so it is refused. One `---` at the very top is
fine. Parts of a configuration belong into files of their own in conf.d.

wrong:
    version: 1
    ---
    tls: modern
right:
    version: 1
    tls: modern)"},
    {.code = "GH2012",
     .title = "further errors are not shown",
     .text =
         R"(One reading shows a thousand errors at most. So many have few causes as a rule: a file of
another program, or a name above everything else that is wrong. Repair the first ones and
validate again.

wrong:
    a list of ten thousand sites under `site:`
right:
    the same list under `sites:`)"},
    {.code = "GH2013",
     .title = "others can change the configuration",
     .text =
         R"(The file, or the folder conf.d, can be written by somebody who is neither root nor the user of
gatehouse. Whoever writes it decides what is published, and which files of this machine are read
for it. It is taken as it is, with this warning; ${file:} and ${cred:} do not work in it.

wrong:
    -rw-rw-r-- 1 root users /etc/gatehouse/gatehouse.yaml
right:
    -rw-r--r-- 1 root root /etc/gatehouse/gatehouse.yaml)"},
});

}  // namespace

std::span<const Explanation> file_codes() { return kTable; }

}  // namespace gatehouse::config
