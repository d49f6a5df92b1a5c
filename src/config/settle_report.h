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

// Collects what is wrong with the values of a configuration, each with its place. What is wrong is
// a sentence, and what to do about it further ones, which become the hint; the site that they are
// about is put before them here.
class SettleReport {
 public:
  // Hidden: the line of the file could hold a secret.
  enum class Line : unsigned char { shown, hidden };

  // Borrows the document.
  explicit SettleReport(const Document& document) : document_(document) {}

  void error(std::string_view code, const FieldPath& at, std::string sentences,
             Line line = Line::shown) {
    add(Severity::error, code, at, std::move(sentences), line);
  }
  void warning(std::string_view code, const FieldPath& at, std::string sentences) {
    add(Severity::warning, code, at, std::move(sentences), Line::shown);
  }

  // The value of a result; its error is reported, and none comes back.
  template <class Value>
  std::optional<Value> take(std::string_view code, const FieldPath& at, Result<Value> result,
                            Line line = Line::shown) {
    if (result) return std::move(*result);
    error(code, at, std::move(result.error().what), line);
    return std::nullopt;
  }

  // " (/etc/gatehouse/gatehouse.yaml:7)", or nothing where the origin is no file.
  std::string where(const FieldPath& at) const;

  // In the order of files and lines; what is beyond the first hundred is counted.
  Diagnostics finish() &&;

 private:
  void add(Severity severity, std::string_view code, const FieldPath& at, std::string sentences,
           Line line);

  const Document& document_;
  Diagnostics diagnostics_;
};

}  // namespace gatehouse::config
