#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/server_name.h"

namespace gatehouse::certs {

// The names under which this machine is known to itself. No name server was asked for any of them.
struct MachineNames {
  std::optional<ServerName> short_name;  // "gate1"
  std::optional<ServerName> full_name;   // "gate1.plant4.local", when known
  // The domain of the full name, unless it is one that strangers share ("com", "co.uk").
  std::optional<ServerName> domain;
  // Of its interfaces: neither loopback, nor link-local, nor short-lived (RFC 8981).
  std::vector<ServerName> addresses;

  // What people call it: the full name, else the short one, else "localhost".
  std::string text() const;
};

// What the machine says about itself; texts are files as they are.
struct MachineSources {
  std::string node_name;    // uname -n
  std::string hosts;        // /etc/hosts
  std::string resolv_conf;  // /etc/resolv.conf, for its domain or first search entry
  std::string if_inet6;     // /proc/self/net/if_inet6, for the flags of IPv6 addresses
  std::vector<ServerName> interface_addresses;
};

// Reads the files and interfaces of this machine. Never asks the network; what cannot be read is
// left empty.
MachineSources read_machine_sources();

MachineNames machine_names(const MachineSources& sources);

}  // namespace gatehouse::certs
