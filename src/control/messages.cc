#include "control/messages.h"

#include <fmt/format.h>

namespace gatehouse::control {
namespace {

std::string_view text(config::Origin::Source source) {
  switch (source) {
    case config::Origin::Source::default_: return "default";
    case config::Origin::Source::file: return "file";
    case config::Origin::Source::api: return "api";
    case config::Origin::Source::flag: return "flag";
    case config::Origin::Source::environment: return "environment";
  }
  return "default";
}

}  // namespace

void add(const check::Proof& proof, api::Proof& to) {
  to.set_target(proof.target);
  to.set_client(std::string(proof.client));
  to.set_ok(proof.ok);
  to.set_sentence(proof.sentence);
}

void add(const config::Revision& revision, api::Revision& to) {
  to.set_number(revision.number);
  to.set_when(revision.when);
  to.set_who(revision.who);
  to.set_why(revision.why);
  for (const std::string& line : revision.summary) to.add_summary(line);
}

api::Origin message(const std::string& path, const config::Origin& origin) {
  api::Origin made;
  made.set_path(path);
  made.set_source(std::string(text(origin.source)));
  made.set_file(origin.place.file);
  made.set_line(origin.place.line);
  made.set_column(origin.place.column);
  return made;
}

std::string who(const Caller& caller) {
  if (caller.name == "signal" || caller.name == "file") return caller.name;
  return fmt::format("{} (uid {})", caller.name, caller.uid);
}

}  // namespace gatehouse::control
