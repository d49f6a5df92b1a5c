#include "certs/renewal/due.h"

namespace gatehouse::certs {

WallTime renewal_time(const crypto::Certificate& certificate) {
  return renewal_time(certificate.not_before(), certificate.not_after());
}

WallTime renewal_time(WallTime not_before, WallTime not_after) {
  return not_before + (not_after - not_before) / 3 * 2;
}

bool is_due(const crypto::Certificate& certificate, WallTime now) {
  return now >= renewal_time(certificate) || now < certificate.not_before();
}

}  // namespace gatehouse::certs
