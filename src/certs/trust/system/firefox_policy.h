#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "certs/trust/system/trust.h"

namespace gatehouse::certs {

// Firefox installs the certificates that its policies name into every profile, those to come too.
// The policy of all users of a machine is /etc/firefox/policies/policies.json; where other policies
// are in that file they stay as they are.
bool has_firefox(const std::filesystem::path& root);
TrustStep install_in_firefox_policy(const crypto::Certificate& anchor,
                                    const std::filesystem::path& root);
TrustStep uninstall_from_firefox_policy(const crypto::Certificate& anchor,
                                        const std::filesystem::path& root);
TrustStatus status_of_firefox_policy(const crypto::Certificate& anchor,
                                     const std::filesystem::path& root);

// The text of a policies.json with one more or one less certificate to install; `text` is empty
// where there is no such file, and so is the answer where nothing is left. An error says why the
// text cannot be changed.
Result<std::string> with_certificate(std::string_view text, std::string_view certificate);
Result<std::string> without_certificate(std::string_view text, std::string_view certificate);
bool names_certificate(std::string_view text, std::string_view certificate);

}  // namespace gatehouse::certs
