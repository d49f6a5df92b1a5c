#include "config/yaml_parser.h"

#include <algorithm>
#include <spanstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "config/yaml_trouble.h"

namespace gatehouse::config {
namespace {

// Ends the parser's work; what is wrong has been told.
struct Stopped {};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(DiagnosticSink& sink) : sink_(sink) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse_second(offset_of(mark));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    add({.kind = Node::Kind::nothing, .plain = true, .offset = offset_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "GH2008", kAliasMessage, kAliasHint);
    add({.kind = Node::Kind::refused, .offset = offset_of(mark)});
  }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    refuse(mark, "GH2008", kAnchorMessage, kAnchorHint);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    check_quotes(offset_of(mark));
    add({.kind = has_tag(mark, tag) ? Node::Kind::refused : Node::Kind::scalar,
         .plain = tag == "?",
         .offset = offset_of(mark),
         .text = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value style) override {
    open(Node::Kind::list, mark, tag, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    open(Node::Kind::map, mark, tag, style);
  }
  void OnMapEnd() override { close(); }

  // What was understood so far. What lies in brackets that were open when the parser stopped may
  // have been meant otherwise.
  Node take() {
    if (too_much_) return {.kind = Node::Kind::refused};
    const auto bracket = std::ranges::find(open_, true, &Node::flow);
    if (bracket != open_.end()) {
      const Node refused{.kind = Node::Kind::refused, .offset = bracket->offset};
      open_.erase(bracket, open_.end());
      put(refused);
    }
    while (!open_.empty()) close();
    return std::move(root_);
  }
  std::size_t last() const { return last_; }

  YamlTrouble trouble(const YAML::Exception& exception) const {
    YamlTrouble trouble{.said = exception.msg,
                        .offset = exception.mark.is_null() ? last_ : offset_of(exception.mark),
                        .last = last_};
    if (!open_.empty() && open_.back().flow) {
      trouble.in_brackets = true;
      trouble.bracket = open_.back().offset;
    }
    return trouble;
  }

 private:
  static std::size_t offset_of(const YAML::Mark& mark) {
    return static_cast<std::size_t>(std::max(mark.pos, 0));
  }

  void refuse(const YAML::Mark& mark, std::string_view code, std::string_view message,
              std::string_view hint) {
    sink_.error(std::string(code), {offset_of(mark), 1}, std::string(message), std::string(hint));
  }

  // The parser ends a document where something stands at the margin that does not belong to it.
  // What stands behind a list or text is not worth a word of its own: that is no configuration.
  void refuse_second(std::size_t offset) {
    if (sink_.source().text().substr(offset).starts_with("---")) {
      sink_.error("GH2010", {offset, 3}, "a second document begins here",
                  "a configuration is one document: put it into a file of its own in conf.d");
    } else if (root_.kind == Node::Kind::nothing) {
      sink_.error("GH2010", {offset, 1}, "an empty document ends before this",
                  "remove the lines of --- and ... above");
    } else if (root_.kind == Node::Kind::map && !explain_what_follows(offset, sink_)) {
      explain_trouble({.said = YAML::ErrorMsg::END_OF_MAP, .offset = offset, .last = last_}, sink_);
    }
    throw Stopped();
  }

  bool has_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return false;
    refuse(mark, "GH2009", kTagMessage, kTagHint);
    return true;
  }

  // The parser takes a quoted text that the end of the file cuts off behind a line end.
  void check_quotes(std::size_t offset) {
    const std::string_view text = sink_.source().text().substr(offset);
    const bool quoted = text.starts_with('"') || text.starts_with('\'');
    if (!quoted || size_of_quoted(text)) return;
    explain_trouble({.said = YAML::ErrorMsg::EOF_IN_SCALAR, .offset = offset, .last = offset},
                    sink_);
    throw Stopped();
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::EmitterStyle::value style) {
    has_tag(mark, tag);
    if (open_.size() == kDeepestNode) {
      sink_.error("GH2003", {offset_of(mark), 1},
                  "lists and maps lie in one another more than 32 deep",
                  "no setting needs more than 6");
      too_much_ = true;
      throw Stopped();
    }
    count(mark);
    last_ = offset_of(mark);
    open_.push_back(
        {.kind = kind, .flow = style == YAML::EmitterStyle::Flow, .offset = offset_of(mark)});
  }

  void close() {
    Node node = std::move(open_.back());
    open_.pop_back();
    // A name whose value could not be read.
    if (node.kind == Node::Kind::map && node.children.size() % 2 == 1) node.children.pop_back();
    put(std::move(node));
  }

  void add(Node node) {
    count_offset(node.offset);
    last_ = std::max(last_, node.offset);
    put(std::move(node));
  }

  void put(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().children.push_back(std::move(node));
    }
  }

  void count(const YAML::Mark& mark) { count_offset(offset_of(mark)); }
  void count_offset(std::size_t offset) {
    if (++nodes_ <= kMostNodes) return;
    sink_.error("GH2003", {offset, 1}, "the file holds more than a million values",
                "split it into several files in conf.d");
    too_much_ = true;
    throw Stopped();
  }

  DiagnosticSink& sink_;
  Node root_;
  std::vector<Node> open_;
  std::size_t nodes_ = 0;
  std::size_t last_ = 0;
  int documents_ = 0;
  bool too_much_ = false;
};

// The parser takes a tab for an indentation of nothing, and what it then says misleads.
bool has_no_tab_in_indentation(DiagnosticSink& sink) {
  bool none = true;
  for (unsigned number = 1; number <= sink.source().lines(); ++number) {
    const std::string_view line = sink.source().line(number);
    const std::size_t text = line.find_first_not_of(" \t");
    const std::size_t tab = line.find('\t');
    if (tab >= text || text == std::string_view::npos || line[text] == '#') continue;
    sink.error("GH2005", {sink.source().begin_of_line(number) + tab, text - tab},
               "a tab stands in the indentation", "indent with spaces only, two for each level");
    none = false;
  }
  return none;
}

// The parser ignores what it does not know.
bool has_no_directive(DiagnosticSink& sink) {
  for (unsigned number = 1; number <= sink.source().lines(); ++number) {
    const std::string_view line = sink.source().line(number);
    if (line.empty() || line.starts_with('#') || line.starts_with("%YAML ")) continue;
    if (!line.starts_with('%')) return true;
    sink.error("GH2006", {sink.source().begin_of_line(number), line.size()},
               "a line that begins with % is a directive of YAML", "remove it");
    return false;
  }
  return true;
}

}  // namespace

Tree parse_yaml(DiagnosticSink& sink) {
  const bool fit = has_no_tab_in_indentation(sink);
  if (!has_no_directive(sink) || !fit) return {.root = {}, .whole = false};
  TreeBuilder builder(sink);
  try {
    std::ispanstream in(sink.source().text());
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
    return {.root = builder.take(), .whole = true};
  } catch (const Stopped&) {
  } catch (const YAML::Exception& exception) {
    explain_trouble(builder.trouble(exception), sink);
  } catch (const std::exception&) {
    sink.error("GH2003", "there is not enough memory to read this file",
               "split it into several files in conf.d");
  }
  Tree tree{.root = builder.take(), .whole = false};
  tree.last = builder.last();
  return tree;
}

}  // namespace gatehouse::config
