#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace gatehouse::certs {

// Which kind of file a device or program wants the anchor in.
enum class AnchorForm : std::uint8_t { pem, der, profile, firefox_policies, ansible_tasks };

// What a person does: a sentence, then a command, or none where it is done by hand. Words between
// @ stand for: @file@ the file's name, @name@, @fingerprint@, @sha256@, @sha1@ and @id@ of the
// anchor, @ca@ the flag that names a CA which is not the machine's own.
struct TrustingStep {
  std::string_view text;
  std::string_view command{};
};

// One kind of device or program that can be brought to trust an anchor, and how.
struct TrustTarget {
  std::string_view word;   // as a command line names it: "windows"
  std::string_view title;  // as people do: "Windows"
  AnchorForm form;
  std::string_view file_name;
  std::string_view media_type;
  std::span<const TrustingStep> steps;
  bool several = false;  // one file brings several roots
};

// Every one, in the order in which they are listed.
std::span<const TrustTarget> trust_targets();

// Those that a person with a device in hand needs: what the trust page offers. Firefox is here what
// a person does in it, not the policy of an administrator.
std::span<const TrustTarget> trust_page_targets();

// By its word. The error names the one that was probably meant, or all.
Result<const TrustTarget*> find_trust_target(std::string_view word);

}  // namespace gatehouse::certs
