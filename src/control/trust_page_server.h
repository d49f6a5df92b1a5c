#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event_log.h"
#include "control/identities.h"
#include "control/listeners.h"
#include "control/named_cas.h"
#include "control/trust_content.h"
#include "control/trust_pages.h"
#include "edge/worker/worker.h"
#include "io/reactor.h"

namespace gatehouse::control {

// The trust page on a listener of its own: plain HTTP for people whose devices do not trust the CA
// yet, and beside it a TLS port with a certificate of the CA, from which the page's live test
// fetches. A thread of its own serves both while they are open, apart from all sites; nothing of it
// is kept, so it ends with the program.
class TrustPageServer final : public TrustPages {
 public:
  struct Parts {
    io::Reactor& reactor;
    EventLog& events;
    Listeners::Open open;
    std::shared_ptr<TrustState> state;  // shared with the pages on sites
    // What is in force now.
    std::function<IdentitySetPtr()> identities;
    // A certificate of the local CA that nobody has seen yet.
    std::function<Result<crypto::Identity>(const crypto::CertificateNames& names)> issue;
    // nullptr: there are none.
    NamedCas* named = nullptr;
    // How this machine is called, where no certificate of its own CA says so.
    std::function<crypto::CertificateNames()> machine_names = {};
  };
  explicit TrustPageServer(Parts parts);
  TrustPageServer(const TrustPageServer&) = delete;
  TrustPageServer& operator=(const TrustPageServer&) = delete;
  ~TrustPageServer() override;

  io::Task<Result<api::ShowTrustResponse>> show(api::ShowTrustRequest request) override;
  io::Task<Result<api::TrustPageState>> open(api::OpenTrustPageRequest request,
                                             Caller caller) override;
  api::TrustPageState close(const Caller& caller) override;
  // The program ends.
  void stop();

 private:
  struct Page {
    std::vector<std::string> urls;
    WallTime until{};
    std::uint16_t verdict_port = 0;
    std::unique_ptr<edge::Worker> worker;
    std::string ca;  // empty: the machine's own
  };
  // What a page needs of its CA.
  struct Subject {
    certs::TrustedCa ca;
    crypto::CertificateNames names;         // by which other devices find this machine
    std::optional<crypto::Identity> probe;  // none: the CA may certify none of them
  };
  struct Sockets {
    std::vector<edge::ListeningSockets> plain;
    std::vector<edge::ListeningSockets> tls;
  };
  class Timer final : public io::Timer {
   public:
    explicit Timer(TrustPageServer& server) : server_(server) {}

   private:
    void expired() override { server_.time_is_over(); }
    TrustPageServer& server_;
  };

  Result<Sockets> open_sockets(const std::string& listen, bool with_probe);
  io::Task<Result<certs::TrustedCa>> ca_called(std::string name) const;
  io::Task<Result<Subject>> subject(std::string name, std::chrono::seconds life) const;
  Result<Page> page_of(Subject subject, const std::string& listen);
  Result<std::unique_ptr<edge::Worker>> serve(Sockets sockets, const Subject& subject);
  api::TrustPageState state() const;
  void time_is_over();

  Parts parts_;
  std::optional<Page> page_;
  Timer timer_;
};

}  // namespace gatehouse::control
