#include "cli/upgrade.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/change_text.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/questions.h"

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;

// Both programs accept at the socket until the one before has left it.
constexpr auto kProofTime = 10s;
constexpr auto kPause = 50ms;

std::string program_text(const api::Program& program) {
  return fmt::format("process {}, version {}", program.pid(), printable(program.version()));
}

Result<api::UpgradeResponse> upgraded(const UpgradeProgram& upgrade, const Surroundings& around) {
  api::UpgradeResponse response;
  Progress progress(around.console, upgrade.api.json);
  auto done = ask(around, upgrade.api, "ProgramService/Upgrade", api::UpgradeRequest{}, response,
                  [&progress](const api::Event& event) { progress.tell(event); });
  if (!done) return pass_on(done);
  return response;
}

// The program before may answer once more, or end the connection: then the socket is asked again.
api::Proof proof_of(const api::Program& expected, const Connection& connection,
                    const Surroundings& around) {
  api::Proof proof;
  proof.set_target("the admin socket");
  proof.set_client("gatehouse upgrade");
  std::string last = "nobody answers";
  for (auto waited = 0ms; waited < kProofTime; waited += kPause) {
    api::Status status;
    const auto asked =
        ask(around, connection, "StatusService/Get", api::GetStatusRequest{}, status);
    api::Program found;
    found.set_pid(status.pid());
    found.set_version(status.version());
    proof.set_ok(asked && found.pid() == expected.pid());
    last = asked ? program_text(found) + " answers" : asked.error().what;
    if (proof.ok()) break;
    around.wait(kPause);
  }
  proof.set_sentence(
      proof.ok() ? last : fmt::format("{} was to answer, but: {}", program_text(expected), last));
  return proof;
}

std::string upgrade_text(const api::UpgradeResponse& done, bool proven, const Paint& paint) {
  std::string out;
  for (const api::Step& step : done.steps()) out += step_text(step, paint);
  for (const api::Proof& proof : done.proofs()) out += proof_text(proof, paint);
  const std::string end =
      proven ? paint.good(fmt::format("Upgraded from version {} to {}.",
                                      printable(done.before().version()),
                                      printable(done.now().version())))
             : paint.bad(
                   "The new program has said that it serves, but it was not found. See the "
                   "event log.");
  return out + end + "\n";
}

}  // namespace

Result<int> upgrade_program(const UpgradeProgram& upgrade, const Surroundings& around) {
  auto done = upgraded(upgrade, around);
  if (!done) return pass_on(done);
  *done->add_proofs() = proof_of(done->now(), upgrade.api, around);
  const bool proven = done->proofs(0).ok();
  around.console.data(upgrade.api.json
                          ? json_line(*done)
                          : upgrade_text(*done, proven, Paint(around.console.colours_data())));
  return proven ? 0 : exit_code(ErrorKind::timed_out);
}

}  // namespace gatehouse::cli
