#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::config {

// Where a value stands in a configuration: `sites."files.example.com".upstreams[0]`. Steps point
// at the one before, which has to live as long: named locals, so that a walk over ten thousand
// sites makes no text that nobody reads.
class FieldPath {
 public:
  FieldPath() = default;
  FieldPath field(std::string_view name) const& { return {this, Field{name}}; }
  FieldPath key(std::string_view key) const& { return {this, Key{key}}; }
  FieldPath item(std::size_t index) const& { return {this, Item{index}}; }
  FieldPath field(std::string_view) && = delete;
  FieldPath key(std::string_view) && = delete;
  FieldPath item(std::size_t) && = delete;

  // As Origins spells it.
  std::string text() const;
  // How a sentence calls what this belongs to: "site `files.example.com`", "`timeouts.head`".
  std::string subject() const;

 private:
  struct Root {};
  struct Field {
    std::string_view name;
  };
  struct Key {
    std::string_view key;
  };
  struct Item {
    std::size_t index;
  };
  using Step = std::variant<Root, Field, Key, Item>;
  FieldPath(const FieldPath* parent, Step step) : parent_(parent), step_(step) {}

  const FieldPath* parent_ = nullptr;
  Step step_ = Root{};
};

}  // namespace gatehouse::config
