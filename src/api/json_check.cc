#include "api/json_check.h"

#include <cctype>
#include <cstdint>
#include <google/protobuf/descriptor.pb.h>
#include <set>

#include "base/json_text.h"
#include "base/utf8.h"

namespace gatehouse::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Check {
 public:
  Check(std::string_view text, int most_depth) : text_(text), most_depth_(most_depth) {}

  std::optional<JsonFault> run(const Descriptor& type) {
    skip_space();
    if (value(&type, 0)) {
      skip_space();
      if (at_ < text_.size()) complain("goes on behind its end");
    }
    return std::move(fault_);
  }

 private:
  // What a value stands for; nullptr: nothing that is known here, or no message.
  using Type = const Descriptor*;

  bool complain(std::string what) {
    if (!fault_) fault_ = JsonFault{at_, std::move(what)};
    return false;
  }

  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }

  bool value(Type type, int depth) {
    if (depth > most_depth_) return complain("is nested too deeply");
    switch (next()) {
      case '{': return object(type, depth);
      case '[': return array(type, depth);
      case '"': return string(nullptr);
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool object(Type type, int depth) {
    take('{');
    skip_space();
    if (take('}')) return true;
    std::set<std::string> keys;
    do {
      skip_space();
      if (!member(type, depth, keys)) return false;
      skip_space();
    } while (take(','));
    return take('}') || complain("lacks a comma or a closing brace");
  }

  bool member(Type type, int depth, std::set<std::string>& keys) {
    const std::size_t start = at_;
    std::string key;
    if (next() != '"') return complain("lacks a key in quotes");
    if (!string(&key)) return false;
    const FieldDescriptor* field = field_of(type, key);
    if (!keys.insert(field == nullptr ? key : field->json_name()).second) {
      at_ = start;
      return complain("has the key " + json_string(key) + " twice");
    }
    skip_space();
    if (!take(':')) return complain("lacks a colon behind a key");
    skip_space();
    return value(type_of(type, field), depth + 1);
  }

  bool array(Type type, int depth) {
    take('[');
    skip_space();
    if (take(']')) return true;
    do {
      skip_space();
      if (!value(type, depth + 1)) return false;
      skip_space();
    } while (take(','));
    return take(']') || complain("lacks a comma or a closing bracket");
  }

  // Entries of a map have any key; its "type" is that of the map's entry.
  static const FieldDescriptor* field_of(Type type, const std::string& key) {
    if (type == nullptr || type->options().map_entry()) return nullptr;
    const FieldDescriptor* field = type->FindFieldByCamelcaseName(key);
    if (field != nullptr && field->json_name() == key) return field;
    return type->FindFieldByName(key);
  }
  static Type type_of(Type type, const FieldDescriptor* field) {
    if (type != nullptr && type->options().map_entry()) {
      return type->FindFieldByNumber(2)->message_type();
    }
    return field == nullptr ? nullptr : field->message_type();
  }

  bool word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return complain("has a word that is no value");
    at_ += word.size();
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (is_digit(next())) ++at_;
    return at_ > start;
  }
  bool number() {
    const std::size_t start = at_;
    take('-');
    bool good = take('0') ? !is_digit(next()) : digits();
    if (good && take('.')) good = digits();
    if (good && (take('e') || take('E'))) {
      if (!take('+')) take('-');
      good = digits();
    }
    if (good) return true;
    at_ = start;
    return complain(start == text_.size() ? "ends too early" : "has no value where one is due");
  }

  // Into `out`, if given, without its escapes.
  bool string(std::string* out) {
    take('"');
    while (at_ < text_.size() && text_[at_] != '"') {
      if (!(text_[at_] == '\\' ? escape(out) : character(out))) return false;
    }
    return take('"') || complain("ends inside a string");
  }

  bool character(std::string* out) {
    const auto lead = static_cast<unsigned char>(text_[at_]);
    if (lead < 0x20) return complain("has a control character in a string");
    const std::size_t size = lead < 0x80 ? 1 : utf8_length(text_.substr(at_));
    if (size == 0) return complain("has bytes that are no UTF-8");
    if (out != nullptr) *out += text_.substr(at_, size);
    at_ += size;
    return true;
  }

  bool escape(std::string* out) {
    take('\\');
    if (take('u')) return unicode_escape(out);
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const auto which = kEscapes.find(next());
    if (at_ >= text_.size() || which == kEscapes.npos) return complain("has an unknown escape");
    ++at_;
    if (out != nullptr) *out += kMeanings[which];
    return true;
  }

  bool hex(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = next();
      if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return complain("has a bad \\u");
      out = out << 4 | static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return true;
  }
  bool unicode_escape(std::string* out) {
    std::uint32_t code = 0;
    if (!hex(code)) return false;
    if (code >= 0xdc00 && code <= 0xdfff) return complain("has half of a surrogate pair");
    if (code >= 0xd800 && code <= 0xdbff) {
      std::uint32_t low = 0;
      if (!take('\\') || !take('u')) return complain("has half of a surrogate pair");
      if (!hex(low)) return false;
      if (low < 0xdc00 || low > 0xdfff) return complain("has half of a surrogate pair");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (out != nullptr) append_utf8(*out, code);
    return true;
  }
  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    const auto more = [&](int shift) { put(0x80 | (code >> shift & 0x3f)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xc0 | code >> 6);
      return more(0);
    }
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      more(12);
    }
    more(6);
    more(0);
  }

  std::string_view text_;
  int most_depth_;
  std::size_t at_ = 0;
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> check_json(std::string_view text, int most_depth, const Descriptor& type) {
  return Check(text, most_depth).run(type);
}

}  // namespace gatehouse::api
