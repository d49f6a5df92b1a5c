#include <array>

#include "cli/certificate_commands.h"
#include "cli/certificate_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

// ------------------------------------------------------------------ taking arguments

template <class Into>
Result<Ok> take_choice(Into& into, Arguments operands) {
  into.which.text = operands.front();
  return Ok{};
}

Result<Ok> take_files(ImportCertificates& import, Arguments operands) {
  import.files.assign(operands.begin(), operands.end());
  return Ok{};
}

template <class Into>
Result<Ok> take_names(Into& into, Arguments operands) {
  into.wanted.names.assign(operands.begin(), operands.end());
  return Ok{};
}

Result<Ok> take_rename(RenameCertificate& rename, Arguments operands) {
  rename.which.text = operands[0];
  rename.name = operands[1];
  return Ok{};
}

Result<Ok> finish_export(ExportCertificate& exported, const Environment& environment) {
  const bool of_key = exported.format == "pfx" || exported.format == "key";
  if (of_key && !exported.with_key) {
    return usage_error("A " + exported.format +
                       " holds the private key. Say so with --with-key, and give a passphrase with "
                       "--passphrase-file or --generate-passphrase.");
  }
  if (exported.with_key && !of_key && !exported.format.empty()) {
    return usage_error("--with-key goes with --format pfx or key; a " + exported.format +
                       " holds public parts only.");
  }
  if (!exported.with_key && (!exported.passphrase.none() || !exported.profile.empty())) {
    return usage_error(
        "A passphrase and --for belong to a pfx: add --with-key. Public parts need none.");
  }
  if (exported.with_key && exported.passphrase.none()) {
    return usage_error(
        "A private key leaves with a passphrase only. Give one with --passphrase-file or "
        "--passphrase-stdin, or have one made with --generate-passphrase.");
  }
  return finish_connection(exported, environment);
}

// ------------------------------------------------------------------ import

using Import = ImportCertificates;

constexpr auto kImportFlags = join(
    std::array{
        Flag<Import>{"--name", "NAME", "The friendly name; made from the certificate unless given.",
                     [](Import& into, Text text) { return assign(into.name, text, parse_text); }},
        replace_flag<Import>(),
        shelf_flag<Import>("Where you believe that it belongs; another one is an error."),
        owner_flag<Import>("Whose it is: machine, or user:NAME."),
        role_flag<Import>("Refuse it unless it may be used so."),
        Flag<Import>{"--fetch-issuers", "",
                     "Fetch what is missing of a chain from where the certificate says that it is.",
                     [](Import& into, Text) -> Result<Ok> {
                       into.fetch_issuers = true;
                       return Ok{};
                     }}},
    passphrase_flags<Import>(true), kept_change_flags<Import>());
constexpr Grammar<Import> kImport{kImportFlags, take_files, finish_connection};

constexpr Text kImportText =
    "Takes PEM in any order and layout, DER, PKCS#12 (.pfx, .p12) and PKCS#7 (.p7b), one file or "
    "several, and says what is inside. Keys are paired with their certificates, chains are put in "
    "order and completed by the intermediates in the store, roots and intermediates go to their "
    "shelves. What clients would refuse is not taken: the sentence says why, and what to do.\n\n"
    "A file that needs a passphrase asks for it at a terminal. The answer of a CA to cert request "
    "is imported alone: its key waits here.\n\n"
    "Most certificates say where the one of their issuer is. With --fetch-issuers, or after a yes "
    "at the terminal, this command gets it from there (http only, 64 KiB and 10 s at most, four "
    "certificates up), takes it only if its key signed the one below, and shows what came. The "
    "running gatehouse itself fetches nothing.";
constexpr Verb kImportVerb{
    "cert",
    "import",
    "FILE...",
    "take keys and certificates from files",
    kImportText,
    "gatehouse cert import site.pfx --passphrase-file pass.txt\n"
    "gatehouse cert import server.crt server.key intermediate.crt --name files\n"
    "gatehouse cert import server.crt server.key --fetch-issuers\n"
    "gatehouse cert import new.pfx --replace files --dry-run\n"
    "gatehouse cert import company-root.crt --shelf anchors",
    flags_of<kImport>,
    parse_by<kImport>};

// ------------------------------------------------------------------ create, request

template <class Into>
constexpr std::array<Flag<Into>, 6> new_flags() {
  return {
      Flag<Into>{"--name", "NAME", "The friendly name; the first of the names unless given.",
                 [](Into& into, Text text) { return assign(into.wanted.name, text, parse_text); }},
      Flag<Into>{
          "--key-type", "TYPE", "p256 (the default), p384, rsa2048, rsa3072, rsa4096 or ed25519.",
          [](Into& into, Text text) { return assign(into.wanted.key_type, text, parse_text); }},
      role_flag<Into>("For servers (the default) or for clients."),
      Flag<Into>{
          "--common-name", "TEXT", "Of its subject; the first of the names unless given.",
          [](Into& into, Text text) { return assign(into.wanted.common_name, text, parse_text); }},
      Flag<Into>{
          "--organization", "TEXT", "Of its subject.",
          [](Into& into, Text text) { return assign(into.wanted.organization, text, parse_text); }},
      Flag<Into>{
          "--owner", "OWNER", "Whose it is: machine, or user:NAME.",
          [](Into& into, Text text) { return assign(into.wanted.owner, text, parse_text); }}};
}

using Create = CreateCertificate;
constexpr auto kCreateFlags = join(
    new_flags<Create>(),
    std::array{
        Flag<Create>{"--days", "NUMBER", "How long it is valid; 90 unless said.",
                     [](Create& into, Text text) { return assign(into.days, text, parse_number); }},
        replace_flag<Create>()},
    kept_change_flags<Create>());
constexpr Grammar<Create> kCreate{kCreateFlags, take_names<Create>, finish_connection};
constexpr Verb kCreateVerb{
    "cert",
    "create",
    "[NAME...]",
    "make a self-signed certificate",
    "Clients refuse it until they are told to trust it; the local CA saves you that for the "
    "names of this machine.",
    "gatehouse cert create files.example.com 10.0.0.5 --name files\n"
    "gatehouse cert create --role clientAuth --common-name fe-auth --days 365",
    flags_of<kCreate>,
    parse_by<kCreate>};

using Request = RequestCertificate;
constexpr auto kRequestFlags =
    join(new_flags<Request>(),
         std::array{Flag<Request>{
             "--out", "FILE", "Write the request there instead of to standard output.",
             [](Request& into, Text text) { return assign(into.out, text, parse_path); }}},
         kept_change_flags<Request>());
constexpr Grammar<Request> kRequest{kRequestFlags, take_names<Request>, finish_connection};
constexpr Verb kRequestVerb{
    "cert",
    "request",
    "[NAME...]",
    "ask a CA for a certificate (CSR)",
    "Makes a key, which stays here, and prints the request for the CA. The certificate that "
    "the CA sends back is taken with cert import.",
    "gatehouse cert request files.example.com --out files.csr\n"
    "gatehouse cert import files.crt",
    flags_of<kRequest>,
    parse_by<kRequest>};

// ------------------------------------------------------------------ find

using List = ListCertificates;
constexpr auto kListFlags = join(
    std::array{
        shelf_flag<List>("Only what is stored on this shelf."),
        owner_flag<List>("Only what is stored for machine, or user:NAME."),
        Flag<List>{"--origin", "ORIGIN",
                   "Only what came so: import, self-signed, local CA, files, default.",
                   [](List& into, Text text) { return assign(into.origin, text, parse_text); }},
        role_flag<List>("Only what may be used so.")},
    connection_flags<List>());
constexpr Grammar<List> kList{kListFlags, nullptr, finish_connection};
constexpr Verb kListVerb{
    "cert",
    "list",
    "",
    "certificates that are served, and those in the store",
    "First what is served, by how much of its life has passed, then what rests in the store, "
    "then requests that wait for their answer. With a filter only what is in the store.",
    "gatehouse cert list\ngatehouse cert list --shelf anchors",
    flags_of<kList>,
    parse_by<kList>};

constexpr auto kShowFlags =
    join(choice_flags<ShowCertificate>(), connection_flags<ShowCertificate>());
constexpr Grammar<ShowCertificate> kShow{kShowFlags, take_choice<ShowCertificate>,
                                         finish_connection};
constexpr Verb kShowVerb{
    "cert",
    "show",
    "CERTIFICATE",
    "one certificate of the store",
    "CERTIFICATE is its name, its thumbprint (SHA-1 or SHA-256 in any spelling, or its first "
    "8 digits), its subject (CN=...) or a server that it speaks for (san:NAME). Where "
    "several match, the newest that is valid is shown, and why the others are not.",
    "gatehouse cert show files\ngatehouse cert show A1:B2:C3:D4\n"
    "gatehouse cert show CN=fe-auth\ngatehouse cert show san:files.example.com",
    flags_of<kShow>,
    parse_by<kShow>};

constexpr auto kHistoryFlags =
    join(choice_flags<ShowCertificateHistory>(), connection_flags<ShowCertificateHistory>());
constexpr Grammar<ShowCertificateHistory> kHistory{
    kHistoryFlags, take_choice<ShowCertificateHistory>, finish_connection};
constexpr Verb kHistoryVerb{"cert",
                            "history",
                            "CERTIFICATE",
                            "who changed a certificate, when and why",
                            "That of a removed certificate is found by its id.",
                            "gatehouse cert history files",
                            flags_of<kHistory>,
                            parse_by<kHistory>};

// ------------------------------------------------------------------ export

using Export = ExportCertificate;
constexpr auto kExportFlags = join(
    std::array{
        Flag<Export>{"--format", "FORMAT",
                     "pem (the default), der, chain, fullchain, pkcs7; with the key pfx, key.",
                     [](Export& into, Text text) { return assign(into.format, text, parse_text); }},
        Flag<Export>{"--out", "FILE", "Write it there instead of to standard output.",
                     [](Export& into, Text text) { return assign(into.out, text, parse_path); }},
        Flag<Export>{"--force", "", "Write over a file that is there.",
                     [](Export& into, Text) -> Result<Ok> {
                       into.force = true;
                       return Ok{};
                     }},
        Flag<Export>{"--with-key", "", "With the private key, encrypted; told in the history.",
                     [](Export& into, Text) -> Result<Ok> {
                       into.with_key = true;
                       return Ok{};
                     }},
        Flag<Export>{
            "--for", "SYSTEM", "Who opens the pfx: windows-2016, windows, macos, java or openssl.",
            [](Export& into, Text text) { return assign(into.profile, text, parse_text); }},
        Flag<Export>{"--generate-passphrase", "",
                     "Make a strong passphrase, and print it once, to standard error.",
                     [](Export& into, Text) -> Result<Ok> {
                       into.passphrase.generate = true;
                       return Ok{};
                     }},
        Flag<Export>{"--why", "TEXT", "A reason, for the history.",
                     [](Export& into, Text text) { return assign(into.why, text, parse_text); }}},
    passphrase_flags<Export>(false), choice_flags<Export>(), connection_flags<Export>());
constexpr Grammar<Export> kExport{kExportFlags, take_choice<Export>, finish_export};
constexpr Verb kExportVerb{
    "cert",
    "export",
    "CERTIFICATE",
    "a certificate as a file for others",
    "Public parts only, unless --with-key says otherwise: that is told in the history and the "
    "event log, needs a strong passphrase, and the file is opened again before it is given "
    "out. A file with a key is for its owner alone (0600); none is written over another one "
    "unless --force says so.",
    "gatehouse cert export files --out files.crt\n"
    "gatehouse cert export files --format fullchain\n"
    "gatehouse cert export files --with-key --for windows --out files.pfx "
    "--generate-passphrase\n"
    "gatehouse cert export files --with-key --format key --out files.key "
    "--passphrase-file pass.txt",
    flags_of<kExport>,
    parse_by<kExport>};

// ------------------------------------------------------------------ change

constexpr auto kRenameFlags =
    join(choice_flags<RenameCertificate>(), kept_change_flags<RenameCertificate>());
constexpr Grammar<RenameCertificate> kRename{kRenameFlags, take_rename, finish_connection};
constexpr Verb kRenameVerb{"cert",
                           "rename",
                           "CERTIFICATE NAME",
                           "give a certificate another friendly name",
                           "What uses it by its old name keeps it from being renamed.",
                           "gatehouse cert rename files.example.com files",
                           flags_of<kRename>,
                           parse_by<kRename>};

constexpr auto kRemoveFlags =
    join(choice_flags<RemoveCertificate>(), kept_change_flags<RemoveCertificate>());
constexpr Grammar<RemoveCertificate> kRemove{kRemoveFlags, take_choice<RemoveCertificate>,
                                             finish_connection};
constexpr Verb kRemoveVerb{
    "cert",
    "remove",
    "CERTIFICATE",
    "remove a certificate, or a request that waits",
    "A certificate that is used is not removed: you are told by whom. The history keeps the "
    "certificate; its key is gone.",
    "gatehouse cert remove files --why replaced",
    flags_of<kRemove>,
    parse_by<kRemove>};

constexpr std::array kRows{kImportVerb, kCreateVerb,  kRequestVerb, kListVerb,  kShowVerb,
                           kExportVerb, kHistoryVerb, kRenameVerb,  kRemoveVerb};

}  // namespace

std::span<const Verb> certificate_rows() { return kRows; }

}  // namespace gatehouse::cli
