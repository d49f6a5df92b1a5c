#pragma once

#include <set>
#include <string>
#include <unordered_map>

#include "base/address.h"
#include "config/settle_report.h"

namespace gatehouse::config {

// `*:443`, `127.0.0.1:8443`: every address of the machine is one key, however it is written.
std::string socket_key(const IpEndpoint& endpoint);

enum class Speaks : unsigned char { tls, plain, metrics };

// Who has which address and port; one of them speaks one thing.
class SocketHolders {
 public:
  explicit SocketHolders(SettleReport& report) : report_(report) {}

  // Each socket of the address is for what stands at `at`. Reports where one speaks something else
  // already. Port 0 is never the same port.
  void hold(const ListenAddress& address, Speaks speaks, const FieldPath& at);
  void hold(const IpEndpoint& endpoint, Speaks speaks, const FieldPath& at);
  // On any address.
  bool has_tls_on(std::uint16_t port) const { return tls_ports_.contains(port); }

 private:
  struct Holder {
    Speaks speaks = Speaks::tls;
    std::string who;    // site `files.example.com`
    std::string where;  // " (file:line)"
  };
  void refuse(const std::string& key, const Holder& first, Speaks speaks, const FieldPath& at);

  SettleReport& report_;
  std::unordered_map<std::string, Holder> holders_;
  std::set<std::uint16_t> tls_ports_;
};

}  // namespace gatehouse::config
