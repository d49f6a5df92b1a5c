#include "control/authorities/renewal_findings.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/time_text.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

// Of those about certificates; more are counted by `ca show`.
constexpr std::size_t kMost = 10;
constexpr auto kTellAgain = 24h;

std::string_view gravity(WallTime end, WallTime now) { return end < now ? "error" : "warning"; }

std::string_view ends_text(WallTime end, WallTime now) { return end < now ? "ended" : "ends"; }

}  // namespace

void RenewalFindings::add(std::string_view severity, std::string about, std::string sentence,
                          std::string remedy) {
  if (all_.size() >= kMost) return;
  api::Finding one;
  one.set_severity(std::string(severity));
  one.set_about(std::move(about));
  one.set_sentence(std::move(sentence));
  one.set_remedy(std::move(remedy));
  all_.push_back(std::move(one));
}

void RenewalFindings::root_key_elsewhere(const certs::Authority& by,
                                         const certs::AuthorityIssuer& issuer, WallTime now) {
  const WallTime end = issuer.certificate.not_after();
  add(gravity(end, now), fmt::format("CA {}: {}", by.name.text(), issuer.text()),
      fmt::format(
          "The {} of the CA {} {} on {}, and the key of its root, which makes the next one, "
          "is not on this machine.",
          issuer.text(), by.name.text(), ends_text(end, now), date_text(end)),
      fmt::format("Bring the key back, `gatehouse ca attach {} --from FILE`: the rest is done by "
                  "itself.",
                  by.name.text()));
}

void RenewalFindings::root_ends(const certs::Authority& by, const certs::AuthorityIssuer& issuer,
                                WallTime now) {
  const WallTime end = issuer.certificate.not_after();
  const bool waits = std::ranges::any_of(by.roots, [](const certs::AuthorityRoot& root) {
    return root.state == certs::RootState::next;
  });
  add(gravity(end, now), fmt::format("CA {}: {}", by.name.text(), issuer.text()),
      fmt::format("The {} of the CA {} {} on {} together with its root.", issuer.text(),
                  by.name.text(), ends_text(end, now), date_text(end)),
      waits
          ? fmt::format("When all devices trust the next root: `gatehouse ca rotate {} --trusted`.",
                        by.name.text())
          : fmt::format("Make the next root, `gatehouse ca rotate {}`, and let devices trust it.",
                        by.name.text()));
}

void RenewalFindings::issuers_failed(const certs::Authority& by, std::string_view why) {
  add("warning", fmt::format("CA {}: issuers", by.name.text()),
      fmt::format("The issuers of the CA {} could not be renewed: {}.", by.name.text(), why),
      fmt::format("It is tried again by itself; `gatehouse ca rotate {} --issuers` tries at once.",
                  by.name.text()));
}

void RenewalFindings::certificate_failed(const certs::Authority& by,
                                         const certs::IssuedCertificate& issued,
                                         std::string_view why, WallTime now) {
  add(gravity(issued.not_after, now), fmt::format("CA {}: {}", by.name.text(), issued.subject),
      fmt::format("The certificate for {} (CA {}), which {} on {}, could not be renewed: {}.",
                  issued.subject, by.name.text(), ends_text(issued.not_after, now),
                  date_text(issued.not_after), why),
      "It is tried again by itself, at least once an hour.");
}

void RenewalFindings::revoked(const certs::Authority& by, const certs::IssuedCertificate& issued,
                              std::string_view record) {
  add("warning", fmt::format("CA {}: {}", by.name.text(), record),
      fmt::format(
          "The certificate {} was revoked, is in the store all the same and is not renewed.",
          record),
      fmt::format("Issue another one in its place, `gatehouse ca issue {} {} --replace \"{}\"`, or "
                  "remove it.",
                  by.name.text(), issued.subject, record));
}

void RenewalFindings::unreadable(std::string_view why) {
  add("warning", "CAs", fmt::format("What the CAs have issued cannot be read now: {}.", why),
      "It is tried again by itself.");
}

void RenewalLog::tell(const std::vector<api::Finding>& findings, SteadyTime now) {
  std::set<std::string> there;
  for (const api::Finding& finding : findings) {
    there.insert(finding.about());
    const auto told = told_.find(finding.about());
    if (told != told_.end() && now < told->second + kTellAgain) continue;
    told_[finding.about()] = now;
    events_.warn(finding.sentence(), {{"remedy", finding.remedy()}});
  }
  // What comes and goes within an hour is not new.
  std::erase_if(
      told_, [&](const auto& one) { return !there.contains(one.first) && now >= one.second + 1h; });
}

}  // namespace gatehouse::control
