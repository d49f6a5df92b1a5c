#pragma once

#include <string>

#include "config/diagnostic_sink.h"
#include "config/document_words.h"
#include "config/origins.h"
#include "config/substitution.h"
#include "config/yaml_node.h"

namespace gatehouse::config {

// Puts a tree into a message by walking the message's descriptor: every name that the tree holds
// is a field with the right kind of value, or it is told to `sink`.
class DocumentReader {
 public:
  struct From {
    Origin::Source source = Origin::Source::file;
    bool may_read_files = true;  // whether ${file:} and ${cred:} are allowed here
  };

  DocumentReader(SourceText& text, From from, Substitution& substitution, Origins& origins,
                 DiagnosticSink& sink)
      : text_(text), from_(from), substitution_(substitution), origins_(origins), sink_(sink) {}

  // `root` is a map.
  void read(const Node& root, Message& message) { read_fields(root, message, Where{}); }

 private:
  // A name and its value, and where in the text a complaint about either points to.
  struct Entry {
    const Node& name;
    const Node& value;
    const Node* next = nullptr;  // the name that follows, for the end of the value
  };
  struct Target {
    Message& message;
    const FieldDescriptor& field;
  };

  template <class Use>
  void each_entry(const Node& map, const Where& where, const Use& use);
  bool is_name(const Node& name, const Where& where);

  void read_fields(const Node& map, Message& message, const Where& where);
  void unknown_field(const Node& name, const Descriptor& type, const Where& where);
  void read_field(const Entry& entry, Target to, const Where& where);
  void read_value(const Entry& entry, Target to, const Where& where);
  void read_message(const Entry& entry, Message& message, const Where& where);
  void read_entries(const Entry& entry, Target to, const Where& where);
  void read_list(const Entry& entry, Target to, const Where& where);
  void read_element(const Entry& entry, Target to, const Where& where);
  void read_scalar(const Entry& entry, Target to, const Where& where);

  static bool has_value(const Entry& entry);
  void no_value(const Entry& entry, const Where& where, std::string hint);
  void wrong_kind(const Entry& entry, const FieldDescriptor& field, const Where& where);
  void hide(const Entry& entry);
  void note(const std::string& path, const Node& node, bool hidden = false);
  Span span(const Node& node) const { return span_of(node, text_.text()); }
  // What a complaint about the value points to: a block of several lines is shown by its name.
  Span span(const Entry& entry) const;

  std::optional<Substituted> substitute(const Node& value);
  Span find_in(const Node& value, std::string_view reference) const;
  Span span_of_empty(const Node& element) const;

  SourceText& text_;
  From from_;
  Substitution& substitution_;
  Origins& origins_;
  DiagnosticSink& sink_;
};

}  // namespace gatehouse::config
