#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace gatehouse::config {

// The text of one file of a configuration.
class SourceText {
 public:
  // Drops a byte order mark. Lines end with \n or \r\n.
  SourceText(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  // Line `number`, from 1, without its end; nothing where there is no such line.
  std::string_view line(unsigned number) const;
  // The line, from 1, that the byte at `offset` is in.
  unsigned line_at(std::size_t offset) const;
  std::size_t begin_of_line(unsigned number) const { return begins_[number - 1]; }
  unsigned lines() const { return static_cast<unsigned>(begins_.size()); }

  // Diagnostics show nothing of these lines: they may hold a secret, or what is no text.
  void hide(unsigned first, unsigned last);
  bool hidden(unsigned number) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::size_t> begins_;
  std::map<unsigned, unsigned> hidden_;  // first line to last
};

// Turns offsets of one text into places; cheap for offsets that grow.
class Locator {
 public:
  explicit Locator(const SourceText& source) : source_(source) {}
  Place place(std::size_t offset);

 private:
  const SourceText& source_;
  unsigned line_ = 0;
  unsigned column_ = 0;
  std::size_t offset_ = 0;
};

// The texts that a document was read from, so that a diagnostic can show the line it is about.
class Sources {
 public:
  void add(std::shared_ptr<const SourceText> source);
  void add(const Sources& others);
  // The line as a diagnostic shows it: empty where it is hidden or unknown, or so long that the
  // place is out of sight.
  std::string shown_line(const Place& place) const;

 private:
  std::map<std::string, std::shared_ptr<const SourceText>, std::less<>> by_name_;
};

}  // namespace gatehouse::config
