#include <array>

#include "cli/authority_commands.h"
#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

template <class Into>
constexpr std::array<Flag<Into>, 5> ca_flags() {
  const auto all = change_flags<Into>();  // without --if-revision: a CA has none
  return {all[0], all[1], all[3], all[4], all[5]};
}

template <class Into>
constexpr std::array<Flag<Into>, 2> passphrase_flags() {
  return {
      Flag<Into>{
          "--passphrase-file", "FILE", "The passphrase is the first line of this file.",
          [](Into& into, Text text) { return assign(into.passphrase.file, text, parse_path); }},
      Flag<Into>{"--passphrase-stdin", "", "The passphrase is the first line of standard input.",
                 [](Into& into, Text) -> Result<Ok> {
                   into.passphrase.standard_input = true;
                   return Ok{};
                 }}};
}

template <class Into, auto member>
constexpr Flag<Into> text_flag(Text name, Text value, Text help) {
  return {name, value, help,
          [](Into& into, Text text) { return assign(into.*member, text, parse_text); }};
}

template <class Into, auto member>
constexpr Flag<Into> number_flag(Text name, Text value, Text help) {
  return {name, value, help,
          [](Into& into, Text text) { return assign(into.*member, text, parse_number); }};
}

template <class Into, auto member>
constexpr Flag<Into> path_flag(Text name, Text value, Text help) {
  return {name, value, help,
          [](Into& into, Text text) { return assign(into.*member, text, parse_path); }};
}

template <class Into, auto member>
constexpr Flag<Into> switch_flag(Text name, Text help) {
  return {name, "", help, [](Into& into, Text) -> Result<Ok> {
            into.*member = true;
            return Ok{};
          }};
}

// ------------------------------------------------------------------ flags

constexpr Text kReasons =
    "unspecified|key-compromise|affiliation-changed|superseded|cessation-of-operation|"
    "privilege-withdrawn";

constexpr auto kInitFlags = join(
    std::array{
        Flag<InitAuthority>{
            "--permit", "NAMES",
            "What it may certify: names with all below them, and networks "
            "(.plant4.local,10.20.0.0/16); those of this machine unless said.",
            [](InitAuthority& init, Text text) { return append(init.permitted, text, parse_text); },
            true},
        switch_flag<InitAuthority, &InitAuthority::unconstrained>(
            "--unconstrained", "It may certify every name of the world."),
        text_flag<InitAuthority, &InitAuthority::key_type>(
            "--key-type", "TYPE",
            "Of the CA's own keys: p256 (the default), p384, rsa2048, rsa3072 or rsa4096."),
        number_flag<InitAuthority, &InitAuthority::certificate_days>(
            "--days", "DAYS", "How long what it issues lives; 90 unless said."),
        number_flag<InitAuthority, &InitAuthority::issuer_days>(
            "--issuer-days", "DAYS", "How long its issuers live; 5 years unless said."),
        number_flag<InitAuthority, &InitAuthority::root_days>(
            "--root-days", "DAYS", "How long its root lives; 20 years unless said.")},
    ca_flags<InitAuthority>());
constexpr auto kListFlags = connection_flags<ListAuthorities>();
constexpr auto kShowFlags =
    join(std::array{switch_flag<ShowAuthority, &ShowAuthority::anchors>(
             "--anchors", "Only the roots that devices are to trust, as PEM.")},
         connection_flags<ShowAuthority>());
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
            "the store.")},
    passphrase_flags<IssueCertificates>(), ca_flags<IssueCertificates>());
constexpr auto kRotateFlags =
    join(std::array{switch_flag<RotateAuthority, &RotateAuthority::trusted>(
                        "--trusted", "All devices trust the next root: it signs from now on."),
                    switch_flag<RotateAuthority, &RotateAuthority::issuers>(
                        "--issuers", "New issuers below the same root, instead of a next root.")},
         ca_flags<RotateAuthority>());
constexpr auto kRevokeFlags =
    join(std::array{text_flag<RevokeCertificate, &RevokeCertificate::reason>(
             "--reason", kReasons, "Why; stands in the list that verifiers read.")},
         ca_flags<RevokeCertificate>());
constexpr auto kCrlFlags =
    join(std::array{path_flag<WriteRevocationLists, &WriteRevocationLists::out>(
             "--out", "FILE", "Where the lists go, one behind the other; stdout unless said.")},
         connection_flags<WriteRevocationLists>());
constexpr auto kDetachFlags =
    join(std::array{path_flag<DetachRoot, &DetachRoot::to>(
                        "--to", "FILE", "A new file for the key: PKCS#12, encrypted."),
                    number_flag<DetachRoot, &DetachRoot::root>(
                        "--root", "NUMBER", "Which root; the one that signs unless said.")},
         passphrase_flags<DetachRoot>(), ca_flags<DetachRoot>());
constexpr auto kAttachFlags = join(std::array{path_flag<AttachRoot, &AttachRoot::from>(
                                       "--from", "FILE", "The file that detach has written.")},
                                   passphrase_flags<AttachRoot>(), ca_flags<AttachRoot>());

// ------------------------------------------------------------------ operands

template <class Into>
Result<Ok> take_name(Into& into, Arguments operands) {
  into.name = operands.front();
  return Ok{};
}

Result<Ok> take_authority(WriteRevocationLists& write, Arguments operands) {
  write.authority = operands.front();
  return Ok{};
}

Result<Ok> take_issue(IssueCertificates& issue, Arguments operands) {
  issue.authority = operands.front();
  issue.names.assign(operands.begin() + 1, operands.end());
  return Ok{};
}

Result<Ok> take_revoke(RevokeCertificate& revoke, Arguments operands) {
  revoke.authority = operands[0];
  revoke.certificate = operands[1];
  return Ok{};
}

Result<Ok> check_passphrase(const PassphrasePlace& place) {
  if (!place.file.empty() && place.standard_input) {
    return usage_error("The passphrase comes from a file or from standard input, not from both.");
  }
  if (!place.none()) return Ok{};
  return usage_error(
      "A key leaves this machine encrypted only: say where the passphrase is, with "
      "--passphrase-file FILE or --passphrase-stdin. openssl rand -base64 24 makes a strong one.");
}

Result<Ok> finish_issue(IssueCertificates& issue, const Environment& environment) {
  if (issue.out.empty() && !issue.passphrase.none()) {
    return usage_error("A passphrase belongs to a key that is handed out: add --out DIR.");
  }
  if (!issue.out.empty()) {
    if (auto there = check_passphrase(issue.passphrase); !there) return there;
  }
  return finish_connection(issue, environment);
}

Result<Ok> finish_rotate(RotateAuthority& rotate, const Environment& environment) {
  if (rotate.issuers && rotate.trusted) {
    return usage_error("--issuers and --trusted are two different steps.");
  }
  return finish_connection(rotate, environment);
}

Result<Ok> finish_detach(DetachRoot& detach, const Environment& environment) {
  if (detach.to.empty()) {
    return usage_error("Say where the key goes: --to FILE, on a medium that you take away.");
  }
  if (auto there = check_passphrase(detach.passphrase); !there) return there;
  return finish_connection(detach, environment);
}

Result<Ok> finish_attach(AttachRoot& attach, const Environment& environment) {
  if (attach.from.empty()) return usage_error("Say where the key is: --from FILE.");
  if (auto there = check_passphrase(attach.passphrase); !there) return there;
  return finish_connection(attach, environment);
}

constexpr Grammar<InitAuthority> kInit{kInitFlags, take_name, finish_connection};
constexpr Grammar<ListAuthorities> kList{kListFlags, nullptr, finish_connection};
constexpr Grammar<ShowAuthority> kShow{kShowFlags, take_name, finish_connection};
constexpr Grammar<IssueCertificates> kIssue{kIssueFlags, take_issue, finish_issue};
constexpr Grammar<RotateAuthority> kRotate{kRotateFlags, take_name, finish_rotate};
constexpr Grammar<RevokeCertificate> kRevoke{kRevokeFlags, take_revoke, finish_connection};
constexpr Grammar<WriteRevocationLists> kCrl{kCrlFlags, take_authority, finish_connection};
constexpr Grammar<DetachRoot> kDetach{kDetachFlags, take_name, finish_detach};
constexpr Grammar<AttachRoot> kAttach{kAttachFlags, take_name, finish_attach};

constexpr std::array kRows{
    Verb{"ca", "init", "NAME", "make a local CA of your own",
         "Makes a root that devices are told to trust, and below it an issuer for servers and one "
         "for clients. It may certify the names that you permit and nothing else, by a critical "
         "extension in the root: a stolen key cannot speak for anybody else. That cannot be "
         "changed later.",
         "gatehouse ca init backends --permit .plant4.local,10.20.0.0/16\n"
         "gatehouse ca init office --permit .example.com --key-type rsa3072",
         flags_of<kInit>, parse_by<kInit>},
    Verb{"ca", "list", "", "the local CAs", "", "gatehouse ca list", flags_of<kList>,
         parse_by<kList>},
    Verb{"ca", "show", "NAME", "a CA, what it has issued, and what there is to do", "",
         "gatehouse ca show backends\ngatehouse ca show backends --anchors > backends-ca.crt",
         flags_of<kShow>, parse_by<kShow>},
    Verb{
        "ca", "issue", "CA NAME...", "issue a certificate for servers or a client",
        "One certificate for all names, or with --each one for each. Without --out it goes into "
        "the store of this machine, to be bound and exported like any other. With --out it is for "
        "another machine: NAME.crt (with its chain), NAME.key (encrypted) and ca.crt (the roots) "
        "are written to that folder, and the key does not stay here.",
        "gatehouse ca issue backends be1.plant4.local\n"
        "gatehouse ca issue backends be1.plant4.local be2.plant4.local --each --out ./certificates "
        "--passphrase-file secret\n"
        "gatehouse ca issue backends fe-auth --client",
        flags_of<kIssue>, parse_by<kIssue>},
    Verb{"ca", "rotate", "NAME", "give a CA its next root, or new issuers",
         "A next root comes into use in two steps, so that no device is left behind. The first "
         "makes it: from then on it is shared beside the one before, and signs nothing. When all "
         "devices trust it, the second says so: gatehouse ca rotate NAME --trusted. What is issued "
         "then comes from the next root; what was issued before stays good.\n\n"
         "--issuers makes new issuers below the same root, which needs the root's key.",
         "gatehouse ca rotate backends\ngatehouse ca rotate backends --trusted\n"
         "gatehouse ca rotate backends --issuers",
         flags_of<kRotate>, parse_by<kRotate>},
    Verb{"ca", "revoke", "CA CERTIFICATE", "take back a certificate that a CA has issued",
         "For good. The certificate is named by its serial number (the first 8 digits will do), by "
         "what it was issued for, or by its name in the store. Verifiers learn of it by the list "
         "that gatehouse ca crl writes.",
         "gatehouse ca revoke backends be1.plant4.local --reason key-compromise\n"
         "gatehouse ca revoke backends 5d0c3a9f",
         flags_of<kRevoke>, parse_by<kRevoke>},
    Verb{"ca", "crl", "CA", "write the lists of what a CA has revoked",
         "One list (RFC 5280) for each issuer of the CA, as PEM. A list is good for a week; a new "
         "one is made when something was revoked since, or after half of that time.",
         "gatehouse ca crl backends --out /srv/www/backends.crl", flags_of<kCrl>, parse_by<kCrl>},
    Verb{"ca", "detach", "NAME", "take the key of a CA's root off this machine",
         "Writes the key of the root, encrypted, to a new file, opens that file again, and erases "
         "the key here only then. The CA goes on issuing; the root's key is needed for new issuers "
         "alone.",
         "gatehouse ca detach backends --to /media/usb/backends-root.p12 --passphrase-file secret",
         flags_of<kDetach>, parse_by<kDetach>},
    Verb{"ca", "attach", "NAME", "bring the key of a CA's root back", "",
         "gatehouse ca attach backends --from /media/usb/backends-root.p12 --passphrase-file "
         "secret",
         flags_of<kAttach>, parse_by<kAttach>}};

}  // namespace

std::span<const Verb> ca_rows() { return kRows; }

}  // namespace gatehouse::cli
