#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "config/diagnostic.h"
#include "config/document.h"
#include "config/field_path.h"

namespace gatehouse::config {

// Collects what is wrong with the values of a configuration, each with its place. Sentences come
// without the place and without the site that they are about: both are put before them here.
class SettleReport {
 public:
  // Borrows the document.
  explicit SettleReport(const Document& document) : document_(document) {}

  void error(std::string_view code, const FieldPath& at, std::string sentence,
             std::string hint = {}) {
    add(Severity::error, code, at, std::move(sentence), std::move(hint));
  }
  void warning(std::string_view code, const FieldPath& at, std::string sentence,
               std::string hint = {}) {
    add(Severity::warning, code, at, std::move(sentence), std::move(hint));
  }

  // The value of a result; its error is reported, and none comes back.
  template <class Value>
  std::optional<Value> take(std::string_view code, const FieldPath& at, Result<Value> result) {
    if (result) return std::move(*result);
    error(code, at, std::move(result.error().what));
    return std::nullopt;
  }

  // " (/etc/gatehouse/gatehouse.yaml:7)", or nothing where the origin is no file.
  std::string where(const FieldPath& at) const;

  // In the order of files and lines; what is beyond the first hundred is counted.
  Diagnostics finish() &&;

 private:
  void add(Severity severity, std::string_view code, const FieldPath& at, std::string sentence,
           std::string hint);

  const Document& document_;
  Diagnostics diagnostics_;
};

}  // namespace gatehouse::config
