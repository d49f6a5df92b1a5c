#include "config/substitution.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "config/sources_file.h"
#include "config/visible.h"

namespace gatehouse::config {
namespace {

constexpr std::size_t kLongestName = 200;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool names_variable(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && !digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return letter(c) || digit(c); });
}

bool names_credential(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
         std::ranges::all_of(name, [](char c) {
           return letter(c) || digit(c) || c == '-' || c == '.' || c == '@';
         });
}

std::unexpected<SubstitutionTrouble> trouble(std::string code, std::string message,
                                             std::string hint) {
  return std::unexpected(SubstitutionTrouble{.code = std::move(code),
                                             .reference = {},
                                             .message = std::move(message),
                                             .hint = std::move(hint)});
}

std::unexpected<SubstitutionTrouble> unknown(std::string_view reference) {
  return trouble("GH2401", fmt::format("{} is no reference to a value", cited(reference)),
                 "write ${env:NAME}, ${file:/path} or ${cred:name}; `$${` for a plain `${`");
}

std::unexpected<SubstitutionTrouble> not_allowed(std::string_view what) {
  return trouble("GH2405", fmt::format("{} can be used in root's configuration files only", what),
                 "a file that others may write, the API and the command line may not make "
                 "gatehouse read a file");
}

// A credential or file ends with a newline that its author did not mean.
std::string without_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

Substituted Substitution::apply(std::string_view text, bool may_read_files) {
  Substituted result;
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${")) {
    const bool escaped = at > 0 && text[at - 1] == '$';
    result.text += text.substr(0, escaped ? at - 1 : at);
    if (escaped) {
      result.text += "${";
      text.remove_prefix(at + 2);
      continue;
    }
    const auto close = text.find('}', at);
    const std::string_view reference =
        text.substr(at, close == std::string_view::npos ? close : close + 1 - at);
    text.remove_prefix(at + reference.size());
    auto value = value_of(reference, may_read_files);
    if (value) {
      result.any = true;
      result.text += *value;
    } else {
      value.error().reference = reference;
      result.troubles.push_back(std::move(value.error()));
    }
  }
  result.text += text;
  return result;
}

Substitution::Value Substitution::value_of(std::string_view reference, bool may_read_files) {
  if (!reference.ends_with('}')) {
    return trouble("GH2401", fmt::format("{} has no end", cited(reference)),
                   "write `}` at the end, or `$${` for a plain `${`");
  }
  const std::string_view inner = reference.substr(2, reference.size() - 3);
  const auto colon = inner.find(':');
  if (colon == std::string_view::npos) return unknown(reference);
  const std::string_view source = inner.substr(0, colon);
  const std::string name(inner.substr(colon + 1));

  Value value;
  const bool files = may_read_files && options_.may_read_files;
  if (source == "env") {
    value = variable(name);
  } else if (source == "file") {
    value = files ? file(name) : not_allowed("${file:}");
  } else if (source == "cred") {
    value = files ? credential(name) : not_allowed("${cred:}");
  } else {
    return unknown(reference);
  }
  if (value && (bytes_ += value->size()) > kMostBytes) {
    return trouble("GH2406", "what ${...} puts in is more than 4 MiB in all",
                   "write large values once, or make them smaller");
  }
  return value;
}

Substitution::Value Substitution::variable(const std::string& name) const {
  if (!names_variable(name)) {
    return trouble("GH2401", fmt::format("{} is no name of an environment variable", cited(name)),
                   "write ${env:NAME} with letters, digits and _");
  }
  const auto value = options_.environment ? options_.environment(name) : std::nullopt;
  if (value) return *value;
  return trouble("GH2402", fmt::format("the environment variable {} is not set", cited(name)),
                 "set it for the service, or write the value itself");
}

Substitution::Value Substitution::file(const std::filesystem::path& path) const {
  const std::string name = cited(path.string());
  if (!path.is_absolute() || path.string().find('\0') != std::string::npos) {
    return trouble("GH2403", fmt::format("{} is no absolute path", name),
                   "write ${file:/path/from/the/root}");
  }
  auto read = read_text_file(path, kLargestFile);
  if (!read && read.error().error == EFBIG) {
    return trouble("GH2403", fmt::format("{} holds more than 64 KiB", name),
                   "a value is short; name a file that holds the value alone");
  }
  if (!read && read.error().error == ENOENT) {
    return trouble("GH2403", fmt::format("the file {} does not exist", name),
                   "make it, or name another file");
  }
  if (!read) {
    return trouble("GH2403", fmt::format("{} cannot be read: {}", name, read.error().why),
                   "make it readable for gatehouse, or name another file");
  }
  if (!read->ours()) {
    return trouble("GH2403", fmt::format("others than root and gatehouse may write {}", name),
                   "make root its owner (chown root) and take the right to write from group and "
                   "others (chmod go-w)");
  }
  return without_newline(std::move(read->text));
}

Substitution::Value Substitution::credential(const std::string& name) const {
  if (!names_credential(name)) {
    return trouble("GH2401", fmt::format("{} is no name of a credential", cited(name)),
                   "write ${cred:name} with letters, digits, `-`, `_`, `.` and `@`");
  }
  if (options_.credentials.empty()) {
    return trouble("GH2404", "there are no credentials: the service manager gave none",
                   fmt::format("add LoadCredential={}:/path to the unit of gatehouse", name));
  }
  auto read = read_text_file(options_.credentials / name, kLargestFile);
  if (!read && read.error().error == ENOENT) {
    return trouble("GH2404", fmt::format("there is no credential {}", cited(name)),
                   fmt::format("add LoadCredential={}:/path to the unit of gatehouse", name));
  }
  if (!read) {
    return trouble(
        "GH2404",
        fmt::format("the credential {} cannot be read: {}", cited(name),
                    read.error().error == EFBIG ? "it holds more than 64 KiB" : read.error().why),
        fmt::format("add LoadCredential={}:/path to the unit of gatehouse", name));
  }
  if (!read->ours()) {
    return trouble("GH2404",
                   fmt::format("others than root and gatehouse may write {}",
                               cited((options_.credentials / name).string())),
                   "credentials are files of the service manager; let it make them");
  }
  return without_newline(std::move(read->text));
}

}  // namespace gatehouse::config
