#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gatehouse::config {

// What `gatehouse explain CODE` says. A code never changes its meaning; one that is no longer used
// stays unused.
struct Explanation {
  std::string_view code;   // GH2107
  std::string_view title;  // unknown field
  std::string_view
      text;  // sentences, then what is wrong and what is right; lines of at most 100 columns
};

// `code` as it stands in a diagnostic, in any case, also without GH.
std::optional<Explanation> explain(std::string_view code);

// All, by code.
std::vector<Explanation> explanations();

// The tables that the catalogue is made of, by code and each by code.
std::span<const Explanation> file_codes();      // GH20xx: files as a whole
std::span<const Explanation> reading_codes();   // GH21xx to GH24xx: how they are written
std::span<const Explanation> site_codes();      // GH30xx to GH312x: sites, bindings and listeners
std::span<const Explanation> process_codes();   // GH313x: settings of the whole program
std::span<const Explanation> together_codes();  // GH33xx and GH35xx: what must hold together
std::span<const Explanation> change_codes();    // GH4xxx: changes of what is served

}  // namespace gatehouse::config
