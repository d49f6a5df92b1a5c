#pragma once

#include "admin/testing/server_test.h"

namespace gatehouse::admin::testing {

class Connections : public ServerTest {
 protected:
  static std::size_t count(const std::string& text, std::string_view word) {
    std::size_t n = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++n;
    return n;
  }
  // Sends all of it, while the server reads.
  void send_all(Client& client, std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t sent = client.send(bytes);
      bytes.remove_prefix(sent);
      settle();
      if (sent == 0) return;
    }
  }
};

inline const std::string kStatus = "StatusService/Get";

}  // namespace gatehouse::admin::testing
