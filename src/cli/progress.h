#pragma once

#include <fmt/format.h>

#include "api/messages.h"
#include "base/json_text.h"
#include "cli/console.h"

namespace gatehouse::cli {

// Tells of the steps while they are done; on a terminal each takes the place of the one before.
class Progress {
 public:
  Progress(Console& console, bool silent) : console_(console), silent_(silent) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (shown_) console_.talk("\r\x1b[K");
  }

  void tell(const api::Event& event) {
    if (silent_ || event.sentence().empty()) return;
    const std::string sentence = printable(event.sentence());
    shown_ = console_.live();
    console_.talk(shown_ ? fmt::format("\r\x1b[K{}", sentence) : sentence + "\n");
  }

 private:
  Console& console_;
  bool silent_;
  bool shown_ = false;
};

}  // namespace gatehouse::cli
