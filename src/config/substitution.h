#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"

namespace gatehouse::config {

// What is wrong with a ${...}.
struct SubstitutionTrouble {
  std::string code;
  std::string reference;  // ${env:X}, as it was written
  std::string message;
  std::string hint;
};

struct Substituted {
  std::string text;
  bool any = false;  // something came from elsewhere: messages must not say the text
  std::vector<SubstitutionTrouble> troubles;  // if there are any, the text means nothing
};

// Replaces ${env:X}, ${file:/path} and ${cred:name} in single values; `$${` is a plain `${`. What
// was put in is not looked at again. One for each reading: it bounds the sum of all.
class Substitution {
 public:
  static constexpr std::size_t kLargestFile = std::size_t{64} << 10;
  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;

  explicit Substitution(const ReadOptions& options) : options_(options) {}

  // `may_read_files`: whether the text that holds it is trusted to name files, beside what the
  // options say.
  Substituted apply(std::string_view text, bool may_read_files);

 private:
  using Value = std::expected<std::string, SubstitutionTrouble>;
  Value value_of(std::string_view reference, bool may_read_files);
  Value variable(const std::string& name) const;
  Value file(const std::filesystem::path& path) const;
  Value credential(const std::string& name) const;

  const ReadOptions& options_;
  std::size_t bytes_ = 0;
};

}  // namespace gatehouse::config
