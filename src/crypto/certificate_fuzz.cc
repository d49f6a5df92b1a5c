#include <cstdlib>

#include <openssl/err.h>

#include "crypto/certificate.h"
#include "crypto/certificate_parts.h"
#include "crypto/general_name.h"
#include "crypto/name_constraints.h"

namespace {

using namespace gatehouse;

// What the library makes of the names, which it reads in another way than we do.
std::vector<std::string> names_of_library(const crypto::Certificate& certificate) {
  const auto parsed = certificate.x509();
  const crypto::GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(parsed.get(), NID_subject_alt_name, nullptr, nullptr)));
  return names ? crypto::server_names(*names).texts() : std::vector<std::string>();
}

}  // namespace

// A certificate that was accepted answers every question, and leaves no error for others behind.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto certificate = crypto::Certificate::from_der({data, size});
  if (ERR_peek_error() != 0) std::abort();
  if (!certificate) return 0;
  if (as_text(certificate->der()) != as_text({data, size})) std::abort();
  std::size_t seen = certificate->subject().size() + certificate->issuer().size() +
                     certificate->common_name().size() + certificate->serial().size();
  for (const auto& name : certificate->names().texts()) {
    if (!NamePattern::parse(name)) std::abort();
  }
  if (certificate->names().texts() != names_of_library(*certificate)) std::abort();
  seen += certificate->valid_at(WallTime{}) + certificate->is_ca() + certificate->is_self_issued() +
          certificate->allows_server_authentication() +
          certificate->allows_client_authentication() + certificate->is_issued_by(*certificate);
  if (const auto constraints = crypto::name_constraints_of(*certificate)) {
    seen += constraints->text().size();
  }
  const bool named = X509_check_issued(certificate->x509().get(), certificate->x509().get()) == 0;
  ERR_clear_error();
  if (named && crypto::is_surely_not_issued_by(certificate->der(), certificate->der())) {
    std::abort();
  }
  const auto again = crypto::Certificate::from_pem(certificate->to_pem());
  if (!again || *again != *certificate) std::abort();
  if (ERR_peek_error() != 0) std::abort();
  volatile std::size_t sink = seen;
  (void)sink;
  return 0;
}
