#pragma once

#include <string>

#include "crypto/certificate.h"

namespace gatehouse::certs {

// A file of Ansible tasks that puts the anchor into the store of a Debian, RHEL, SUSE, Alpine or
// Arch, or takes it away where gatehouse_ca_state is absent.
std::string ansible_tasks(const crypto::Certificate& anchor);

}  // namespace gatehouse::certs
