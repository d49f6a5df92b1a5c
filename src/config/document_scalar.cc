#include "config/document_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "base/suggest.h"
#include "base/utf8.h"
#include "config/visible.h"

namespace gatehouse::config {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// What YAML 1.1 takes for a truth value, and 1.2 for a text.
bool is_yes_or_no(std::string_view text) {
  constexpr auto kWords = std::to_array<std::string_view>({"yes", "no", "on", "off"});
  return std::ranges::find(kWords, lower(text)) != kWords.end();
}

bool is_truth(std::string_view text) { return text == "true" || text == "false"; }

std::string shown(const Scalar& scalar, const FieldDescriptor& field) {
  const bool secret = scalar.came_from_elsewhere || note_of(field).secret();
  return secret ? "what stands here" : cited(scalar.text);
}

std::optional<ScalarTrouble> yes_or_no(const Scalar& scalar, const FieldDescriptor& field) {
  const std::string word = lower(scalar.text);
  const bool truth = word == "yes" || word == "on";
  std::string hint = fmt::format("write \"{}\" in quotes if the word itself is meant", word);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    hint = fmt::format("write `{}`", truth ? "true" : "false");
  } else if (!note_of(field).values().empty()) {
    hint = "write " + values_of(field);
  } else if (note_of(field).kind() == "log") {
    hint = "write `none` where nothing is to be recorded";
  } else if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    hint = "write a whole number";
  }
  return ScalarTrouble{
      .code = "GH2109",
      .message =
          fmt::format("{} without quotes means yes or no to some programs and a text to others",
                      cited(scalar.text)),
      .hint = std::move(hint)};
}

template <class Set, class Add>
void put(const FieldDescriptor& field, const Set& set, const Add& add) {
  if (field.is_repeated()) {
    add();
  } else {
    set();
  }
}

std::optional<ScalarTrouble> put_bool(const Scalar& scalar, const FieldDescriptor& field,
                                      Message& message) {
  if (!scalar.plain || !is_truth(scalar.text)) {
    return ScalarTrouble{
        .code = "GH2110",
        .message = fmt::format("{} is neither true nor false",
                               scalar.plain ? shown(scalar, field) : "a text in quotes"),
        .hint = "write `true` or `false`, without quotes"};
  }
  const auto* reflection = message.GetReflection();
  const bool value = scalar.text == "true";
  put(
      field, [&] { reflection->SetBool(&message, &field, value); },
      [&] { reflection->AddBool(&message, &field, value); });
  return std::nullopt;
}

// Digits without leading zeros, with a minus where the type has one, within its bounds.
template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0') || text == "-0") return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

template <class Integer>
ScalarTrouble no_integer(const Scalar& scalar, const FieldDescriptor& field) {
  return {.code = "GH2111",
          .message =
              fmt::format("{} is no whole number from {} to {}",
                          scalar.plain ? shown(scalar, field) : "a text in quotes",
                          std::numeric_limits<Integer>::min(), std::numeric_limits<Integer>::max()),
          .hint = "write digits only, without quotes, unit or leading zeros"};
}

template <class Integer, class Set, class Add>
std::optional<ScalarTrouble> put_integer(const Scalar& scalar, const FieldDescriptor& field,
                                         Message& message, Set set, Add add) {
  const auto value = scalar.plain ? parse_integer<Integer>(scalar.text) : std::nullopt;
  if (!value) return no_integer<Integer>(scalar, field);
  const auto* reflection = message.GetReflection();
  put(
      field, [&] { (reflection->*set)(&message, &field, *value); },
      [&] { (reflection->*add)(&message, &field, *value); });
  return std::nullopt;
}

std::optional<ScalarTrouble> no_such_value(const Scalar& scalar, const FieldDescriptor& field) {
  const auto& values = note_of(field).values();
  if (values.empty() || std::ranges::find(values, scalar.text) != values.end()) return {};
  const std::vector<std::string_view> known(values.begin(), values.end());
  const auto meant = nearest(lower(scalar.text), known);
  const bool secret = scalar.came_from_elsewhere || note_of(field).secret();
  return ScalarTrouble{
      .code = "GH2112",
      .message = fmt::format("{} is no value of {}", shown(scalar, field), scalar.words),
      .hint = meant && !secret ? fmt::format("did you mean `{}`?", *meant)
                               : "write " + values_of(field)};
}

bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1 =
        c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c < 0x20 || c == 0x7f || c1) return true;
  }
  return false;
}

// What no text of a configuration may be.
std::optional<ScalarTrouble> unfit(const Scalar& scalar) {
  if (!is_utf8(scalar.text)) {
    return ScalarTrouble{.code = "GH2113",
                         .message = fmt::format("{} is no UTF-8 text", scalar.words),
                         .hint = "write it in UTF-8"};
  }
  if (has_control_character(scalar.text)) {
    return ScalarTrouble{
        .code = "GH2113",
        .message = fmt::format("{} holds a line end or another control character", scalar.words),
        .hint = "a value is one line of text"};
  }
  if (scalar.text.empty()) {
    return ScalarTrouble{.code = "GH2106",
                         .message = fmt::format("{} is an empty text", scalar.words),
                         .hint = "write a value, or remove it: what is absent has its default"};
  }
  return std::nullopt;
}

std::optional<ScalarTrouble> put_text(const Scalar& scalar, const FieldDescriptor& field,
                                      Message& message) {
  if (auto trouble = unfit(scalar)) return trouble;
  if (auto trouble = no_such_value(scalar, field)) return trouble;
  if (scalar.plain && !scalar.came_from_elsewhere && is_truth(scalar.text)) {
    return ScalarTrouble{
        .code = "GH2108",
        .message = fmt::format("{} is a text, and {} without quotes is a truth value", scalar.words,
                               cited(scalar.text)),
        .hint = fmt::format("write \"{}\" in quotes if the word itself is meant", scalar.text)};
  }
  const auto* reflection = message.GetReflection();
  put(
      field, [&] { reflection->SetString(&message, &field, std::string(scalar.text)); },
      [&] { reflection->AddString(&message, &field, std::string(scalar.text)); });
  return std::nullopt;
}

}  // namespace

std::optional<ScalarTrouble> put_scalar(const Scalar& scalar, const FieldDescriptor& field,
                                        Message& message) {
  using google::protobuf::Reflection;
  if (scalar.plain && !scalar.came_from_elsewhere && is_yes_or_no(scalar.text)) {
    return yes_or_no(scalar, field);
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: return put_text(scalar, field, message);
    case FieldDescriptor::CPPTYPE_BOOL: return put_bool(scalar, field, message);
    case FieldDescriptor::CPPTYPE_INT32:
      return put_integer<std::int32_t>(scalar, field, message, &Reflection::SetInt32,
                                       &Reflection::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return put_integer<std::int64_t>(scalar, field, message, &Reflection::SetInt64,
                                       &Reflection::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return put_integer<std::uint32_t>(scalar, field, message, &Reflection::SetUInt32,
                                        &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return put_integer<std::uint64_t>(scalar, field, message, &Reflection::SetUInt64,
                                        &Reflection::AddUInt64);
    default:
      return ScalarTrouble{.code = "GH2108",
                           .message = fmt::format("{} cannot be set in a file", scalar.words),
                           .hint = ""};
  }
}

}  // namespace gatehouse::config
