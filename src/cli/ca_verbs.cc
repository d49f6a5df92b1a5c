#include "cli/ca_flags.h"
#include "cli/rows.h"

// The rows of CAs themselves; what they issue is in ca_issue_verbs.cc.
namespace gatehouse::cli {
namespace {

using Text = std::string_view;

template <class Into>
Result<Ok> take_name(Into& into, Arguments operands) {
  into.name = operands.front();
  return Ok{};
}

// ------------------------------------------------------------------ init

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

constexpr Grammar<InitAuthority> kInit{kInitFlags, take_name, finish_connection};
constexpr Verb kInitVerb{
    "ca",
    "init",
    "NAME",
    "make a local CA of your own",
    "Makes a root that devices are told to trust, and below it an issuer for servers and one "
    "for clients. It may certify the names that you permit and nothing else, by a critical "
    "extension in the root: a stolen key cannot speak for anybody else. That cannot be "
    "changed later.",
    "gatehouse ca init backends --permit .plant4.local,10.20.0.0/16\n"
    "gatehouse ca init office --permit .example.com --key-type rsa3072",
    flags_of<kInit>,
    parse_by<kInit>};

// ------------------------------------------------------------------ list

constexpr auto kListFlags = connection_flags<ListAuthorities>();

constexpr Grammar<ListAuthorities> kList{kListFlags, nullptr, finish_connection};
constexpr Verb kListVerb{
    "ca", "list", "", "the local CAs", "", "gatehouse ca list", flags_of<kList>, parse_by<kList>};

// ------------------------------------------------------------------ show

constexpr auto kShowFlags =
    join(std::array{switch_flag<ShowAuthority, &ShowAuthority::anchors>(
                        "--anchors", "Only the roots that devices are to trust, as PEM."),
                    text_flag<ShowAuthority, &ShowAuthority::certificate>(
                        "--certificate", "CERTIFICATE",
                        "Only this one of those that it has issued, with its issuer, as PEM.")},
         connection_flags<ShowAuthority>());

Result<Ok> finish_show(ShowAuthority& show, const Environment& environment) {
  if (show.anchors && !show.certificate.empty()) {
    return usage_error("--anchors and --certificate are two different answers.");
  }
  return finish_connection(show, environment);
}

constexpr Grammar<ShowAuthority> kShow{kShowFlags, take_name, finish_show};
constexpr Verb kShowVerb{
    "ca",
    "show",
    "NAME",
    "a CA, what it has issued, and what there is to do",
    "",
    "gatehouse ca show backends\ngatehouse ca show backends --anchors > backends-ca.crt\n"
    "gatehouse ca show backends --certificate 5d0c3a9f > be1.crt",
    flags_of<kShow>,
    parse_by<kShow>};

// ------------------------------------------------------------------ rotate

constexpr auto kRotateFlags =
    join(std::array{switch_flag<RotateAuthority, &RotateAuthority::trusted>(
                        "--trusted", "All devices trust the next root: it signs from now on."),
                    switch_flag<RotateAuthority, &RotateAuthority::issuers>(
                        "--issuers", "New issuers below the same root, instead of a next root.")},
         ca_flags<RotateAuthority>());

Result<Ok> finish_rotate(RotateAuthority& rotate, const Environment& environment) {
  if (rotate.issuers && rotate.trusted) {
    return usage_error("--issuers and --trusted are two different steps.");
  }
  return finish_connection(rotate, environment);
}

constexpr Grammar<RotateAuthority> kRotate{kRotateFlags, take_name, finish_rotate};
constexpr Verb kRotateVerb{
    "ca",
    "rotate",
    "NAME",
    "give a CA its next root, or new issuers",
    "A next root comes into use in two steps, so that no device is left behind. The first "
    "makes it: from then on it is shared beside the one before, and signs nothing. When all "
    "devices trust it, the second says so: gatehouse ca rotate NAME --trusted. What is issued "
    "then comes from the next root; what was issued before stays good.\n\n"
    "--issuers makes new issuers below the same root, which needs the root's key.",
    "gatehouse ca rotate backends\ngatehouse ca rotate backends --trusted\n"
    "gatehouse ca rotate backends --issuers",
    flags_of<kRotate>,
    parse_by<kRotate>};

// ------------------------------------------------------------------ detach

constexpr auto kDetachFlags =
    join(std::array{path_flag<DetachRoot, &DetachRoot::to>(
                        "--to", "FILE", "A new file for the key: PKCS#12, encrypted."),
                    number_flag<DetachRoot, &DetachRoot::root>(
                        "--root", "NUMBER", "Which root; the one that signs unless said.")},
         passphrase_flags<DetachRoot>(), ca_flags<DetachRoot>());

Result<Ok> finish_detach(DetachRoot& detach, const Environment& environment) {
  if (detach.to.empty()) {
    return usage_error("Say where the key goes: --to FILE, on a medium that you take away.");
  }
  if (auto there = check_passphrase(detach.passphrase); !there) return there;
  return finish_connection(detach, environment);
}

constexpr Grammar<DetachRoot> kDetach{kDetachFlags, take_name, finish_detach};
constexpr Verb kDetachVerb{
    "ca",
    "detach",
    "NAME",
    "take the key of a CA's root off this machine",
    "Writes the key of the root, encrypted, to a new file, opens that file again, and erases "
    "the key here only then. The CA goes on issuing; the root's key is needed for new issuers "
    "alone.",
    "gatehouse ca detach backends --to /media/usb/backends-root.p12 --passphrase-file secret",
    flags_of<kDetach>,
    parse_by<kDetach>};

// ------------------------------------------------------------------ attach

constexpr auto kAttachFlags = join(std::array{path_flag<AttachRoot, &AttachRoot::from>(
                                       "--from", "FILE", "The file that detach has written.")},
                                   passphrase_flags<AttachRoot>(), ca_flags<AttachRoot>());

Result<Ok> finish_attach(AttachRoot& attach, const Environment& environment) {
  if (attach.from.empty()) return usage_error("Say where the key is: --from FILE.");
  if (auto there = check_passphrase(attach.passphrase); !there) return there;
  return finish_connection(attach, environment);
}

constexpr Grammar<AttachRoot> kAttach{kAttachFlags, take_name, finish_attach};
constexpr Verb kAttachVerb{
    "ca",
    "attach",
    "NAME",
    "bring the key of a CA's root back",
    "",
    "gatehouse ca attach backends --from /media/usb/backends-root.p12 --passphrase-file "
    "secret",
    flags_of<kAttach>,
    parse_by<kAttach>};

constexpr std::array kRows{kInitVerb, kListVerb, kShowVerb, kRotateVerb, kDetachVerb, kAttachVerb};

}  // namespace

std::span<const Verb> ca_rows() { return kRows; }

}  // namespace gatehouse::cli
