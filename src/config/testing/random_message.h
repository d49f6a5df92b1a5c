#pragma once

#include <array>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <random>
#include <set>
#include <string>
#include <string_view>

namespace gatehouse::config::testing {

using Random = std::mt19937;

inline bool coin(Random& random, unsigned one_in) { return random() % one_in == 0; }

// Texts that YAML, JSON or we ourselves could take for something else.
// clang-format off
inline constexpr auto kNastyTexts = std::to_array<std::string_view>({
    ":443", "*", "true", "Yes", "NO", "off", "null", "~", "none", ".nan", ".inf", "0", "-1", "0x1f",
    "0o17", "1e3", "1.5", "12:30", "190:20:30", "2001-01-01", "1_000", "10.0.0.0/8",
    "127.0.0.1:9100", "[::1]:80", "::1", "http://127.0.0.1:8080", "unix:/run/a.sock", "@adm",
    "a: b", "a #b", "#", "- a", "-", "?", "!tag", "&anchor", "*alias", "|", ">", "%", "`", "'",
    "\"", "\\", "{}", "{a: b}", "[]", "[a]", ",", "a,b", " a", "a ", "a:", ":", "***", "$",
    "${env:HOME}", "$${env:HOME}", "$$${", "${", "<<", "=", "caf\xc3\xa9", "\xe6\x97\xa5",
    "\xf0\x9f\x94\x92", "\xc2\xa0", "10s", "1h", "1d", "y", "n", "+1", ".5", "a/b", "x@y"});
// clang-format on

inline std::string nasty_text(Random& random) {
  if (coin(random, 3)) {
    static constexpr std::string_view kLetters = "ab:,#[]{}&*!|>'\"%@`$ -?._/\\=~0123456789";
    std::string text;
    for (auto n = random() % 8; n > 0; --n) text += kLetters[random() % kLetters.size()];
    return text;
  }
  return std::string(kNastyTexts[random() % kNastyTexts.size()]);
}

// Fills a message with anything that its type can hold and a file can say.
class RandomMessage {
 public:
  explicit RandomMessage(unsigned seed) : random_(seed) {}

  void fill(google::protobuf::Message& message) {
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      if (coin(random_, 2)) fill_field(message, *type->field(i));
    }
  }

 private:
  using Field = google::protobuf::FieldDescriptor;

  void fill_field(google::protobuf::Message& message, const Field& field) {
    if (!field.is_repeated()) return fill_one(message, field);
    std::set<std::string> keys;
    for (auto n = random_() % 4; n > 0; --n) {
      if (field.is_map()) {
        add_entry(message, field, keys);
      } else {
        add_one(message, field);
      }
    }
  }

  void fill_one(google::protobuf::Message& message, const Field& field) {
    const auto& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case Field::CPPTYPE_MESSAGE: return fill(*reflection.MutableMessage(&message, &field));
      case Field::CPPTYPE_STRING:
        return reflection.SetString(&message, &field, nasty_text(random_));
      case Field::CPPTYPE_BOOL: return reflection.SetBool(&message, &field, coin(random_, 2));
      case Field::CPPTYPE_INT32: return reflection.SetInt32(&message, &field, 1);
      case Field::CPPTYPE_UINT32:
        return reflection.SetUInt32(&message, &field, static_cast<unsigned>(random_()));
      default: return reflection.SetUInt64(&message, &field, std::uint64_t{random_()} << 31);
    }
  }

  void add_one(google::protobuf::Message& message, const Field& field) {
    const auto& reflection = *message.GetReflection();
    if (field.cpp_type() == Field::CPPTYPE_STRING) {
      return reflection.AddString(&message, &field, not_empty());
    }
    fill(*reflection.AddMessage(&message, &field));
  }

  void add_entry(google::protobuf::Message& message, const Field& field,
                 std::set<std::string>& keys) {
    const auto [key, fresh] = keys.insert(name());
    if (!fresh) return;
    auto& added = *message.GetReflection()->AddMessage(&message, &field);
    added.GetReflection()->SetString(&added, field.message_type()->map_key(), *key);
    fill(*added.GetReflection()->MutableMessage(&added, field.message_type()->map_value()));
  }

  std::string not_empty() {
    std::string text;
    while (text.empty()) text = nasty_text(random_);
    return text;
  }

  // Names come from nowhere else.
  std::string name() {
    std::string text = "${";
    while (text.find("${") != std::string::npos) text = not_empty();
    return text;
  }

  Random random_;
};

}  // namespace gatehouse::config::testing
