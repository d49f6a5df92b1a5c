#include "config/difference.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/origins.h"
#include "config/value_tree.h"

namespace gatehouse::config {
namespace {

using Kind = ValueTree::Kind;

const ValueTree* find(const ValueTree& map, const std::string& key) {
  const auto found = std::ranges::find(map.entries, key, &ValueTree::key);
  return found == map.entries.end() ? nullptr : &*found;
}

bool is_message(const ValueTree* tree) {
  return tree == nullptr || (tree->kind == Kind::map && tree->of_message && !tree->entries.empty());
}

bool is_map(const ValueTree* tree) {
  return tree == nullptr || (tree->kind == Kind::map && !tree->of_message);
}

// The keys of both, each once, in the order of `before` and then of `after`.
std::vector<std::string> keys_of(const ValueTree& before, const ValueTree& after) {
  std::vector<std::string> keys;
  for (const ValueTree* tree : {&before, &after}) {
    for (const ValueTree& entry : tree->entries) keys.push_back(entry.key);
  }
  std::ranges::sort(keys);
  const auto again = std::ranges::unique(keys);
  keys.erase(again.begin(), again.end());
  return keys;
}

class Comparison {
 public:
  std::vector<Change> compare(const ValueTree& before, const ValueTree& after) {
    compare_entries(before, after, "");
    return std::move(changes_);
  }

 private:
  void compare_entries(const ValueTree& before, const ValueTree& after, const std::string& path) {
    const bool fields = before.of_message || after.of_message;
    for (const std::string& key : keys_of(before, after)) {
      const ValueTree* old = find(before, key);
      const ValueTree* now = find(after, key);
      compare(old, now, fields ? field_path(path, key) : entry_path(path, key), fields);
    }
  }

  // One of the two may be missing.
  void compare(const ValueTree* before, const ValueTree* after, const std::string& path,
               bool is_field) {
    if (before != nullptr && after != nullptr && *before == *after) return;
    const bool both = before != nullptr && after != nullptr;
    const bool parts = is_map(before) && is_map(after);
    const bool fields = is_message(before) && is_message(after) && (both || is_field);
    if (!parts && !fields) {
      changes_.push_back({path, before == nullptr ? "" : flow_text(*before),
                          after == nullptr ? "" : flow_text(*after)});
      return;
    }
    const ValueTree nothing{.kind = Kind::map, .of_message = fields};
    compare_entries(before == nullptr ? nothing : *before, after == nullptr ? nothing : *after,
                    path);
  }

  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> difference(const api::Configuration& before, const api::Configuration& after) {
  return Comparison().compare(value_tree(before), value_tree(after));
}

std::string text(const std::vector<Change>& changes) {
  std::string out;
  for (const Change& change : changes) {
    if (change.before.empty()) {
      fmt::format_to(std::back_inserter(out), "+ {}: {}\n", change.path, change.after);
    } else if (change.after.empty()) {
      fmt::format_to(std::back_inserter(out), "- {}: {}\n", change.path, change.before);
    } else {
      fmt::format_to(std::back_inserter(out), "~ {}: {} -> {}\n", change.path, change.before,
                     change.after);
    }
  }
  return out;
}

}  // namespace gatehouse::config
