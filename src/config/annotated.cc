#include "config/annotated.h"

#include <fmt/format.h>

#include "config/schema_walk.h"

namespace gatehouse::config {
namespace {

constexpr std::size_t kWidth = 96;

constexpr std::string_view kBeginning =
    R"(## The configuration of gatehouse.
##
## Lines that begin with two # explain. Lines that begin with one # are settings: take the # and
## the blank behind it away, and change the value. What is not said has its default.
##
##     gatehouse config validate      says whether everything is right, and what is not
##     gatehouse reload               takes a change over; nobody is disconnected
##     gatehouse config show          says what is in force
##     gatehouse explain CODE         says more about an error
##
## Files in conf.d beside this one, *.yaml in the order of their names, add to it.

version: 1

## Until something is published, a page on this machine says that gatehouse works:
## https://localhost:8443. Remove these lines when you publish something of your own.
sites:
  welcome:
    names: ["*"]
    listen: ["localhost:8443"]
)";

constexpr std::string_view kMutualTls =
    R"(
## Mutual TLS: certificates that clients show to us, and one that we show to an application. This
## version does not read these settings yet, and refuses them as unknown; they stand here so that
## you can plan for them. `gatehouse config schema` says what this version reads.
##
##     sites:
##       files.example.com:
##         # Clients need a certificate that the trust anchor `clients` has signed, and of them
##         # only those that a rule allows are let in. It never concerns plain HTTP on loopback.
##         client_auth:
##           mode: verify                 # none, request, require_any or verify
##           trust: clients
##           allow:
##             - {issuer: "CN=Internal CA,O=Example", subject: "CN=fe-auth"}
##         # The application is reached by TLS; its certificate is verified against the trust
##         # anchor `backends`, and it gets to see our certificate `fe-auth`.
##         upstreams: [https://be1.internal:8443]
##         upstream_tls:
##           verify: {ca: backends}
##           client_certificate: fe-auth
)";

class Annotator {
 public:
  std::string write() {
    out_ = kBeginning;
    const Descriptor& type = *api::Configuration::descriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (field.name() == "version") continue;
      out_ += "\n";
      write_field(field, 0);
    }
    out_ += kMutualTls;
    return std::move(out_);
  }

 private:
  void explain(const std::string& text, std::size_t indent) {
    for (const std::string& line : wrapped(text, kWidth - indent)) {
      fmt::format_to(std::back_inserter(out_), "## {:{}}{}\n", "", indent, line);
    }
  }

  void set(std::string_view line, std::size_t indent) {
    fmt::format_to(std::back_inserter(out_), "# {:{}}{}\n", "", indent, line);
  }

  void write_field(const FieldDescriptor& field, std::size_t indent) {
    explain(explanation_of(field), indent);
    if (field.is_map()) {
      set(field.name() + ":", indent);
      set(key_of(sample_of(field)) + ":", indent + 2);
      return write_fields(*field.message_type()->map_value()->message_type(), indent + 4);
    }
    const bool message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!message || field.is_repeated() || !note_of(field).example().empty()) {
      return set(fmt::format("{}: {}", field.name(), value_of_sample(field)), indent);
    }
    set(field.name() + ":", indent);
    write_fields(*field.message_type(), indent + 2);
  }

  void write_fields(const Descriptor& type, std::size_t indent) {
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (i > 0 && note_of(type).one_field()) {
        explain("Or else: " + explanation_of(field), indent);
        set(fmt::format("# {}: {}", field.name(), value_of_sample(field)), indent);
      } else {
        write_field(field, indent);
      }
    }
  }

  static std::string explanation_of(const FieldDescriptor& field) {
    std::string text = note_of(field).doc();
    const std::string& standard = note_of(field).default_();
    if (note_of(field).values_size() > 0) text += " One of " + values_of(field) + ".";
    if (!standard.empty()) text += fmt::format(" Default: {}.", standard);
    return text;
  }

  // As YAML: texts that are not bare are in quotes in the notes already, but for a list's default.
  static std::string value_of_sample(const FieldDescriptor& field) {
    const std::string sample = sample_of(field);
    const bool bare = !sample.starts_with(':');
    return bare ? sample : "\"" + sample + "\"";
  }

  // `files.example.com` of "{files.example.com: http://127.0.0.1:8080}".
  static std::string key_of(const std::string& sample) {
    const auto end = sample.find(": ");
    return sample.substr(1, end == std::string::npos ? end : end - 1);
  }

  std::string out_;
};

}  // namespace

std::string annotated_default() { return Annotator().write(); }

}  // namespace gatehouse::config
