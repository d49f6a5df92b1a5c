#include "cli/ca_flags.h"
#include "cli/rows.h"

// The rows of what CAs issue and take back.
namespace gatehouse::cli {
namespace {

using Text = std::string_view;

// ------------------------------------------------------------------ issue

constexpr auto kIssueFlags = join(
    std::array{
        switch_flag<IssueCertificates, &IssueCertificates::client>(
            "--client", "For a client: the first NAME is what it is called."),
        switch_flag<IssueCertificates, &IssueCertificates::each>(
            "--each", "One certificate for each NAME, instead of one for all of them."),
        text_flag<IssueCertificates, &IssueCertificates::key_type>(
            "--key-type", "TYPE",
            "p256 (the default), p384, rsa2048, rsa3072, rsa4096 or ed25519."),
        number_flag<IssueCertificates, &IssueCertificates::days>(
            "--days", "DAYS", "How long it lives, instead of what the CA usually gives."),
        text_flag<IssueCertificates, &IssueCertificates::certificate>(
            "--name", "TEXT", "What it is called in the store; its first NAME unless said."),
        text_flag<IssueCertificates, &IssueCertificates::replace>(
            "--replace", "CERTIFICATE",
            "Take the place of this one in the store: its name and what uses it stay."),
        path_flag<IssueCertificates, &IssueCertificates::out>(
            "--out", "DIR",
            "For another machine: certificate, encrypted key and roots go to files there, not into "
            "the store. With --request the file for the certificate and its issuer."),
        path_flag<IssueCertificates, &IssueCertificates::request>(
            "--request", "FILE",
            "Sign this certificate request (PKCS#10), which was made elsewhere; - is standard "
            "input."),
        Flag<IssueCertificates>{"--host", "NAME",
                                "With --request: for this name, instead of those of the request.",
                                [](IssueCertificates& issue, Text text) {
                                  return append(issue.hosts, text, parse_text);
                                },
                                true}},
    passphrase_flags<IssueCertificates>(), ca_flags<IssueCertificates>());

Result<Ok> take_issue(IssueCertificates& issue, Arguments operands) {
  issue.authority = operands.front();
  issue.names.assign(operands.begin() + 1, operands.end());
  return Ok{};
}

Result<Ok> check_request(const IssueCertificates& issue) {
  if (!issue.names.empty()) {
    return usage_error(
        fmt::format("A request has its names in it: say --host {} where it is to be for others.",
                    issue.names.front()));
  }
  if (!issue.key_type.empty() || !issue.passphrase.none()) {
    return usage_error(
        "The key of a request is where it was made: leave --key-type and the "
        "passphrase out.");
  }
  if (issue.each || !issue.certificate.empty() || !issue.replace.empty()) {
    return usage_error(
        "A request is for one certificate, which goes to --out FILE or standard "
        "output: leave --each, --name and --replace out.");
  }
  return Ok{};
}

Result<Ok> check_names(const IssueCertificates& issue) {
  if (!issue.hosts.empty()) return usage_error("--host belongs to --request FILE.");
  if (!issue.names.empty()) return Ok{};
  return usage_error(
      "Say for whom: gatehouse ca issue CA NAME..., or --request FILE for a key that is "
      "elsewhere.");
}

Result<Ok> finish_issue(IssueCertificates& issue, const Environment& environment) {
  if (!issue.request.empty()) {
    if (auto alone = check_request(issue); !alone) return alone;
    return finish_connection(issue, environment);
  }
  if (auto named = check_names(issue); !named) return named;
  if (issue.out.empty() && !issue.passphrase.none()) {
    return usage_error("A passphrase belongs to a key that is handed out: add --out DIR.");
  }
  if (!issue.out.empty()) {
    if (auto there = check_passphrase(issue.passphrase); !there) return there;
  }
  return finish_connection(issue, environment);
}

constexpr Grammar<IssueCertificates> kIssue{kIssueFlags, take_issue, finish_issue};
constexpr Verb kIssueVerb{
    "ca",
    "issue",
    "CA [NAME...]",
    "issue a certificate for servers or a client",
    "One certificate for all names, or with --each one for each. Without --out it goes into "
    "the store of this machine, to be bound and exported like any other. With --out it is for "
    "another machine: NAME.crt (with its chain), NAME.key (encrypted) and ca.crt (the roots) "
    "are written to that folder, and the key does not stay here.\n\n"
    "With --request it signs a request of another machine or an appliance, whose key stays "
    "there. It is for the names that the request asks for, if the CA may certify them; to be a "
    "CA and other rights are not granted, and that is said. The certificate and its issuer go "
    "to standard output.",
    "gatehouse ca issue backends be1.plant4.local\n"
    "gatehouse ca issue backends be1.plant4.local be2.plant4.local --each --out ./certificates "
    "--passphrase-file secret\n"
    "gatehouse ca issue backends fe-auth --client\n"
    "gatehouse ca issue backends --request printer.csr --out printer.crt",
    flags_of<kIssue>,
    parse_by<kIssue>};

constexpr Text kReasons =
    "unspecified|key-compromise|affiliation-changed|superseded|cessation-of-operation|"
    "privilege-withdrawn";

// ------------------------------------------------------------------ revoke

constexpr auto kRevokeFlags =
    join(std::array{text_flag<RevokeCertificate, &RevokeCertificate::reason>(
             "--reason", kReasons, "Why; stands in the list that verifiers read.")},
         ca_flags<RevokeCertificate>());

Result<Ok> take_revoke(RevokeCertificate& revoke, Arguments operands) {
  revoke.authority = operands[0];
  revoke.certificate = operands[1];
  return Ok{};
}

constexpr Grammar<RevokeCertificate> kRevoke{kRevokeFlags, take_revoke, finish_connection};
constexpr Verb kRevokeVerb{
    "ca",
    "revoke",
    "CA CERTIFICATE",
    "take back a certificate that a CA has issued",
    "For good. The certificate is named by its serial number or "
    "thumbprint (the first 8 digits will do), by "
    "what it was issued for, or by its name in the store. Verifiers learn of it by the list "
    "that gatehouse ca crl writes.",
    "gatehouse ca revoke backends be1.plant4.local --reason key-compromise\n"
    "gatehouse ca revoke backends 5d0c3a9f",
    flags_of<kRevoke>,
    parse_by<kRevoke>};

// ------------------------------------------------------------------ crl

constexpr auto kCrlFlags =
    join(std::array{path_flag<WriteRevocationLists, &WriteRevocationLists::out>(
             "--out", "FILE", "Where the lists go, one behind the other; stdout unless said.")},
         connection_flags<WriteRevocationLists>());

Result<Ok> take_authority(WriteRevocationLists& write, Arguments operands) {
  write.authority = operands.front();
  return Ok{};
}

constexpr Grammar<WriteRevocationLists> kCrl{kCrlFlags, take_authority, finish_connection};
constexpr Verb kCrlVerb{
    "ca",
    "crl",
    "CA",
    "write the lists of what a CA has revoked",
    "One list (RFC 5280) for each issuer of the CA, as PEM. A list is good for a week; a new "
    "one is made when something was revoked since, or after half of that time.",
    "gatehouse ca crl backends --out /srv/www/backends.crl",
    flags_of<kCrl>,
    parse_by<kCrl>};

constexpr std::array kRows{kIssueVerb, kRevokeVerb, kCrlVerb};

}  // namespace

std::span<const Verb> ca_issue_rows() { return kRows; }

}  // namespace gatehouse::cli
