#pragma once

#include "control/authority_desk.h"
#include "control/certificate_desk.h"
#include "control/control_plane.h"

namespace gatehouse::admin {

// Who does what the methods of the API ask for; borrowed.
struct Desks {
  control::ControlPlane& plane;
  control::AuthorityDesk* authorities = nullptr;     // none: there is no certificate store
  control::CertificateDesk* certificates = nullptr;  // none: there is no certificate store
};

}  // namespace gatehouse::admin
