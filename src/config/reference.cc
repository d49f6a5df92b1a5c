#include "config/reference.h"

#include <map>

#include <fmt/format.h>

#include "config/schema_walk.h"

namespace gatehouse::config {
namespace {

constexpr std::string_view kBeginning =
    R"(# Configuration

This page is made from the schema; `gatehouse config schema` prints the same as JSON Schema, and
[`packaging/gatehouse.yaml`](../../packaging/gatehouse.yaml) is the annotated default.

How files are read, what `conf.d` adds, and how values come from variables and other files is in
[Configuration files](configuration-files.md). `gatehouse config validate` says everything that is
wrong, each with its line, and `gatehouse explain CODE` says more about one; a configuration that is
wrong in any part changes nothing. A single value may stand for a list of one.

```yaml
version: 1
sites:
  files.example.com: http://127.0.0.1:8080      # one line is a whole site
  pbx.example.com:
    listen: [":443", ":8443"]
    upstreams: [http://127.0.0.1:9000, http://127.0.0.1:9001]
    certificate: {files: {certificate: /etc/ssl/pbx.crt, key: /etc/ssl/private/pbx.key}}
    http: {external: redirect, loopback: keep}
    routes: [{path: /api, upstreams: http://127.0.0.1:9100}]
```
)";

constexpr std::string_view kEnd =
    R"(
## Kinds of values

| kind | is | for example |
|---|---|---|
| account | a user of this machine, or a group with @ before it | `alice`, `"@adm"` |
| cidr | a network, or one address | `10.0.0.0/8`, `::1` |
| duration | a whole number with ms, s, m or h; at most 720h | `500ms`, `10s` |
| endpoint | a server name or an address, with a port | `files.example.com:443`, `"[::1]:8443"` |
| file | the whole path of a file | `/etc/ssl/files.crt` |
| listen | a port of all addresses, of localhost or of one address; `http://` before it: without TLS | `":443"`, `localhost:8443`, `10.0.0.5:8443` |
| log | the whole path of a file, `-` for standard output, `journal`, or `none` | `/var/log/gatehouse/access.log` |
| name | a server name, an address, `*.` and a name for any one label, or `*` for every name | `files.example.com`, `"*.example.com"` |
| path | what a request's path begins with, whole segments | `/api` |
| permit | a domain with all below it, a name, or a network | `.plant4.local`, `10.20.0.0/16` |
| upstream | `http://` with host and port, or `unix:` with the path of a socket; `h2c://` and `h2c+unix:` where it speaks HTTP/2 without TLS (gRPC) | `http://127.0.0.1:8080`, `unix:/run/app.sock`, `h2c://127.0.0.1:9000` |
)";

// Where each type stands, as a person would write it: `sites.NAME.http`.
class Places {
 public:
  Places() { visit(*api::Configuration::descriptor(), ""); }
  const std::string& of(const Descriptor& type) const { return places_.at(&type); }

 private:
  void visit(const Descriptor& type, const std::string& place) {
    if (!places_.try_emplace(&type, place).second) return;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      std::string inner = place.empty() ? field.name() : place + "." + field.name();
      const FieldDescriptor* value = &field;
      if (field.is_map()) {
        value = field.message_type()->map_value();
        inner += ".NAME";
      } else if (field.is_repeated()) {
        inner += "[]";
      }
      if (value->message_type() != nullptr) visit(*value->message_type(), inner);
    }
  }

  std::map<const Descriptor*, std::string> places_;
};

// As renderers of Markdown make it of a heading.
std::string anchor_of(const Descriptor& type) {
  std::string anchor = type.name();
  for (char& c : anchor) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return anchor;
}

std::string value_column(const FieldDescriptor& field) {
  const api::FieldNote& note = note_of(field);
  const FieldDescriptor& one = field.is_map() ? *field.message_type()->map_value() : field;
  const std::string many = field.is_map() ? "map of " : field.is_repeated() ? "list of " : "";
  if (const Descriptor* type = one.message_type()) {
    return fmt::format("{}[{}](#{})", many, type->name(), anchor_of(*type));
  }
  if (note.values_size() > 0) return values_of(field);
  if (!note.kind().empty()) return many + note.kind();
  if (one.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return "`true` or `false`";
  return one.cpp_type() == FieldDescriptor::CPPTYPE_STRING ? many + "text" : "whole number";
}

std::string in_code(const std::string& text) { return text.empty() ? "" : "`" + text + "`"; }

// Sentences are no code.
std::string default_column(const std::string& text) {
  return text.find(' ') == std::string::npos ? in_code(text) : text;
}

void append_type(std::string& out, const Descriptor& type, const Places& places) {
  const std::string& place = places.of(type);
  fmt::format_to(std::back_inserter(out), "\n## {}\n\n", type.name());
  if (!place.empty()) fmt::format_to(std::back_inserter(out), "At `{}`. ", place);
  out += note_of(type).doc() + "\n";
  if (const FieldDescriptor* shorthand = shorthand_of(type)) {
    fmt::format_to(std::back_inserter(out), "\nA single value in its place means `{}` alone.\n",
                   shorthand->name());
  }
  out += "\n| field | value | default | |\n|---|---|---|---|\n";
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const api::FieldNote& note = note_of(field);
    std::string meaning = note.doc();
    if (!note.example().empty()) meaning += " For example " + in_code(note.example()) + ".";
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} |\n", field.name(),
                   value_column(field), default_column(note.default_()), meaning);
  }
}

}  // namespace

std::string reference_markdown() {
  std::string out(kBeginning);
  const Places places;
  for (const Descriptor* type : types_of_the_configuration()) append_type(out, *type, places);
  out += kEnd;
  return out;
}

}  // namespace gatehouse::config
