#include "cli/man_page.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/exit_code.h"
#include "cli/grammar.h"

namespace gatehouse::cli {
namespace {

// Text for troff: no escapes, no requests, and a hyphen that can be copied.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool begins = out.empty() || out.back() == '\n';
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '~') {
      out += "\\(ti";
    } else {
      out += c;
    }
  }
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find("\n\n"));
    text.remove_prefix(std::min(text.size(), one.size() + 2));
    out += fmt::format(".PP\n{}\n", escaped(one));
  }
  return out;
}

std::string synopsis(const Verb& verb) {
  return fmt::format(".B gatehouse {}\n{}{}.br\n", escaped(verb.path()),
                     verb.operands.empty() ? "" : fmt::format("{}\n", escaped(verb.operands)),
                     verb.flags().empty() ? "" : "[flags]\n");
}

std::string flag_text(const FlagNote& flag) {
  std::string out = fmt::format(".TP\n\\fB{}\\fR", escaped(flag.name));
  if (!flag.value.empty()) out += fmt::format(" \\fI{}\\fR", escaped(flag.value));
  out += fmt::format("\n{}", escaped(flag.help));
  if (flag.repeatable) out += " May be given several times.";
  if (flag.variable != nullptr) out += fmt::format(" In the environment: {}.", flag.variable);
  return out + "\n";
}

std::string examples(std::string_view lines) {
  return lines.empty() ? "" : fmt::format(".PP\n.nf\n.RS\n{}\n.RE\n.fi\n", escaped(lines));
}

std::string verb_text(const Verb& verb) {
  std::string out = paragraphs(verb.text.empty() ? fmt::format("{}.", verb.summary) : verb.text);
  for (const FlagNote& flag : verb.flags()) out += flag_text(flag);
  return out + examples(verb.examples);
}

std::string exit_status() {
  std::string out = ".SH EXIT STATUS\n";
  for (const ExitCode& one : kExitCodes) {
    out += fmt::format(".TP\n.B {}\n{}\n", one.code, escaped(one.means));
  }
  return out;
}

std::string head(std::string_view name, std::string_view summary, std::string_view version) {
  std::string title(name);
  std::ranges::transform(title, title.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format(
      ".TH {} 1 \"\" \"gatehouse {}\" \"gatehouse\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
      escaped(title), escaped(version), escaped(name), escaped(summary));
}

constexpr std::string_view kEnvironment = R"(.SH ENVIRONMENT
Flags win over the variables that stand for them.
.TP
.B NO_COLOR
If it is set to anything, nothing is coloured.
)";

constexpr std::string_view kFiles = R"(.SH FILES
.TP
.I /etc/gatehouse/gatehouse.yaml
The configuration that the packaged service reads, with the files of conf.d beside it.
.TP
.I /run/gatehouse/admin.sock
Where the packaged service is administered.
)";

std::string page_of(const std::vector<Verb>& about, std::string_view name, std::string_view summary,
                    std::string_view version) {
  std::string out = head(name, summary, version);
  for (const Verb& verb : about) out += synopsis(verb);
  if (about.size() == 1) return out + ".SH DESCRIPTION\n" + verb_text(about.front());
  out += ".SH DESCRIPTION\n";
  for (const Verb& verb : about) {
    out += fmt::format(".SS gatehouse {}{}\n{}", escaped(verb.path()),
                       verb.operands.empty() ? "" : fmt::format(" {}", escaped(verb.operands)),
                       verb_text(verb));
  }
  return out;
}

std::string hyphened(std::string_view about) {
  std::string name = fmt::format("gatehouse {}", about);
  std::ranges::replace(name, ' ', '-');
  return name;
}

}  // namespace

Result<std::string> man_page(std::string_view about, std::string_view version) {
  const auto all = verbs();
  const std::string end = exit_status() + std::string(kEnvironment) + std::string(kFiles);
  if (about.empty()) {
    return page_of(all, "gatehouse", "HTTPS in front of an application", version) + end;
  }
  std::vector<Verb> meant;
  for (const Verb& verb : all) {
    if (verb.path() == about || verb.noun == about) meant.push_back(verb);
  }
  if (meant.empty()) {
    return usage_error(
        fmt::format("There is no verb \"{}\". See gatehouse help.", printable(about)));
  }
  const std::string summary =
      meant.size() == 1 ? std::string(meant.front().summary) : fmt::format("verbs of {}", about);
  return page_of(meant, hyphened(about), summary, version) + end +
         ".SH SEE ALSO\n.BR gatehouse (1)\n";
}

}  // namespace gatehouse::cli
