#include "config/document_text.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/utf8.h"
#include "config/json_parser.h"
#include "config/yaml_parser.h"

namespace gatehouse::config {
namespace {

constexpr std::size_t kLargestText = std::size_t{4} << 20;

bool is_utf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}

// Bytes of the character that `text` starts with where it may stand in a configuration, else 0.
std::size_t fit_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first == '\r') return text.starts_with("\r\n") ? 2 : 0;
  if (first == '\t' || first == '\n') return 1;
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  const bool control =
      first == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0;
  return control ? 0 : utf8_length(text);
}

std::string about_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const bool control = first < 0x80 || utf8_length(text) != 0;
  const unsigned code = first < 0x80 ? first : static_cast<unsigned char>(text.substr(0, 2).back());
  return control ? fmt::format("the control character U+{:04X} stands here", code)
                 : fmt::format("the byte 0x{:02X} is no UTF-8", first);
}

// One diagnostic for each line that has what is no text.
bool is_text(SourceText& source, DiagnosticSink& sink) {
  if (is_utf16(source.text())) {
    source.hide(1, source.lines());
    sink.error("GH2004", "the file is written in UTF-16", "save it as UTF-8");
    return false;
  }
  bool fit = true;
  for (std::size_t at = 0; at < source.text().size();) {
    const std::string_view rest = source.text().substr(at);
    const std::size_t size = fit_character(rest);
    at += size;
    if (size != 0) continue;
    const unsigned line = source.line_at(at);
    source.hide(line, line);
    sink.error("GH2004", {at, 1}, about_character(rest), "a configuration is text in UTF-8");
    fit = false;
    at = line < source.lines() ? source.begin_of_line(line + 1) : source.text().size();
  }
  return fit;
}

Tree parse(DiagnosticSink& sink) {
  if (sink.source().name().ends_with(".json")) return parse_json(sink);
  if (looks_like_json(sink.source().text())) {
    DiagnosticSink unheard(sink.source());
    Tree tree = parse_json(unheard);
    if (tree.whole) return tree;
  }
  return parse_yaml(sink);
}

bool names_version(const Node& root) {
  for (std::size_t i = 0; i < root.children.size(); i += 2) {
    if (root.children[i].text == "version") return true;
  }
  return false;
}

void check_version(const Document& document, const Tree& tree, Version needed,
                   DiagnosticSink& sink) {
  const bool named = names_version(tree.root);
  if (!named && needed == Version::required && tree.whole) {
    sink.error("GH2102", {0, 1}, "the version of the configuration is missing",
               "write `version: 1` in a line of its own at the top");
  }
  if (!named || !document.origins.given("version") || document.message.version() == 1) return;
  for (std::size_t i = 0; i + 1 < tree.root.children.size(); i += 2) {
    if (tree.root.children[i].text != "version") continue;
    sink.error("GH2103", span_of(tree.root.children[i + 1], sink.source().text()),
               "this gatehouse reads version 1 of the configuration only", "write `version: 1`");
    return;
  }
}

}  // namespace

Reading read_source(std::shared_ptr<SourceText> source, DocumentReader::From from, Version version,
                    Substitution& substitution) {
  Reading reading;
  Document& document = reading.document;
  DiagnosticSink sink(*source);
  if (source->text().size() > kLargestText) {
    sink.error("GH2003", "the text is larger than 4 MiB", "split it into several files in conf.d");
  } else if (is_text(*source, sink)) {
    const Tree tree = parse(sink);
    const Node::Kind kind = tree.root.kind;
    if (kind == Node::Kind::map) {
      DocumentReader(*source, from, substitution, document.origins, sink)
          .read(tree.root, document.message);
    } else if (kind != Node::Kind::nothing && kind != Node::Kind::refused) {
      sink.error("GH2101", span_of(tree.root, source->text()),
                 "a configuration is a map of names, and here stands something else",
                 "write `name: value` lines; the first is `version: 1`");
    }
    if (kind == Node::Kind::map || kind == Node::Kind::nothing) {
      check_version(document, tree, version, sink);
    }
  }
  reading.diagnostics = sink.take();
  document.sources.add(std::move(source));
  return reading;
}

void finish_diagnostics(Diagnostics& diagnostics, const Sources& sources,
                        const std::vector<std::string>& order) {
  std::map<std::string_view, std::size_t> rank;
  for (const std::string& file : order) rank.emplace(file, rank.size());
  const auto key = [&rank](const Diagnostic& one) {
    const auto found = rank.find(one.place.file);
    return std::tuple(found == rank.end() ? 0 : found->second + 1, one.place.line, one.place.column,
                      one.code, one.message);
  };
  std::ranges::sort(diagnostics, {}, key);
  if (diagnostics.size() > DiagnosticSink::kMost) {
    diagnostics.resize(DiagnosticSink::kMost);
    diagnostics.push_back({.code = "GH2012",
                           .message = "there are further errors, which are not shown",
                           .hint = "repair these first"});
  }
  for (Diagnostic& one : diagnostics) {
    if (one.text.empty()) one.text = sources.shown_line(one.place);
  }
}

}  // namespace gatehouse::config
