#include "config/merge.h"

#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <fmt/format.h>

#include "config/document_words.h"
#include "config/visible.h"

namespace gatehouse::config {
namespace {

using google::protobuf::Reflection;
using google::protobuf::util::FieldMaskUtil;
using google::protobuf::util::MessageDifferencer;

// Whether the two say the same in one field.
bool equal_in(const FieldDescriptor& field, const Message& a, const Message& b) {
  MessageDifferencer differencer;
  return differencer.CompareWithFields(a, b, {&field}, {&field});
}

void copy_field(const FieldDescriptor& field, const Message& from, Message& to) {
  google::protobuf::FieldMask mask;
  mask.add_paths(field.name());
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(from, mask, options, &to);
}

class Merger {
 public:
  Merger(Document& base, Document& over, Lists lists, Diagnostics& diagnostics)
      : base_(base), over_(over), lists_(lists), diagnostics_(diagnostics) {}

  void merge_all() {
    const Descriptor& type = *over_.message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const Where where = Where{}.field(field);
      if (!says(over_.origins, over_.message, field, where)) continue;
      if (field.is_map()) {
        merge_map(field, where);
      } else {
        merge_field(base_.message, over_.message, field, where);
      }
    }
  }

 private:
  // A false or an empty list is said where an origin tells of it.
  static bool says(const Origins& origins, const Message& message, const FieldDescriptor& field,
                   const Where& where) {
    const Reflection& reflection = *message.GetReflection();
    const bool holds = field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                                           : reflection.HasField(message, &field);
    return holds || origins.given(where.path);
  }

  // The maps of a configuration are large: what is not in `over` is not looked at.
  void merge_map(const FieldDescriptor& field, const Where& where) {
    keep_origin(where.path);
    switch (field.number()) {
      case api::Configuration::kSitesFieldNumber:
        return merge_entries(*base_.message.mutable_sites(), *over_.message.mutable_sites(), field,
                             where);
      case api::Configuration::kBindingsFieldNumber:
        return merge_entries(*base_.message.mutable_bindings(), *over_.message.mutable_bindings(),
                             field, where);
      case api::Configuration::kListenersFieldNumber:
        return merge_entries(*base_.message.mutable_listeners(), *over_.message.mutable_listeners(),
                             field, where);
      case api::Configuration::kCopiesFieldNumber:
        return merge_entries(*base_.message.mutable_copies(), *over_.message.mutable_copies(),
                             field, where);
      default: break;
    }
  }

  template <class Map>
  void merge_entries(Map& base, Map& over, const FieldDescriptor& field, const Where& where) {
    for (auto& [key, entry] : over) {
      const Where here = where.entry(field, key);
      const auto [at, fresh] = base.insert({key, {}});
      if (fresh) {
        at->second.Swap(&entry);
        base_.origins.take(here.path, over_.origins);
      } else {
        keep_origin(here.path);
        merge_fields(at->second, entry, here);
      }
    }
  }

  void merge_fields(Message& base, const Message& over, const Where& where) {
    const Descriptor& type = *over.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const Where here = where.field(field);
      if (says(over_.origins, over, field, here)) merge_field(base, over, field, here);
    }
  }

  void merge_field(Message& base, const Message& over, const FieldDescriptor& field,
                   const Where& where) {
    if (field.message_type() != nullptr && !field.is_repeated()) {
      keep_origin(where.path);
      Message& into = *base.GetReflection()->MutableMessage(&base, &field);
      return merge_fields(into, over.GetReflection()->GetMessage(over, &field), where);
    }
    const bool first = !says(base_.origins, base, field, where);
    const bool replaces = field.is_repeated() && lists_ == Lists::replace;
    if (!first && !replaces) return compare(base, over, field, where);
    copy_field(field, over, base);
    base_.origins.erase(where.path);
    base_.origins.take(where.path, over_.origins);
  }

  // A map keeps the place where it was said first.
  void keep_origin(const std::string& path) {
    if (!base_.origins.given(path) && over_.origins.given(path)) {
      base_.origins.set(path, over_.origins.of(path));
    }
  }

  void compare(const Message& base, const Message& over, const FieldDescriptor& field,
               const Where& where) {
    if (equal_in(field, base, over)) return;
    const std::string here = said(over_, over, field, where, "one list");
    const std::string there = said(base_, base, field, where, "another");
    diagnostics_.push_back(diagnose(
        over_, where.path, "GH2301",
        fmt::format("{} is {} here and is {} {}", where.words, here, there, place_of(base_, where)),
        "say it in one place only"));
  }

  static std::string place_of(const Document& document, const Where& where) {
    const Origin& origin = document.origins.of(where.path);
    return origin.source == Origin::Source::file ? "at " + origin.text() : "by " + origin.text();
  }

  static std::string said(const Document& document, const Message& message,
                          const FieldDescriptor& field, const Where& where,
                          std::string_view for_lists) {
    if (field.is_repeated()) return std::string(for_lists);
    return quoted(document, where.path, text_of(message, field));
  }

  static std::string text_of(const Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: return reflection.GetString(message, &field);
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.GetBool(message, &field) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(reflection.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return std::to_string(reflection.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return std::to_string(reflection.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return std::to_string(reflection.GetUInt64(message, &field));
      default: return "another value";
    }
  }

  Document& base_;
  Document& over_;
  Lists lists_;
  Diagnostics& diagnostics_;
};

}  // namespace

void merge_documents(Document& base, Document over, Lists lists, Diagnostics& diagnostics) {
  base.sources.add(over.sources);
  Merger(base, over, lists, diagnostics).merge_all();
}

}  // namespace gatehouse::config
