#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/messages.h"
#include "base/event_log.h"
#include "certs/authority/authority.h"
#include "certs/authority/issued.h"

namespace gatehouse::control {

// What keeps certificates of the CAs of administrators from being renewed, and what to do: for
// `status` and the event log. Collected anew with each look.
class RenewalFindings {
 public:
  // The issuer is due and its root's key is not on this machine.
  void root_key_elsewhere(const certs::Authority& by, const certs::AuthorityIssuer& issuer,
                          WallTime now);
  // The issuer ends with its root, so that only another root helps.
  void root_ends(const certs::Authority& by, const certs::AuthorityIssuer& issuer, WallTime now);
  void issuers_failed(const certs::Authority& by, std::string_view why);
  void certificate_failed(const certs::Authority& by, const certs::IssuedCertificate& issued,
                          std::string_view why, WallTime now);
  // It is in the store all the same.
  void revoked(const certs::Authority& by, const certs::IssuedCertificate& issued,
               std::string_view record);
  // Nothing could be looked at.
  void unreadable(std::string_view why);

  const std::vector<api::Finding>& all() const { return all_; }

 private:
  void add(std::string_view severity, std::string about, std::string sentence, std::string remedy);

  std::vector<api::Finding> all_;
};

// Tells the event log of findings: of a new one at once, of one that stays once a day, and of
// certificates that fail all the time not more than once an hour.
class RenewalLog {
 public:
  explicit RenewalLog(EventLog& events) : events_(events) {}
  void tell(const std::vector<api::Finding>& findings, SteadyTime now);

 private:
  EventLog& events_;
  std::map<std::string, SteadyTime> told_;  // by what a finding is about
};

}  // namespace gatehouse::control
