#include <cstdlib>
#include <google/protobuf/util/message_differencer.h>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "config/codes.h"
#include "config/document.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::config;

void demand(bool holds) {
  if (!holds) std::abort();
}

bool equal(const api::Configuration& a, const api::Configuration& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

ReadOptions options() {
  return {.environment = [](const std::string& name) -> std::optional<std::string> {
            if (name == "A") return "modern";
            if (name == "B") return "\xff\n";
            return std::nullopt;
          },
          .credentials = {},
          .may_read_files = false};
}

Reading read(std::string_view text, std::string_view name) {
  return read_text(text, name, Origin::Source::file, options());
}

void check_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& one : diagnostics) {
    demand(explain(one.code).has_value());
    demand(is_utf8(one.message) && is_utf8(one.text) && is_utf8(one.hint));
    demand(one.text.empty() || one.place.line > 0);
  }
  demand(is_utf8(render(diagnostics)));
}

// Who writes what was read reads the same again.
void check_document(const Document& document) {
  Document copy;
  Diagnostics diagnostics;
  merge(copy, document, diagnostics);
  merge(copy, document, diagnostics);
  demand(diagnostics.empty() && equal(copy.message, document.message));

  const Reading again = read(to_yaml(document.message), "again.yaml");
  demand(again.diagnostics.empty() && equal(again.document.message, document.message));
}

}  // namespace

// Whatever a file holds, it is a configuration or a list of sentences about it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"a.yaml", "a.json"}) {
    const Reading reading = read(text, name);
    check_diagnostics(reading.diagnostics);
    if (!has_errors(reading.diagnostics)) check_document(reading.document);
  }
  return 0;
}
