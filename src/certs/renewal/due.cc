#include "certs/renewal/due.h"

namespace gatehouse::certs {

WallTime renewal_time(const crypto::Certificate& certificate) {
  const auto from = certificate.not_before();
  return from + (certificate.not_after() - from) / 3 * 2;
}

bool is_due(const crypto::Certificate& certificate, WallTime now) {
  return now >= renewal_time(certificate) || now < certificate.not_before();
}

}  // namespace gatehouse::certs
