#include "config/yaml_trouble.h"

#include <algorithm>
#include <array>
#include <optional>
#include <yaml-cpp/exceptions.h>

#include "config/visible.h"
#include "config/yaml_node.h"

namespace gatehouse::config {
namespace {

// What the parser says, and what we say about it.
struct Saying {
  std::string_view said;  // or how it begins
  std::string_view code;
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view kIndentHint =
    "names of one map begin in the same column, two spaces further in than the name above them";

const auto kSayings = std::to_array<Saying>({
    {YAML::ErrorMsg::MAP_KEY, "GH2006", "a name stands where none can begin", kIndentHint},
    {YAML::ErrorMsg::BLOCK_ENTRY, "GH2006", "a list element begins where none can",
     "write `- ` at the beginning of a line of its own, below the list's name"},
    {YAML::ErrorMsg::END_OF_MAP, "GH2006", "this line fits none of the maps above it", kIndentHint},
    {YAML::ErrorMsg::END_OF_SEQ, "GH2006", "this line fits none of the lists above it",
     "elements of one list begin with `- ` in the same column"},
    {YAML::ErrorMsg::FLOW_END, "GH2006", "this bracket closes nothing",
     "remove it, or open it before"},
    {YAML::ErrorMsg::INVALID_ESCAPE, "GH2006", "an unknown escape stands in this text",
     "in \"...\" write `\\\\` for a backslash, or use '...', where it stands for itself"},
    {YAML::ErrorMsg::INVALID_HEX, "GH2006", "an escape needs hexadecimal digits here",
     "write \\xHH, \\uHHHH or \\UHHHHHHHH, or `\\\\` for a backslash"},
    {YAML::ErrorMsg::INVALID_UNICODE, "GH2006", "this escape names no character",
     "write the character itself"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "GH2006", "this character cannot begin a text",
     "put the text in quotes"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "GH2006", "a line of --- or ... stands inside a quoted text",
     "close the quotes before it"},
    {YAML::ErrorMsg::CHAR_IN_SCALAR, "GH2006", "this character cannot stand in a text here",
     "put the text in quotes"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "GH2005", "a tab stands in the indentation",
     "indent with spaces only, two for each level"},
    {YAML::ErrorMsg::ZERO_INDENT_IN_BLOCK, "GH2006", "a block text cannot be indented by 0",
     "write the value in one line"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "GH2006", "this cannot follow `|` or `>`",
     "write the value in one line, in quotes where it begins with | or >"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "GH2008", kAliasMessage, kAliasHint},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "GH2008", kAliasMessage, kAliasHint},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, "GH2008", kAliasMessage, kAliasHint},
    {YAML::ErrorMsg::ALIAS_CONTENT, "GH2008", kAliasMessage, kAliasHint},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "GH2008", kAnchorMessage, kAnchorHint},
    {YAML::ErrorMsg::CHAR_IN_ANCHOR, "GH2008", kAnchorMessage, kAnchorHint},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, "GH2008", kAnchorMessage, kAnchorHint},
    {YAML::ErrorMsg::MULTIPLE_TAGS, "GH2009", kTagMessage, kTagHint},
    {YAML::ErrorMsg::CHAR_IN_TAG_HANDLE, "GH2009", kTagMessage, kTagHint},
    {YAML::ErrorMsg::TAG_WITH_NO_SUFFIX, "GH2009", kTagMessage, kTagHint},
    {YAML::ErrorMsg::END_OF_VERBATIM_TAG, "GH2009", kTagMessage, kTagHint},
    {YAML::ErrorMsg::YAML_DIRECTIVE_ARGS, "GH2006", "a %YAML line names one version", "remove it"},
    {YAML::ErrorMsg::YAML_VERSION, "GH2006", "a %YAML line names a version such as 1.2",
     "remove it"},
    {YAML::ErrorMsg::YAML_MAJOR_VERSION, "GH2006", "only YAML 1 is read", "remove this line"},
    {YAML::ErrorMsg::REPEATED_YAML_DIRECTIVE, "GH2006", "a second %YAML line", "remove it"},
});

// A line of the text without indentation and comment.
struct Line {
  std::size_t offset = 0;
  std::string_view text;
};

Line line_of(const SourceText& source, unsigned number) {
  std::string_view text = source.line(number);
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t comment = text.starts_with('#') ? 0 : text.find(" #");
  text = text.substr(0, comment);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return {.offset = source.begin_of_line(number) + begin,
          .text = text.size() > begin ? text.substr(begin) : std::string_view()};
}

Line line_above(const SourceText& source, unsigned number) {
  while (--number > 0) {
    const Line line = line_of(source, number);
    if (!line.text.empty()) return line;
  }
  return {};
}

void syntax(DiagnosticSink& sink, Span at, std::string_view message, std::string_view hint) {
  sink.error("GH2006", at, std::string(message), std::string(hint));
}

// Where a quoted text begins that has no end, at or after `from`.
std::optional<std::size_t> unclosed_quote(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] != '"' && text[at] != '\'') continue;
    const char before = at == 0 ? ' ' : text[at - 1];
    if (std::string_view(" \t\r\n[{,:-").find(before) == std::string_view::npos) continue;
    const auto size = size_of_quoted(text.substr(at));
    if (!size) return at;
    at += *size - 1;
  }
  return std::nullopt;
}

void explain_end_in_text(const YamlTrouble& trouble, DiagnosticSink& sink) {
  const auto quote = unclosed_quote(sink.source().text(), trouble.last);
  syntax(sink, {quote.value_or(trouble.offset), 1}, "these quotes are never closed",
         "write the same quote at the end of the text");
}

bool only_blanks_follow(std::string_view text, std::size_t offset) {
  return text.find_first_not_of(" \t\r\n", std::min(offset, text.size())) == std::string_view::npos;
}

// Whether the line where the parser stopped is indented no further than that of the bracket: who
// wrote it was done with the brackets.
bool begins_anew(const YamlTrouble& trouble, const SourceText& source) {
  const unsigned here = source.line_at(trouble.offset);
  const unsigned there = source.line_at(trouble.bracket);
  const auto indentation = [&source](unsigned line) {
    return line_of(source, line).offset - source.begin_of_line(line);
  };
  return here > there && indentation(here) <= indentation(there);
}

void explain_end_in_brackets(const YamlTrouble& trouble, DiagnosticSink& sink) {
  const bool map = trouble.said == YAML::ErrorMsg::END_OF_MAP_FLOW;
  if (only_blanks_follow(sink.source().text(), trouble.offset) ||
      begins_anew(trouble, sink.source())) {
    return syntax(sink, {trouble.bracket, 1}, "this bracket is never closed",
                  map ? "write `}` at the end of the map" : "write `]` at the end of the list");
  }
  syntax(sink, {trouble.offset, 1}, "this does not belong to the brackets before it",
         map ? "write `,` between two names, or `}` at the end of the map"
             : "write `,` between two elements, or `]` at the end of the list");
}

// A name and `:` where the parser is inside a text or behind a value.
void explain_map_value(const YamlTrouble& trouble, DiagnosticSink& sink) {
  const SourceText& source = sink.source();
  const unsigned number = source.line_at(trouble.offset);
  const Line line = line_of(source, number);
  const std::size_t size = std::max(trouble.offset, line.offset + 1) - line.offset;
  if (line.text.substr(0, size).find(": ") != std::string_view::npos) {
    return syntax(sink, {trouble.offset, 1}, "a second `:` stands in this line",
                  "put text that holds `: ` in quotes");
  }
  const Line above = line_above(source, number);
  const bool has_colon = above.text.find(':') != std::string_view::npos;
  const bool has_name =
      above.text.ends_with(':') || above.text.find(": ") != std::string_view::npos;
  const Span all_above{.offset = above.offset, .size = above.text.size()};
  if (!above.text.empty() && !has_colon && !above.text.starts_with('-')) {
    return syntax(sink, all_above, "a `:` is missing behind this name",
                  "write `name: value`, or `name:` and what belongs to it below");
  }
  if (has_colon && !has_name && !above.text.starts_with('-')) {
    return syntax(sink, all_above, "a blank is missing behind `:`", "write `name: value`");
  }
  syntax(sink, {line.offset, size}, "this name fits nothing above it", kIndentHint);
}

bool explain_by_place(const YamlTrouble& trouble, DiagnosticSink& sink) {
  using namespace YAML::ErrorMsg;
  if (trouble.said == EOF_IN_SCALAR) {
    explain_end_in_text(trouble, sink);
  } else if (trouble.in_brackets &&
             (trouble.said == END_OF_MAP_FLOW || trouble.said == END_OF_SEQ_FLOW)) {
    explain_end_in_brackets(trouble, sink);
  } else if (trouble.said == MAP_VALUE) {
    explain_map_value(trouble, sink);
  } else if (trouble.said == END_OF_MAP || trouble.said == END_OF_SEQ) {
    return explain_what_follows(trouble.offset, sink);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool explain_what_follows(std::size_t offset, DiagnosticSink& sink) {
  const Line line = line_of(sink.source(), sink.source().line_at(offset));
  if (offset <= line.offset) return false;
  syntax(sink, {offset, 1}, "this cannot follow the value before it",
         "put the whole text in quotes, or # before a comment");
  return true;
}

void explain_trouble(const YamlTrouble& trouble, DiagnosticSink& sink) {
  if (explain_by_place(trouble, sink)) return;
  for (const Saying& saying : kSayings) {
    if (!trouble.said.starts_with(saying.said)) continue;
    return sink.error(std::string(saying.code), {trouble.offset, 1}, std::string(saying.message),
                      std::string(saying.hint));
  }
  syntax(sink, {trouble.offset, 1}, "this is not YAML",
         "the parser says: " + visible(trouble.said));
}

}  // namespace gatehouse::config
