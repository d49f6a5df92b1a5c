#include "control/edits.h"

#include <algorithm>
#include <google/protobuf/message.h>

#include <fmt/format.h>

#include "control/sources.h"

namespace gatehouse::control {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string entry(std::string_view map, std::string_view key) {
  return config::entry_path(map, key);
}

bool may_substitute(const std::string& text) { return text.find("${") != std::string::npos; }

// Whether any text in the message asks for something from outside.
bool has_substitution(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return std::ranges::any_of(fields, [&](const FieldDescriptor* field) {
    const auto& reflection = *message.GetReflection();
    const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool nested = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!text && !nested) return false;
    if (!field->is_repeated()) {
      return text ? may_substitute(reflection.GetString(message, field))
                  : has_substitution(reflection.GetMessage(message, field));
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      const bool found = text ? may_substitute(reflection.GetRepeatedString(message, field, i))
                              : has_substitution(reflection.GetRepeatedMessage(message, field, i));
      if (found) return true;
    }
    return false;
  });
}

// One kind of thing that the API can make: "site" in `sites`.
struct Kind {
  std::string_view word;
  std::string_view map;
};
constexpr Kind kSite{"Site", "sites"};
constexpr Kind kBinding{"Binding", "bindings"};
constexpr Kind kListener{"Listener", "listeners"};

class Editor {
 public:
  Editor(const config::Document& api, const config::Document& base) : base_(base), made_{api, {}} {}

  Result<Ok> apply(const api::Edit& edit) {
    using Edit = api::Edit;
    api::Configuration& mine = made_.api.message;
    switch (edit.what_case()) {
      case Edit::kSetSite:
        return set(kSite, base_.message.sites(), *mine.mutable_sites(), edit.set_site().name(),
                   edit.set_site().site());
      case Edit::kSetBinding:
        return set(kBinding, base_.message.bindings(), *mine.mutable_bindings(),
                   edit.set_binding().name(), edit.set_binding().binding());
      case Edit::kSetListener:
        return set(kListener, base_.message.listeners(), *mine.mutable_listeners(),
                   edit.set_listener().address(), edit.set_listener().listener());
      case Edit::kRemoveSite:
        return remove(kSite, base_.message.sites(), *mine.mutable_sites(), edit.remove_site());
      case Edit::kRemoveBinding:
        return remove(kBinding, base_.message.bindings(), *mine.mutable_bindings(),
                      edit.remove_binding());
      case Edit::kRemoveListener:
        return remove(kListener, base_.message.listeners(), *mine.mutable_listeners(),
                      edit.remove_listener());
      case Edit::kRemoveOwner: return remove_owner(edit.remove_owner());
      case Edit::kSetEnabled: return set_enabled(edit.set_enabled());
      case Edit::kReplaceYaml: return replace(edit.replace_yaml());
      case Edit::WHAT_NOT_SET: break;
    }
    return fail(Fault::client, "A step of the change says nothing to do.", ErrorKind::usage);
  }

  Edited take() && { return std::move(made_); }

 private:
  std::unexpected<Error> defined_elsewhere(const Kind& kind, const std::string& key) const {
    const std::string where = base_.origins.of(entry(kind.map, key)).text();
    return fail(Fault::operator_input,
                fmt::format("{} {} is defined in {}; change it there.", kind.word, key, where),
                ErrorKind::conflict);
  }

  template <class Map, class Value>
  Result<Ok> set(const Kind& kind, const Map& theirs, Map& mine, const std::string& key,
                 const Value& value) {
    if (theirs.contains(key)) return defined_elsewhere(kind, key);
    if (may_substitute(key) || has_substitution(value)) {
      return fail(Fault::operator_input,
                  fmt::format("{} {} has a text with ${{...}}. Only configuration files may take "
                              "values from the environment, credentials or other files: write the "
                              "value itself, or define it in a file.",
                              kind.word, key),
                  ErrorKind::invalid);
    }
    mine[key] = value;
    forget_origins(kind, key);
    made_.api.origins.set(entry(kind.map, key), {.source = config::Origin::Source::api});
    return Ok{};
  }

  template <class Map>
  Result<Ok> remove(const Kind& kind, const Map& theirs, Map& mine, const std::string& key) {
    if (theirs.contains(key)) return defined_elsewhere(kind, key);
    if (mine.erase(key) == 0) {
      return fail(Fault::operator_input, fmt::format("There is no {} {}.", lower(kind.word), key),
                  ErrorKind::not_found);
    }
    forget_origins(kind, key);
    return Ok{};
  }

  template <class Map>
  Result<std::size_t> remove_owned(const Kind& kind, const Map& theirs, Map& mine,
                                   const std::string& owner) {
    for (const auto& [key, value] : theirs) {
      if (value.owner() == owner) return defined_elsewhere(kind, key);
    }
    std::vector<std::string> keys;
    for (const auto& [key, value] : mine) {
      if (value.owner() == owner) keys.push_back(key);
    }
    for (const std::string& key : keys) {
      mine.erase(key);
      forget_origins(kind, key);
    }
    return keys.size();
  }

  Result<Ok> remove_owner(const std::string& owner) {
    const auto sites =
        remove_owned(kSite, base_.message.sites(), *made_.api.message.mutable_sites(), owner);
    if (!sites) return std::unexpected(sites.error());
    const auto bindings = remove_owned(kBinding, base_.message.bindings(),
                                       *made_.api.message.mutable_bindings(), owner);
    if (!bindings) return std::unexpected(bindings.error());
    if (!owner.empty() && *sites + *bindings > 0) return Ok{};
    return fail(Fault::operator_input,
                fmt::format("No site and no binding belongs to the owner `{}`.", owner),
                ErrorKind::not_found);
  }

  Result<Ok> set_enabled(const api::SetEnabled& step) {
    if (base_.message.sites().contains(step.site())) return defined_elsewhere(kSite, step.site());
    auto& sites = *made_.api.message.mutable_sites();
    const auto found = sites.find(step.site());
    if (found == sites.end()) {
      return fail(Fault::operator_input, fmt::format("There is no site {}.", step.site()),
                  ErrorKind::not_found);
    }
    if (step.enabled()) {
      found->second.clear_enabled();
    } else {
      found->second.set_enabled(false);
    }
    return Ok{};
  }

  Result<Ok> replace(const std::string& yaml) {
    config::Reading reading = Sources::read_api_text(yaml);
    made_.diagnostics = std::move(reading.diagnostics);
    made_.api = std::move(reading.document);
    if (made_.api.message.copies().empty()) return Ok{};
    // Whoever writes them chooses what root runs and overwrites.
    return fail(Fault::operator_input,
                "`copies` come from configuration files alone, which root owns: write them there.",
                ErrorKind::not_permitted);
  }

  void forget_origins(const Kind& kind, const std::string& key) {
    made_.api.origins.erase(entry(kind.map, key));
  }

  static std::string lower(std::string_view word) {
    std::string text(word);
    text.front() = static_cast<char>(text.front() | 0x20);
    return text;
  }

  const config::Document& base_;
  Edited made_;
};

}  // namespace

Result<Edited> apply_edits(const config::Document& api, const config::Document& base,
                           const Edits& edits) {
  Editor editor(api, base);
  for (const api::Edit& edit : edits) {
    if (auto done = editor.apply(edit); !done) return pass_on(done);
  }
  return std::move(editor).take();
}

std::optional<std::set<std::string>> sites_of(const Edits& edits) {
  std::set<std::string> sites;
  for (const api::Edit& edit : edits) {
    switch (edit.what_case()) {
      case api::Edit::kSetSite: sites.insert(edit.set_site().name()); break;
      case api::Edit::kRemoveSite: sites.insert(edit.remove_site()); break;
      case api::Edit::kSetEnabled: sites.insert(edit.set_enabled().site()); break;
      default: return std::nullopt;
    }
  }
  return sites;
}

}  // namespace gatehouse::control
