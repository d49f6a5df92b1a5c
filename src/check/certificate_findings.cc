#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "check/finding_list.h"
#include "check/shown.h"

namespace gatehouse::check {
namespace {

using Fault = crypto::ChainFault;

constexpr const char* kTrust =
    "Use a certificate of a CA that your clients know, or make them trust this one: check does "
    "with --trust FILE, machines with the local CA of gatehouse by `gatehouse trust install`.";
constexpr std::size_t kNamesShown = 8;

std::string names_text(const CertificateFacts& leaf) {
  if (leaf.names.empty()) return "no name at all";
  const auto some = std::span(leaf.names).first(std::min(leaf.names.size(), kNamesShown));
  return fmt::format("{}{}", fmt::join(some, ", "),
                     leaf.names.size() > some.size() ? " and more" : "");
}

class CertificateJudge {
 public:
  CertificateJudge(const Report& report, FindingList& found) : report_(report), found_(found) {}

  void judge(const TlsFacts& tls) {
    if (tls.modern.asked_for_certificate) judge_mutual();
    for (const Fault& fault : tls.faults) judge_fault(fault, tls);
    judge_life(tls.chain.certificates.front());
    judge_strength(tls.chain);
    judge_chain(tls.chain);
  }

 private:
  // Who shows no certificate hears of it in the handshake or after it (TLS 1.3).
  void judge_mutual() {
    const bool answered = report_.https && report_.https->has_value();
    found_.notice("asks_for_certificate",
                  answered ? "The server asks clients for a certificate; a check shows none."
                           : "The server insists on a client certificate, which a check does not "
                             "have.",
                  "");
  }

  void judge_fault(const Fault& fault, const TlsFacts& tls) {
    const std::string what = clause(fault);
    switch (fault.kind) {
      case Fault::Kind::unknown_issuer: return judge_open_chain(tls.chain, what);
      case Fault::Kind::unknown_root:
        return found_.error("root_unknown", fmt::format("Nobody here trusts this CA: {}.", what),
                            kTrust);
      case Fault::Kind::self_signed:
        return found_.error("self_signed",
                            fmt::format("{}: browsers warn, native clients refuse.", what), kTrust);
      case Fault::Kind::expired:
        return found_.error("expired", what + ".", "Renew it now and have the server load it.");
      case Fault::Kind::not_yet_valid:
        return found_.error("not_yet_valid", what + ".",
                            "Check the clocks of this machine and of the one that issued it.");
      case Fault::Kind::wrong_name: return judge_name(tls.chain.certificates.front());
      case Fault::Kind::wrong_purpose:
        return found_.error("wrong_purpose", what + ".",
                            "Have it issued anew for serverAuth (extended key usage).");
      case Fault::Kind::not_permitted:
        return found_.error("not_permitted", what + ".",
                            "Have the name certified by a CA whose name constraints permit it.");
      case Fault::Kind::bad_signature:
        return found_.error(
            "bad_signature", what + ".",
            "The chain does not belong together: install the one that came with the "
            "certificate.");
      case Fault::Kind::other: return found_.error("chain_refused", what + ".", "");
    }
  }

  void judge_open_chain(const ChainFacts& chain, const std::string& what) {
    // Whoever sends an intermediate has probably sent all of them.
    if (!chain.open || chain.certificates.size() > 1) {
      return found_.error("issuer_unknown",
                          fmt::format("{}: browsers warn, native clients refuse.", what), kTrust);
    }
    found_.error(
        "issuer_missing",
        fmt::format("The chain ends at {}, which is neither sent nor trusted here: some browsers "
                    "find it by themselves, native clients refuse.",
                    *chain.open),
        "If it is an intermediate, let the server send it behind its own certificate (the file is "
        "often called chain or fullchain). If it is a CA of your own, clients have to trust it, "
        "and check does with --trust FILE.");
  }

  void judge_name(const CertificateFacts& leaf) {
    const ServerName& name = report_.target.name;
    if (!name.is_address()) {
      return found_.error("wrong_name",
                          fmt::format("The certificate does not speak for {} but for {}.",
                                      name.text(), names_text(leaf)),
                          "Have the name put into the certificate, or use one that it has.");
    }
    found_.error(
        "wrong_name",
        fmt::format("https://{} cannot work: the certificate does not hold the address; it speaks "
                    "for {}.",
                    name.url_host(), names_text(leaf)),
        "Open the site by one of its names, or have the address put into the certificate as an "
        "IP address (subjectAltName).");
  }

  void judge_life(const CertificateFacts& leaf) {
    if (leaf.life_passed < kDueAfter || leaf.life_passed > 1) return;
    found_.warning(
        "certificate_due",
        fmt::format("The certificate should have been renewed: {:.0f} % of its life is over.",
                    100 * leaf.life_passed),
        "Renew it, and find out why nobody did.");
  }

  void judge_strength(const ChainFacts& chain) {
    if (chain.certificates.front().key == "Ed25519") {
      found_.error("not_for_browsers", "Browsers do not take a certificate with an Ed25519 key.",
                   "Have it issued anew for an ECDSA P-256 key, unless only programs come here.");
    }
    for (const CertificateFacts& one : chain.certificates) {
      if (one.weak_key) {
        found_.error(
            "weak_key",
            fmt::format("{} has a key that is too weak: {}.", short_name(one.subject), one.key),
            "Have it issued anew for an ECDSA P-256 key, or RSA with 2048 bits or more.");
      }
      if (one.weak_signature && !one.self_issued) {
        found_.error("weak_signature",
                     fmt::format("{} is signed by {}, which nobody believes any more.",
                                 short_name(one.subject), one.signature),
                     "Have it issued anew; every CA of today signs with SHA-256 or better.");
      }
    }
  }

  void judge_chain(const ChainFacts& chain) {
    if (!chain.in_order) {
      found_.warning(
          "chain_order",
          "The chain is not in order: each certificate should be followed by its issuer, and by "
          "nothing else.",
          "Put the server's certificate first, then its issuer, then the issuer of that one.");
    }
    if (chain.unreadable > 0) {
      found_.warning("chain_damaged",
                     fmt::format("{} of the certificates that the server sends cannot be read.",
                                 chain.unreadable),
                     "Install the chain again, from the files that the CA gave.");
    }
    if (chain.sends_root) {
      found_.notice("root_sent", "The server sends the root too; clients do not look at it.",
                    "Leave it out: the handshake gets smaller.");
    }
  }

  const Report& report_;
  FindingList& found_;
};

}  // namespace

void judge_certificates(const Report& report, FindingList& found) {
  if (!report.tls || report.tls->chain.certificates.empty()) return;
  CertificateJudge(report, found).judge(*report.tls);
}

}  // namespace gatehouse::check
