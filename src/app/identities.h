#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event_log.h"
#include "base/metrics.h"
#include "certs/binding/binding_table.h"
#include "certs/renewal/default_identity.h"
#include "cli/command.h"
#include "edge/session/edge_settings.h"

namespace gatehouse::app {

// The certificates of this run: the person's own, or the default identity that is made and renewed
// here. Control thread only: reads and writes the disk.
class Identities {
 public:
  static Result<Identities> load(const cli::RunCommand& command, const Clock& clock,
                                 EventLog& events);

  // Renews what is due and follows the machine's names. A new table if anything has changed, else
  // nullptr; what is served stays when it fails, and the event log says why.
  std::shared_ptr<const certs::BindingTable> refresh();

  const std::shared_ptr<const certs::BindingTable>& bindings() const { return bindings_; }
  // The one that answers when no other name asks for another.
  const crypto::Identity& shown() const { return shown_; }
  // Of the local CA; empty when the certificate did not come from it.
  const std::string& anchor_file() const { return anchor_file_; }
  // Makes this machine trust it; empty as well.
  std::string trust_command() const;
  // The common name of who signed shown(): of the root, where that is ours.
  std::string issuer_name() const;
  std::vector<CertificateExpiry> expiries() const;
  edge::CertificateSummary summary() const;

 private:
  Identities(const cli::RunCommand& command, const Clock& clock, EventLog& events,
             crypto::Identity shown)
      : command_(command), clock_(clock), events_(events), shown_(std::move(shown)) {}

  static Result<Identities> own(const cli::RunCommand& command, const Clock& clock,
                                EventLog& events);
  static Result<Identities> made(const cli::RunCommand& command, const Clock& clock,
                                 EventLog& events);
  static Result<certs::DefaultIdentity> ensure(const cli::RunCommand& command,
                                               const certs::StateFolder& folder,
                                               const Clock& clock);
  void take(certs::DefaultIdentity identity);
  void bind();

  const cli::RunCommand& command_;
  const Clock& clock_;
  EventLog& events_;
  crypto::Identity shown_;
  std::optional<certs::DefaultIdentity> default_;
  std::optional<certs::StateFolder> folder_;
  std::shared_ptr<const certs::BindingTable> bindings_;
  std::string anchor_file_;
};

}  // namespace gatehouse::app
