#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "certs/trust/system/command_runner.h"
#include "crypto/certificate.h"

namespace gatehouse::certs {

// What happened in one trust store.
struct TrustStep {
  enum class Outcome { done, already, skipped, failed };

  Outcome outcome;
  std::string store;  // "system store /usr/local/share/ca-certificates"
  std::string what;   // a sentence: what was done, or why not and what to do
};

// Whether one trust store has the anchor.
struct TrustStatus {
  enum class Answer { trusted, not_trusted, unknown };

  Answer answer;
  std::string store;
  std::string what;         // a sentence: why
  bool needs_root = false;  // to change it
};

// Where to look for the stores of this machine.
struct TrustPlaces {
  std::filesystem::path system_root = "/";
  std::filesystem::path home;              // of the person whose browsers are meant; may be empty
  std::vector<std::filesystem::path> nss;  // more NSS databases; made when there is none
};

// The anchor of the local CA in a state folder; never its key. The error says how to get one.
Result<crypto::Certificate> read_anchor(const std::filesystem::path& state_folder);

// Makes this machine trust, or no longer trust, the anchor: the system store, the NSS databases of
// Chromium and Firefox, the policy of Firefox, and every Java with a store of its own. One step for
// each store that was found. Doing it twice is the same as doing it once. Only the certificate is
// handed on, so no key can leave with it.
std::vector<TrustStep> install_trust(const crypto::Certificate& anchor, const TrustPlaces& places,
                                     CommandRunner& runner);
std::vector<TrustStep> uninstall_trust(const crypto::Certificate& anchor, const TrustPlaces& places,
                                       CommandRunner& runner);
// Looks at the same stores, and changes nothing.
std::vector<TrustStatus> trust_status(const crypto::Certificate& anchor, const TrustPlaces& places,
                                      CommandRunner& runner);

}  // namespace gatehouse::certs
