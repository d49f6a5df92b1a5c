#include "config/diagnostic_sink.h"

#include <algorithm>

#include "base/utf8.h"

namespace gatehouse::config {

void DiagnosticSink::error(std::string code, Span at, std::string message, std::string hint) {
  if (diagnostics_.size() > kMost) return;
  diagnostics_.push_back({.code = std::move(code),
                          .message = std::move(message),
                          .place = Locator(source_).place(at.offset),
                          .length = columns(at),
                          .hint = std::move(hint)});
}

void DiagnosticSink::error(std::string code, std::string message, std::string hint) {
  diagnostics_.push_back({.code = std::move(code),
                          .message = std::move(message),
                          .place = {.file = source_.name()},
                          .hint = std::move(hint)});
}

unsigned DiagnosticSink::columns(Span at) const {
  const std::size_t offset = std::min(at.offset, source_.text().size());
  std::string_view marked = source_.text().substr(offset, at.size);
  marked = marked.substr(0, marked.find('\n'));
  return std::max(1U, static_cast<unsigned>(utf8_characters(marked)));
}

}  // namespace gatehouse::config
