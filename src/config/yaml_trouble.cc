#include "config/yaml_trouble.h"

#include <algorithm>
#include <array>
#include <yaml-cpp/exceptions.h>

#include <fmt/format.h>

#include "config/visible.h"

namespace gatehouse::config {
namespace {

// What the parser says, and what we say about it.
struct Saying {
  std::string_view said;  // or how it begins
  std::string_view code;
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view kAnchorHint =
    "anchors and aliases are not read: write the value itself, or put text that begins with & or * "
    "in quotes";
constexpr std::string_view kTagHint =
    "tags are not read: each setting knows its type; put text that begins with ! in quotes";
constexpr std::string_view kIndentHint =
    "names of one map begin in the same column, two spaces further in than the name above them";

const auto kSayings = std::to_array<Saying>({
    {YAML::ErrorMsg::MAP_VALUE, "GH2006", "a `:` stands where no value can begin",
     "put text that holds `: ` in quotes; a name and what is below it end with `:`"},
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
    {YAML::ErrorMsg::UNKNOWN_ANCHOR, "GH2008", "an alias repeats what stands elsewhere",
     kAnchorHint},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "GH2008", "a `*` without quotes begins an alias",
     "put text that begins with * in quotes: \"*\", \"*.example.com\""},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, "GH2008", "a `*` without quotes begins an alias",
     "put text that begins with * in quotes: \"*\", \"*.example.com\""},
    {YAML::ErrorMsg::ALIAS_CONTENT, "GH2008", "an alias repeats what stands elsewhere",
     kAnchorHint},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "GH2008", "an anchor gives a name to what follows",
     kAnchorHint},
    {YAML::ErrorMsg::CHAR_IN_ANCHOR, "GH2008", "an anchor gives a name to what follows",
     kAnchorHint},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, "GH2008", "an anchor gives a name to what follows",
     kAnchorHint},
    {YAML::ErrorMsg::MULTIPLE_TAGS, "GH2009", "a tag gives what follows a type", kTagHint},
    {YAML::ErrorMsg::CHAR_IN_TAG_HANDLE, "GH2009", "a tag gives what follows a type", kTagHint},
    {YAML::ErrorMsg::TAG_WITH_NO_SUFFIX, "GH2009", "a tag gives what follows a type", kTagHint},
    {YAML::ErrorMsg::END_OF_VERBATIM_TAG, "GH2009", "a tag gives what follows a type", kTagHint},
    {YAML::ErrorMsg::YAML_DIRECTIVE_ARGS, "GH2006", "a %YAML line names one version", "remove it"},
    {YAML::ErrorMsg::YAML_VERSION, "GH2006", "a %YAML line names a version such as 1.2",
     "remove it"},
    {YAML::ErrorMsg::YAML_MAJOR_VERSION, "GH2006", "only YAML 1 is read", "remove this line"},
    {YAML::ErrorMsg::REPEATED_YAML_DIRECTIVE, "GH2006", "a second %YAML line", "remove it"},
});

void tell(DiagnosticSink& sink, const Saying& saying, Span at) {
  sink.error(std::string(saying.code), at, std::string(saying.message), std::string(saying.hint));
}

// Where a quoted text begins that has no end, at or after `from`.
std::optional<std::size_t> unclosed_quote(std::string_view text, std::size_t from) {
  for (std::size_t at = from; at < text.size(); ++at) {
    const char quote = text[at];
    if (quote != '"' && quote != '\'') continue;
    if (at > 0 && std::string_view(" \t\r\n[{,:-").find(text[at - 1]) == std::string_view::npos) {
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != quote)
      end += quote == '"' && text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return at;
    at = end;
  }
  return std::nullopt;
}

void explain_end_in_text(const YamlTrouble& trouble, DiagnosticSink& sink) {
  const auto quote = unclosed_quote(sink.source().text(), trouble.last);
  sink.error("GH2006", {quote.value_or(trouble.offset), 1}, "these quotes are never closed",
             "write the same quote at the end of the text");
}

bool only_blanks_follow(std::string_view text, std::size_t offset) {
  return text.find_first_not_of(" \t\r\n", std::min(offset, text.size())) == std::string_view::npos;
}

void explain_end_in_brackets(const YamlTrouble& trouble, DiagnosticSink& sink) {
  const bool map = trouble.said == YAML::ErrorMsg::END_OF_MAP_FLOW;
  if (only_blanks_follow(sink.source().text(), trouble.offset)) {
    sink.error("GH2006", {trouble.bracket, 1}, "this bracket is never closed",
               map ? "write `}` at the end of the map" : "write `]` at the end of the list");
    return;
  }
  sink.error("GH2006", {trouble.offset, 1}, "this does not belong to the brackets before it",
             map ? "write `,` between two names, or `}` at the end of the map"
                 : "write `,` between two elements, or `]` at the end of the list");
}

}  // namespace

void explain_trouble(const YamlTrouble& trouble, DiagnosticSink& sink) {
  if (trouble.said == YAML::ErrorMsg::EOF_IN_SCALAR) return explain_end_in_text(trouble, sink);
  if (trouble.in_brackets && (trouble.said == YAML::ErrorMsg::END_OF_MAP_FLOW ||
                              trouble.said == YAML::ErrorMsg::END_OF_SEQ_FLOW)) {
    return explain_end_in_brackets(trouble, sink);
  }
  for (const Saying& saying : kSayings) {
    if (trouble.said.starts_with(saying.said)) return tell(sink, saying, {trouble.offset, 1});
  }
  sink.error("GH2006", {trouble.offset, 1}, "this is not YAML",
             fmt::format("the parser says: {}", visible(trouble.said)));
}

}  // namespace gatehouse::config
