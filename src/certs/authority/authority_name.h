#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::certs {

// How people call one of their authorities: 1 to 24 lower-case letters, digits and dashes, a letter
// or digit at both ends. Stands in the subjects of its certificates and in keys of the store.
class AuthorityName {
 public:
  static constexpr std::size_t kLongest = 24;
  // The CA that gatehouse makes for itself; no other one has this name.
  static constexpr std::string_view kMachine = "machine";
  static AuthorityName machine() { return AuthorityName(std::string(kMachine)); }

  static Result<AuthorityName> parse(std::string_view text);
  bool is_machine() const { return text_ == kMachine; }

  const std::string& text() const { return text_; }
  friend bool operator==(const AuthorityName&, const AuthorityName&) = default;

 private:
  explicit AuthorityName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace gatehouse::certs
