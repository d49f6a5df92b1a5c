#pragma once

#include <string>
#include <vector>

#include "certs/trust/target.h"
#include "certs/trust/trust_root.h"
#include "crypto/certificate.h"

namespace gatehouse::certs {

// A step with the words of one anchor and file.
struct WordedStep {
  std::string text;
  std::string command;  // may have several lines; empty: done by hand
};

// What somebody needs to bring one kind of device or program to trust an anchor. It is made of the
// certificate alone, so no private key can be in it.
struct TrustKit {
  const TrustTarget* target;
  std::string file_name;
  std::string content;  // of the file; binary where target->form is der
  std::vector<WordedStep> steps;
  TrustRole role = TrustRole::active;  // of its root, where there is one kit for each
};

// `file_name` is how the steps name the file; empty: as the target does.
TrustKit make_trust_kit(const TrustTarget& target, const crypto::Certificate& anchor,
                        std::string_view file_name = {});

// The same for a CA with several roots: one kit for all of them where the file
// may hold several, else one for each.
std::vector<TrustKit> make_trust_kits(const TrustTarget& target, const TrustedCa& ca,
                                      std::string_view file_name = {});

// All roots as one text, each with a line that says which it is where there are
// several.
std::string roots_pem(const TrustedCa& ca);

// The steps as numbered lines for a terminal.
std::string steps_text(const TrustKit& kit);

}  // namespace gatehouse::certs
