#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/server_name.h"
#include "certs/record_name.h"
#include "certs/thumbprint.h"
#include "crypto/distinguished_name.h"

namespace gatehouse::certs {

// How a person says which certificate of a shelf is meant.
class Selector {
 public:
  // All attributes that are given are in the subject; a bare common name is one of them.
  struct Subject {
    crypto::DistinguishedName wanted;
    friend bool operator==(const Subject&, const Subject&) = default;
  };
  // The certificate speaks for this server: it is among its names, or a wildcard of it covers it.
  struct San {
    NamePattern wanted;
    friend bool operator==(const San&, const San&) = default;
  };
  using Kind = std::variant<RecordName, Thumbprint, Subject, San>;

  static Result<Selector> by_name(std::string_view text);
  static Result<Selector> by_thumbprint(std::string_view text);
  // "CN=fe-auth, O=Example" or a bare common name "fe-auth".
  static Result<Selector> by_subject(std::string_view text);
  static Result<Selector> by_san(std::string_view text);

  // One text for all of them, for the command line: `name:`, `thumbprint:`, `subject:` or `san:` in
  // front say which; without it, TYPE=VALUE is a subject, what reads as a thumbprint is one, and
  // everything else is a name.
  static Result<Selector> parse(std::string_view text);

  const Kind& kind() const { return kind_; }
  // As it was given, for sentences: `subject "CN=fe-auth"`. Printable.
  const std::string& text() const { return text_; }

  friend bool operator==(const Selector& a, const Selector& b) { return a.kind_ == b.kind_; }

 private:
  Selector(Kind kind, std::string text) : kind_(std::move(kind)), text_(std::move(text)) {}

  Kind kind_;
  std::string text_;
};

}  // namespace gatehouse::certs
