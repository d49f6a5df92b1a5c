#include "config/json_parser.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace gatehouse::config {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::size_t size_of_digits(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

// Bytes of the number that `text` begins with (RFC 8259 section 6), 0 if it begins with none.
std::size_t size_of_number(std::string_view text) {
  std::size_t size = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = size_of_digits(text.substr(size));
  if (whole == 0 || (whole > 1 && text[size] == '0')) return 0;
  size += whole;
  if (text.substr(size).starts_with('.')) {
    const std::size_t fraction = size_of_digits(text.substr(size + 1));
    if (fraction == 0) return 0;
    size += 1 + fraction;
  }
  if (text.substr(size).starts_with('e') || text.substr(size).starts_with('E')) {
    const std::string_view rest = text.substr(size + 1);
    const std::size_t sign = rest.starts_with('+') || rest.starts_with('-') ? 1 : 0;
    const std::size_t exponent = size_of_digits(rest.substr(sign));
    if (exponent == 0) return 0;
    size += 1 + sign + exponent;
  }
  return size;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

// Each function reads what begins at `at_`, or says what is wrong there and returns false.
class JsonParser {
 public:
  explicit JsonParser(DiagnosticSink& sink) : sink_(sink), text_(sink.source().text()) {}

  Tree parse() {
    Tree tree;
    skip_blanks();
    if (at_ == text_.size()) return tree;
    tree.whole = read_value(tree.root, 0) && read_end();
    tree.last = last_;
    if (too_much_) tree.root = {.kind = Node::Kind::refused};
    return tree;
  }

 private:
  bool wrong(std::size_t offset, std::string message, std::string hint) {
    sink_.error("GH2007", {offset, 1}, std::move(message), std::move(hint));
    return false;
  }
  bool too_much(std::string message, std::string hint) {
    too_much_ = true;
    sink_.error("GH2003", {at_, 1}, std::move(message), std::move(hint));
    return false;
  }

  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }
  bool take(char c) {
    skip_blanks();
    if (next() != c) return false;
    ++at_;
    skip_blanks();
    return true;
  }

  bool read_end() {
    skip_blanks();
    if (at_ == text_.size()) return true;
    return wrong(at_, "something follows the end of the configuration",
                 "a JSON file holds one object in braces and nothing behind it");
  }

  bool read_value(Node& node, std::size_t depth) {
    if (++nodes_ > kMostNodes) {
      return too_much("the file holds more than a million values",
                      "split it into several files in conf.d");
    }
    node.offset = at_;
    last_ = at_;
    if (read_kind(node, depth)) return true;
    // The innermost that could not be read; what came before it is checked.
    if (!refused_) node.kind = Node::Kind::refused;
    refused_ = true;
    return false;
  }

  bool read_kind(Node& node, std::size_t depth) {
    switch (next()) {
      case '{': return read_members(node, depth + 1);
      case '[': return read_elements(node, depth + 1);
      case '"': return read_text(node);
      case 't': return read_word(node, "true");
      case 'f': return read_word(node, "false");
      case 'n': return read_word(node, "null");
      default: return read_number(node);
    }
  }

  bool opens(Node& node, Node::Kind kind, std::size_t depth) {
    node.kind = kind;
    node.flow = true;
    if (depth <= kDeepestNode) return true;
    return too_much("lists and maps lie in one another more than 32 deep",
                    "no setting needs more than 6");
  }

  bool read_members(Node& node, std::size_t depth) {
    if (!opens(node, Node::Kind::map, depth)) return false;
    take('{');
    if (take('}')) return true;
    do {
      if (!read_member(node, depth)) return false;
    } while (take(','));
    if (take('}')) return true;
    return not_closed(node, "names", "`}` at the end of the object");
  }

  bool read_member(Node& node, std::size_t depth) {
    if (next() != '"') {
      return wrong(at_, "a name in double quotes has to stand here", instead_of_name());
    }
    Node name{.offset = at_};
    if (!read_text(name)) return false;
    if (!take(':')) return wrong(at_, "a `:` has to stand here", "write \"name\": value");
    Node value;
    const bool whole = read_value(value, depth);
    node.children.push_back(std::move(name));
    node.children.push_back(std::move(value));
    return whole;
  }

  std::string instead_of_name() const {
    if (next() == '}') return "remove the comma before it";
    if (next() == '/' || next() == '#') return "JSON has no comments; a .yaml file has, after #";
    return "write \"name\": value";
  }

  bool read_elements(Node& node, std::size_t depth) {
    if (!opens(node, Node::Kind::list, depth)) return false;
    take('[');
    if (take(']')) return true;
    do {
      const bool whole = read_value(node.children.emplace_back(), depth);
      if (!whole) return false;
    } while (take(','));
    if (take(']')) return true;
    return not_closed(node, "elements", "`]` at the end of the list");
  }

  bool not_closed(const Node& node, std::string_view parts, std::string_view end) {
    if (at_ == text_.size()) {
      return wrong(node.offset, "this bracket is never closed", fmt::format("write {}", end));
    }
    return wrong(at_, "this does not belong to the brackets before it",
                 fmt::format("write `,` between two {}, or {}", parts, end));
  }

  bool read_word(Node& node, std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return no_value();
    at_ += word.size();
    node.kind = word == "null" ? Node::Kind::nothing : Node::Kind::scalar;
    node.plain = true;
    node.text = word;
    return true;
  }

  bool no_value() {
    if (at_ == text_.size()) return wrong(at_, "the file ends where a value has to stand", "");
    return wrong(at_, "no JSON value begins like this",
                 "text stands in double quotes; without them only numbers, true and false");
  }

  bool read_number(Node& node) {
    const std::size_t size = size_of_number(text_.substr(at_));
    if (size == 0) return no_value();
    node.kind = Node::Kind::scalar;
    node.plain = true;
    node.text = text_.substr(at_, size);
    at_ += size;
    return true;
  }

  bool read_text(Node& node) {
    node.kind = Node::Kind::scalar;
    const std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\n') break;
      if (text_[at_] == '\t') {
        return wrong(at_, "a tab stands in a text", "write \\t, or a space");
      }
      if (text_[at_] != '\\') {
        node.text += text_[at_++];
      } else if (!read_escape(node.text)) {
        return false;
      }
    }
    if (next() != '"') {
      return wrong(begin, "these quotes are never closed",
                   "write \" at the end of the text, in the same line");
    }
    ++at_;
    return true;
  }

  bool read_escape(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (letter == 'u') return read_code_point(out);
    const auto which = kLetters.find(letter);
    if (which == std::string_view::npos || letter == '\0') {
      return wrong(at_, "an unknown escape stands in this text", "write `\\\\` for a backslash");
    }
    out += kMeanings[which];
    at_ += 2;
    return true;
  }

  // \uHHHH, or two of them for a character beyond U+FFFF (RFC 8259 section 7).
  bool read_code_point(std::string& out) {
    const std::size_t begin = at_;
    auto code = read_hex();
    if (code && *code >= 0xd800 && *code < 0xdc00) {
      const auto low = read_hex();
      code = low && *low >= 0xdc00 && *low < 0xe000
                 ? std::optional(0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00))
                 : std::nullopt;
    } else if (code && *code >= 0xdc00 && *code < 0xe000) {
      code.reset();
    }
    if (!code) return wrong(begin, "this escape names no character", "write the character itself");
    append_utf8(out, *code);
    return true;
  }

  std::optional<std::uint32_t> read_hex() {
    const std::string_view escape = text_.substr(at_, 6);
    std::uint32_t code = 0;
    if (escape.size() < 6 || !escape.starts_with("\\u")) return std::nullopt;
    const auto [end, error] = std::from_chars(escape.data() + 2, escape.data() + 6, code, 16);
    if (error != std::errc() || end != escape.data() + 6) return std::nullopt;
    at_ += 6;
    return code;
  }

  DiagnosticSink& sink_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  std::size_t last_ = 0;
  bool refused_ = false;
  bool too_much_ = false;
};

}  // namespace

bool looks_like_json(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

Tree parse_json(DiagnosticSink& sink) { return JsonParser(sink).parse(); }

}  // namespace gatehouse::config
