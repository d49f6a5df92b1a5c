#pragma once

#include <string>
#include <utility>

#include "config/diagnostic.h"
#include "config/sources.h"

namespace gatehouse::config {

// A part of a text.
struct Span {
  std::size_t offset = 0;
  std::size_t size = 1;  // bytes
};

// Collects what is wrong in one text. What lines show is filled in at the end, when it is known
// which of them hold secrets.
class DiagnosticSink {
 public:
  // Of all in one reading; who has more will repair some first.
  static constexpr std::size_t kMost = 1000;

  explicit DiagnosticSink(const SourceText& source) : source_(source), locator_(source) {}

  void error(std::string code, Span at, std::string message, std::string hint = {});
  // About the file as a whole.
  void error(std::string code, std::string message, std::string hint = {});

  // Place and marked columns of a part, for origins. Cheap where offsets grow.
  Place place(Span at) { return locator_.place(at.offset); }
  unsigned columns(Span at) const;

  const SourceText& source() const { return source_; }
  const Diagnostics& so_far() const { return diagnostics_; }
  Diagnostics take() { return std::exchange(diagnostics_, {}); }

 private:
  const SourceText& source_;
  Locator locator_;
  Diagnostics diagnostics_;
};

}  // namespace gatehouse::config
