#include <array>

#include "cli/common_flags.h"
#include "cli/rows.h"
#include "cli/verb_parser.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

constexpr Text kUsualFile = "/etc/gatehouse/gatehouse.yaml";

template <class Into>
Result<Ok> take_file(Into& into, Arguments operands) {
  if (!operands.empty()) return assign(into.file, operands.front(), parse_path);
  return Ok{};
}

Result<Ok> take_revision(Rollback& rollback, Arguments operands) {
  auto number = parse_number(operands.front());
  if (!number) return at("REVISION", std::move(number.error()), ErrorKind::usage);
  rollback.revision = *number;
  return Ok{};
}

Result<Ok> take_code(ExplainCode& explain, Arguments operands) {
  if (!operands.empty()) explain.code = operands.front();
  return Ok{};
}

Result<Ok> finish_validate(ValidateConfig& validate, const Environment& environment) {
  if (!validate.file.empty()) return Ok{};
  validate.file = environment("GATEHOUSE_CONFIG").value_or("");
  if (validate.file.empty()) validate.file = kUsualFile;
  return Ok{};
}

template <class Into>
constexpr Flag<Into> json_flag(Text help) {
  return {"--json", "", help, [](Into& into, Text) -> Result<Ok> {
            into.json = true;
            return Ok{};
          }};
}

constexpr std::array kValidateFlags{json_flag<ValidateConfig>("Print what was found as JSON.")};
constexpr std::array kExplainFlags{json_flag<ExplainCode>("As JSON.")};
constexpr auto kShowFlags = join(
    std::array{Flag<ShowConfig>{"--origin", "", "Say behind each value which file and line set it.",
                                [](ShowConfig& show, Text) -> Result<Ok> {
                                  show.origin = true;
                                  return Ok{};
                                }}},
    connection_flags<ShowConfig>());
constexpr auto kExportFlags = join(
    std::array{Flag<ExportConfig>{"--everything", "",
                                  "Also what files and flags define: the whole configuration.",
                                  [](ExportConfig& to, Text) -> Result<Ok> {
                                    to.everything = true;
                                    return Ok{};
                                  }},
               Flag<ExportConfig>{
                   "--out", "FILE", "Where to write it; stdout unless said.",
                   [](ExportConfig& to, Text text) { return assign(to.out, text, parse_path); }}},
    connection_flags<ExportConfig>());
constexpr auto kDiffFlags = connection_flags<DiffConfig>();
constexpr auto kHistoryFlags = connection_flags<ShowHistory>();
constexpr auto kApplyFlags = change_flags<ApplyConfig>();

// Their messages carry no reason and no revision.
template <class Into>
constexpr auto kPlanFlags = join(std::array{change_flags<Into>()[0]}, connection_flags<Into>());
constexpr auto kReloadFlags = kPlanFlags<Reload>;
constexpr auto kRollbackFlags = kPlanFlags<Rollback>;

constexpr Grammar<Reload> kReload{kReloadFlags, nullptr, finish_connection};
constexpr Grammar<ValidateConfig> kValidate{kValidateFlags, take_file, finish_validate};
constexpr Grammar<ShowConfig> kShow{kShowFlags, nullptr, finish_connection};
constexpr Grammar<DiffConfig> kDiff{kDiffFlags, take_file, finish_connection};
constexpr Grammar<ApplyConfig> kApply{kApplyFlags, take_file, finish_connection};
constexpr Grammar<ExportConfig> kExport{kExportFlags, nullptr, finish_connection};
constexpr Grammar<ShowHistory> kHistory{kHistoryFlags, nullptr, finish_connection};
constexpr Grammar<Rollback> kRollback{kRollbackFlags, take_revision, finish_connection};
constexpr Grammar<PrintSchema> kSchema{};
constexpr Grammar<PrintDefaultConfig> kDefault{};
constexpr Grammar<ExplainCode> kExplain{kExplainFlags, take_code, nullptr};

constexpr std::array kReloadRow{
    Verb{"", "reload", "", "read the configuration's files again",
         "Prints what changes, applies it without cutting a connection, and proves it by real "
         "handshakes. A configuration that is wrong in any part changes nothing. SIGHUP does the "
         "same.",
         "gatehouse reload --dry-run\ngatehouse reload", flags_of<kReload>, parse_by<kReload>}};

constexpr std::array kRows{
    Verb{"config", "validate", "[FILE]", "check a file; every error at once",
         "Reads the file and its conf.d as run does, without a running gatehouse. FILE is - for "
         "standard input; $GATEHOUSE_CONFIG or /etc/gatehouse/gatehouse.yaml unless said. Ends "
         "with 3 if anything is wrong.",
         "gatehouse config validate gatehouse.yaml", flags_of<kValidate>, parse_by<kValidate>},
    Verb{"config", "show", "", "the configuration in force, as YAML",
         "Everything together: files, flags, and what the API made. It is a valid configuration "
         "for another machine. Secrets print as ***.",
         "gatehouse config show\ngatehouse config show --origin", flags_of<kShow>, parse_by<kShow>},
    Verb{"config", "diff", "FILE", "how a file differs from what is in force",
         "Lines with - are in force and not in the file, lines with + the reverse. What order and "
         "shorthand a file has makes no difference.",
         "gatehouse config diff gatehouse.yaml", flags_of<kDiff>, parse_by<kDiff>},
    Verb{"config", "apply", "FILE", "replace what the API made by what a file says",
         "The counterpart of export: the same file brings the same sites and bindings to every "
         "machine. What this machine's own files define stays.",
         "gatehouse config export --out sites.yaml\ngatehouse config apply sites.yaml --dry-run",
         flags_of<kApply>, parse_by<kApply>},
    Verb{"config", "export", "", "what add and the API made, as YAML",
         "As it could stand in a file, for this machine or another one.",
         "gatehouse config export\ngatehouse config export --everything --out all.yaml",
         flags_of<kExport>, parse_by<kExport>},
    Verb{"config", "history", "", "who changed what, and when", "", "gatehouse config history",
         flags_of<kHistory>, parse_by<kHistory>},
    Verb{"config", "rollback", "REVISION", "return to an earlier revision",
         "What the API made becomes what it was. Files are not touched.",
         "gatehouse config rollback 12 --dry-run", flags_of<kRollback>, parse_by<kRollback>},
    Verb{"config", "schema", "", "JSON Schema of the configuration, for editors", "",
         "gatehouse config schema > gatehouse.schema.json", flags_of<kSchema>, parse_by<kSchema>},
    Verb{"config", "default", "", "a configuration with every setting, explained",
         "Every setting with its default, its meaning and an example, as comments.",
         "gatehouse config default > gatehouse.yaml", flags_of<kDefault>, parse_by<kDefault>},
    Verb{"", "explain", "[CODE]", "what an error code means and what to do",
         "Without a code it lists them all.", "gatehouse explain GH2107", flags_of<kExplain>,
         parse_by<kExplain>}};

}  // namespace

std::span<const Verb> reload_rows() { return kReloadRow; }
std::span<const Verb> config_rows() { return kRows; }

}  // namespace gatehouse::cli
