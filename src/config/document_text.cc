#include "config/document_text.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "config/document_words.h"
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

void refuse_character(std::string_view text, std::size_t at, DiagnosticSink& sink) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first >= 0x80 && utf8_length(text) == 0) {
    return sink.error("GH2004", {at, 1}, fmt::format("the byte 0x{:02X} is no UTF-8", first),
                      "save the file as UTF-8");
  }
  const unsigned code = first < 0x80 ? first : static_cast<unsigned char>(text[1]);
  sink.error("GH2004", {at, 1}, fmt::format("the control character U+{:04X} stands here", code),
             "remove it");
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
    refuse_character(rest, at, sink);
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

void check_version(Tree& tree, Version needed, DiagnosticSink& sink) {
  std::vector<Node>& parts = tree.root.children;
  constexpr auto kName = std::to_array<std::string_view>({"version"});
  bool named = false;
  for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
    named = named || nearest(parts[i].text, kName);
    Node& value = parts[i + 1];
    const bool right = value.kind == Node::Kind::scalar && value.plain && value.text == "1";
    if (parts[i].text != "version" || right || value.kind == Node::Kind::nothing) continue;
    sink.error("GH2103", span_of(value, sink.source().text()),
               "this gatehouse reads version 1 of the configuration only", "write `version: 1`");
    value.kind = Node::Kind::refused;
  }
  if (named || needed == Version::optional || !tree.whole) return;
  sink.error("GH2102", {0, 1}, "the version of the configuration is missing",
             "write `version: 1` in a line of its own at the top");
}

bool mentions_any(std::string_view text, const std::vector<std::string>& names) {
  return std::ranges::any_of(
      names, [text](const auto& name) { return text.find(name) != std::string_view::npos; });
}

std::string_view words_of(const Node& root) {
  return root.kind == Node::Kind::list ? "a list" : "a single text";
}

// The tree's values as a document; what is wrong with them, and with the tree, is told to `sink`.
void read_tree(Tree& tree, DocumentReader& reader, Document& document, Version version,
               DiagnosticSink& sink) {
  const Node::Kind kind = tree.root.kind;
  if (kind == Node::Kind::refused) return;
  if (kind == Node::Kind::list || kind == Node::Kind::scalar) {
    return sink.error(
        "GH2101", span_of(tree.root, sink.source().text()),
        fmt::format("a configuration is made of names with values, and here stands {}",
                    words_of(tree.root)),
        "write a line `name: value` for each setting; the first is `version: 1`");
  }
  check_version(tree, version, sink);
  if (kind == Node::Kind::map) reader.read(tree.root, document.message);
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
    Tree tree = parse(sink);
    hide_near_trouble(*source, tree, sink.so_far(),
                      secret_fields(*document.message.GetDescriptor()));
    DocumentReader reader(*source, from, substitution, document.origins, sink);
    read_tree(tree, reader, document, version, sink);
    // A text that was not read to its end is never taken for a small one.
    if (!tree.whole && sink.so_far().empty()) {
      sink.error("GH2006", "this file could not be read to its end", "write it as plain YAML");
    }
  }
  reading.diagnostics = sink.take();
  document.sources.add(std::move(source));
  return reading;
}

void hide_near_trouble(SourceText& source, const Tree& tree, const Diagnostics& troubles,
                       const std::vector<std::string>& secrets) {
  if (tree.whole || secrets.empty()) return;
  const unsigned understood = source.line_at(tree.last);
  for (const Diagnostic& one : troubles) {
    const unsigned last = std::max(understood, one.place.line);
    // The line above may hold the name whose value begins a line.
    for (unsigned line = std::max(2U, std::min(understood, one.place.line)) - 1; line <= last;
         ++line) {
      if (mentions_any(source.line(line), secrets)) source.hide(line, last);
    }
  }
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
