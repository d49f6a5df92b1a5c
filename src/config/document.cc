#include "config/document.h"

#include "config/visible.h"

namespace gatehouse::config {

Diagnostic diagnose(const Document& document, std::string_view path, std::string code,
                    std::string message, std::string hint) {
  const Origin& origin = document.origins.of(path);
  Place place = origin.place;
  if (place.file.empty() && origin.source != Origin::Source::default_) place.file = origin.text();
  return {.code = std::move(code),
          .message = std::move(message),
          .place = place,
          .text = document.sources.shown_line(place),
          .length = origin.length,
          .hint = std::move(hint)};
}

std::string quoted(const Document& document, std::string_view path, std::string_view value) {
  return document.origins.of(path).hidden ? "`***`" : quoted(value);
}

}  // namespace gatehouse::config
