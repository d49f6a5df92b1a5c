#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace gatehouse::config {

// The text of one file of a configuration, line by line.
class SourceText {
 public:
  // Without a byte order mark; lines end with \n or \r\n.
  SourceText(std::string name, std::string text);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  unsigned lines() const { return static_cast<unsigned>(begins_.size()); }
  // Line `number`, from 1, without its end; nothing where there is no such line.
  std::string_view line(unsigned number) const;

  // Diagnostics show nothing of these lines: they may hold a secret.
  void hide(unsigned first, unsigned last);
  bool hidden(unsigned number) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::size_t> begins_;
  std::map<unsigned, unsigned> hidden_;  // first line to last
};

// The texts that a document was read from, so that a diagnostic can show the line it is about.
class Sources {
 public:
  void add(std::shared_ptr<const SourceText> source);
  void add(const Sources& others);
  // The line as a diagnostic shows it: empty where it may hold a secret, is unknown, or is so long
  // that the place is out of sight.
  std::string shown_line(const Place& place) const;

 private:
  std::map<std::string, std::shared_ptr<const SourceText>, std::less<>> by_name_;
};

}  // namespace gatehouse::config
