#include "cli/origin_text.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "cli/columns.h"
#include "config/document.h"
#include "config/origins.h"
#include "config/value_tree.h"
#include "config/yaml_text.h"

namespace gatehouse::cli {
namespace {

using config::ValueTree;

// Who set the values of each path.
class OriginMap {
 public:
  explicit OriginMap(const api::GetConfigurationResponse& configuration) {
    for (const api::Origin& origin : configuration.origins()) {
      by_path_.insert_or_assign(origin.path(), text(origin));
    }
  }

  // Of the value itself, else of what is below it (a shorthand's field), else of what it is in.
  std::string of(std::string_view path) const {
    const auto next = by_path_.lower_bound(path);
    if (next != by_path_.end() && next->first.starts_with(path)) return next->second;
    for (auto parent = config::parent_path(path); !parent.empty();
         parent = config::parent_path(parent)) {
      const auto found = by_path_.find(parent);
      if (found != by_path_.end()) return found->second;
    }
    return {};
  }

 private:
  static std::string text(const api::Origin& origin) {
    if (!origin.file().empty()) return fmt::format("{}:{}", origin.file(), origin.line());
    return origin.source();
  }

  std::map<std::string, std::string, std::less<>> by_path_;
};

bool is_flat(const ValueTree& tree) {
  const auto scalar = [](const ValueTree& item) { return item.kind == ValueTree::Kind::scalar; };
  if (tree.kind == ValueTree::Kind::map) return tree.entries.empty();
  return tree.kind == ValueTree::Kind::scalar || std::ranges::all_of(tree.items, scalar);
}

std::string flat_text(const ValueTree& tree) {
  if (tree.kind == ValueTree::Kind::map) return "{}";
  if (tree.kind == ValueTree::Kind::scalar) {
    return tree.is_text ? config::yaml_scalar(tree.text) : tree.text;
  }
  std::string out = "[";
  for (const ValueTree& item : tree.items) {
    if (out.size() > 1) out += ", ";
    out += flat_text(item);
  }
  return out + "]";
}

std::string below(std::string_view path, const ValueTree& map, std::string_view key) {
  return map.of_message ? config::field_path(path, key) : config::entry_path(path, key);
}

// Lines of YAML, each with the origin of its value.
class AnnotatedWriter {
 public:
  explicit AnnotatedWriter(const OriginMap& origins) : origins_(origins) {}

  std::string write(const ValueTree& tree) {
    entries(tree, "", "", "");
    std::size_t width = 0;
    for (const Line& line : lines_) {
      if (!line.origin.empty()) width = std::max(width, width_of(line.text));
    }
    std::string out;
    for (const Line& line : lines_) {
      out +=
          line.origin.empty()
              ? line.text + "\n"
              : fmt::format("{}  # {}\n", padded(line.text, std::min(width, kColumn)), line.origin);
    }
    return out;
  }

 private:
  static constexpr std::size_t kColumn = 60;
  struct Line {
    std::string text;
    std::string origin;
  };

  // `first` stands before the first line, `rest` before the others.
  void entries(const ValueTree& map, const std::string& first, const std::string& rest,
               std::string_view path) {
    const std::string* before = &first;
    for (const ValueTree& value : map.entries) {
      const std::string& key = value.key;
      const std::string name = *before + (map.of_message ? key : config::yaml_key(key)) + ":";
      before = &rest;
      entry(name, value, rest, below(path, map, key));
    }
  }

  void entry(const std::string& name, const ValueTree& value, const std::string& indent,
             const std::string& path) {
    if (is_flat(value)) {
      lines_.push_back({name + " " + flat_text(value), origins_.of(path)});
      return;
    }
    lines_.push_back({name, ""});
    if (value.kind == ValueTree::Kind::map) {
      entries(value, indent + "  ", indent + "  ", path);
      return;
    }
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      entries(value.items[i], indent + "  - ", indent + "    ", config::element_path(path, i));
    }
  }

  const OriginMap& origins_;
  std::vector<Line> lines_;
};

}  // namespace

std::string yaml_with_origins(const api::GetConfigurationResponse& configuration) {
  const OriginMap origins(configuration);
  return AnnotatedWriter(origins).write(config::short_value_tree(configuration.configuration()));
}

}  // namespace gatehouse::cli
