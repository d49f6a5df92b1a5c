#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "config/document.h"
#include "config/value_tree.h"
#include "config/yaml_text.h"

namespace gatehouse::config {
namespace {

using Kind = ValueTree::Kind;

constexpr std::size_t kWidth = 90;
constexpr std::size_t kIndent = 2;

bool has_scalars_only(const ValueTree& list) {
  return std::ranges::all_of(list.items,
                             [](const ValueTree& item) { return item.kind == Kind::scalar; });
}

// What goes behind its key in the same line.
bool fits_in_line(const ValueTree& tree, std::size_t column) {
  if (tree.kind == Kind::map) return tree.entries.empty();
  if (tree.kind == Kind::scalar || tree.items.empty()) return true;
  return has_scalars_only(tree) && column + flow_text(tree).size() <= kWidth;
}

class Writer {
 public:
  std::string write(const ValueTree& tree, std::size_t indent = 0) {
    write_entries(tree, indent, false);
    return std::move(out_);
  }

 private:
  // `continued`: the line of the first entry has begun already, behind "- ".
  void write_entries(const ValueTree& map, std::size_t indent, bool continued) {
    for (const ValueTree& entry : map.entries) {
      if (!continued) out_.append(indent, ' ');
      continued = false;
      const std::string name = map.of_message ? entry.key : yaml_key(entry.key);
      out_ += name + ":";
      write_value(entry, indent, indent + name.size() + 2);
    }
  }

  void write_value(const ValueTree& value, std::size_t indent, std::size_t column) {
    if (fits_in_line(value, column)) {
      out_ += " " + flow_text(value) + "\n";
      return;
    }
    out_ += "\n";
    if (value.kind == Kind::map) {
      write_entries(value, indent + kIndent, false);
    } else {
      for (const ValueTree& item : value.items) write_item(item, indent + kIndent);
    }
  }

  void write_item(const ValueTree& item, std::size_t indent) {
    out_.append(indent, ' ');
    out_ += "- ";
    if (item.kind == Kind::map && !item.entries.empty()) {
      write_entries(item, indent + 2, true);
    } else {
      out_ += flow_text(item) + "\n";
    }
  }

  std::string out_;
};

}  // namespace

std::string to_yaml(const api::Configuration& message) {
  return Writer().write(short_value_tree(message));
}

std::string to_yaml(const std::string& name, const api::Site& site) {
  ValueTree tree{.kind = Kind::map};
  tree.entries.push_back(short_value_tree(site));
  tree.entries.back().key = name;
  return Writer().write(tree, kIndent);
}

std::string to_yaml(const api::Configuration& rest, std::string_view sites) {
  ValueTree before = short_value_tree(rest);
  ValueTree after{.kind = Kind::map, .of_message = true};
  const auto& type = *api::Configuration::descriptor();
  const auto behind = std::ranges::find_if(before.entries, [&type](const ValueTree& entry) {
    return type.FindFieldByName(entry.key)->number() > api::Configuration::kSitesFieldNumber;
  });
  after.entries.assign(std::make_move_iterator(behind),
                       std::make_move_iterator(before.entries.end()));
  before.entries.erase(behind, before.entries.end());
  std::string text = Writer().write(before);
  if (!sites.empty()) text.append("sites:\n").append(sites);
  return text + Writer().write(after);
}

}  // namespace gatehouse::config
