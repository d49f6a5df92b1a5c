#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "config/store/api_store.h"

namespace gatehouse::config {
namespace {

// A comment ends with its line.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return line;
}

// The text after `# key: ` at the beginning of a line.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with("# ")) return std::nullopt;
  line.remove_prefix(2);
  if (!line.starts_with(key) || !line.substr(key.size()).starts_with(": ")) return std::nullopt;
  return line.substr(key.size() + 2);
}

void take(std::string_view line, Revision& revision) {
  if (const auto number = value_of(line, "revision")) {
    (void)std::from_chars(number->data(), number->data() + number->size(), revision.number);
  } else if (const auto when = value_of(line, "when")) {
    revision.when = *when;
  } else if (const auto who = value_of(line, "who")) {
    revision.who = *who;
  } else if (const auto why = value_of(line, "why")) {
    revision.why = *why;
  } else if (const auto plan = value_of(line, "plan")) {
    revision.summary.emplace_back(*plan);
  }
}

}  // namespace

std::string revision_text(const Revision& revision, const std::string& yaml) {
  std::string text = fmt::format("# revision: {}\n# when: {}\n# who: {}\n", revision.number,
                                 one_line(revision.when), one_line(revision.who));
  if (!revision.why.empty()) text += fmt::format("# why: {}\n", one_line(revision.why));
  for (const std::string& line : revision.summary) {
    text += fmt::format("# plan: {}\n", one_line(line));
  }
  return text + yaml;
}

Result<ApiStore::Kept> parse_revision(std::string_view text) {
  ApiStore::Kept kept;
  while (text.starts_with('#')) {
    const auto end = std::min(text.find('\n'), text.size());
    take(text.substr(0, end), kept.revision);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (kept.revision.number == 0) {
    return fail(Fault::machine, "it does not begin with the number of a revision",
                ErrorKind::invalid);
  }
  kept.yaml = text;
  return kept;
}

}  // namespace gatehouse::config
