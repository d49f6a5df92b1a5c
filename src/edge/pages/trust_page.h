#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::edge {

// A kind of device, and what a person does there.
struct TrustSystem {
  struct Step {
    std::string text;
    std::string command;  // empty: by hand
  };

  std::string word;   // "windows"
  std::string title;  // "Windows"
  std::string href;   // of the file
  std::string file_name;
  std::vector<Step> steps;
  // Files of further roots, for which the same is done.
  struct More {
    std::string title;  // "the next root, which signs nothing yet"
    std::string href;
  };
  std::vector<More> more = {};
};

// The page on which a person learns whether this device trusts a CA, and how it comes to. Pure:
// everything that came from outside is escaped. At most 40 KiB, and nothing is loaded from
// elsewhere.
struct TrustPage {
  std::string_view ca_name;
  std::string_view fingerprint;  // in groups
  std::string_view may_certify;  // empty: anything
  std::string_view until;
  std::string_view path;  // of this page, without a slash at its end
  std::string_view shown_system;
  const std::vector<TrustSystem>& systems;
  // Roots that devices trust beside it.
  struct OtherRoot {
    std::string name;
    std::string fingerprint;
    std::string what;  // "the next root, which signs nothing yet"
  };
  std::span<const OtherRoot> other_roots{};
  std::string_view show_command = "gatehouse trust show";
  // A port of the same host with another certificate of the CA, which no browser was ever told to
  // accept: who can fetch from there trusts the CA. 0: there is none, and the script does what it
  // can.
  std::uint16_t verdict_port = 0;
  // Names of that port's certificate, for a visitor who came by another name: no verdict is
  // possible then.
  std::string_view other_names{};
  bool tls = false;
  std::string_view qr_code{};  // SVG of the address of this page
};
std::string render_trust_page(const TrustPage& page);

// Inline in the page: their digests belong into its Content-Security-Policy.
std::string_view trust_page_script();
std::string trust_page_style();
// What its service worker says; see trust_page.cc.
inline constexpr std::string_view kTrustWorker = "// Only here to be registered.\n";

// The system whose steps are shown first, by the User-Agent: a word of windows, macos, ios,
// android, linux, firefox.
std::string_view system_of(std::string_view user_agent);

}  // namespace gatehouse::edge
