#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace gatehouse::certs {

// The friendly name of a certificate: UTF-8 of 1 to 200 bytes without control characters, spaces at
// its ends cut off. Case matters.
class RecordName {
 public:
  static constexpr std::size_t kLongest = 200;

  static Result<RecordName> parse(std::string_view text);
  // The nearest name to any text: what does not belong in one is left out, "certificate" for
  // nothing.
  static RecordName nearest(std::string_view text);

  const std::string& text() const { return text_; }
  // "files (2)".
  RecordName numbered(std::size_t number) const;

  friend bool operator==(const RecordName&, const RecordName&) = default;

 private:
  explicit RecordName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace gatehouse::certs
