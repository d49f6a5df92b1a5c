#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/authorities.h"
#include "cli/authority_text.h"
#include "cli/certificate_text.h"
#include "cli/lists.h"
#include "cli/passphrases.h"
#include "cli/questions.h"
#include "cli/small_file.h"

// Verbs about local CAs that bring keys to files, or from there.
namespace gatehouse::cli {
namespace {

constexpr std::string_view kService = "AuthorityService";

std::string text_of(const Secret& secret) { return std::string(as_text(secret.view())); }

api::DetachRootRequest request_of(const DetachRoot& detach, const Secret& secret) {
  api::DetachRootRequest request;
  request.set_name(detach.name);
  request.set_root(static_cast<std::uint32_t>(detach.root));
  request.set_passphrase(text_of(secret));
  request.set_dry_run(detach.change.dry_run);
  request.set_why(detach.change.why);
  return request;
}

Result<Ok> ask_to_detach(const DetachRoot& detach, const Surroundings& around,
                         api::DetachRootRequest request, api::DetachRootResponse& response) {
  auto done = ask(around, detach.change.api, fmt::format("{}/Detach", kService), request, response);
  wipe(*request.mutable_passphrase());
  return done;
}

// The key, encrypted; it is still there.
Result<Ok> take_off(const DetachRoot& detach, const Surroundings& around, const Secret& secret,
                    api::DetachRootResponse& response) {
  return ask_to_detach(detach, around, request_of(detach, secret), response);
}

// Reads the file again, so that what the running gatehouse relies on is what is there.
Result<Ok> move_to(const std::filesystem::path& file, const DetachRoot& detach,
                   const Surroundings& around, const Secret& secret,
                   api::DetachRootResponse& response) {
  auto written = write_new_file(file, response.pkcs12(), FileMode::owner_only, Existing::kept);
  if (!written) return written;
  auto again = read_small_file(file);
  if (!again) return pass_on(again);
  auto request = request_of(detach, secret);
  request.set_written(std::move(*again));
  auto erased = ask_to_detach(detach, around, std::move(request), response);
  if (erased) return erased;
  around.console.talk(fmt::format("The key is still on this machine; {} holds it too, encrypted.\n",
                                  file.string()));
  return erased;
}

std::string detached_text(const DetachRoot& detach, const api::DetachRootResponse& response) {
  const bool dry = detach.change.dry_run;
  return fmt::format("The key of root {} {} in {}{}\n{}", response.root().number(),
                     dry ? "would be" : "is", printable(detach.to.string()),
                     dry ? "." : " and nowhere on this machine. Keep file and passphrase apart.",
                     notes_text(response.notes()));
}

}  // namespace

Result<int> detach_root(const DetachRoot& detach, const Surroundings& around) {
  const std::filesystem::path file = around.here / detach.to;
  auto secret = read_passphrase(detach.passphrase, around.here);
  if (!secret) return pass_on(secret);
  if (auto free = check_new_file(file); !free) return pass_on(free);
  api::DetachRootResponse response;
  if (auto done = take_off(detach, around, *secret, response); !done) return pass_on(done);
  if (!detach.change.dry_run) {
    auto moved = move_to(file, detach, around, *secret, response);
    if (!moved) return pass_on(moved);
  }
  around.console.data(detach.change.api.json ? json_line(response)
                                             : detached_text(detach, response));
  return 0;
}

Result<int> attach_root(const AttachRoot& attach, const Surroundings& around) {
  auto secret = read_passphrase(attach.passphrase, around.here);
  if (!secret) return pass_on(secret);
  auto file = read_small_file(around.here / attach.from);
  if (!file) return pass_on(file);
  api::AttachRootRequest request;
  request.set_name(attach.name);
  request.set_file(std::move(*file));
  request.set_passphrase(text_of(*secret));
  request.set_dry_run(attach.change.dry_run);
  request.set_why(attach.change.why);
  api::AttachRootResponse response;
  auto done = ask(around, attach.change.api, fmt::format("{}/Attach", kService), request, response);
  wipe(*request.mutable_passphrase());
  if (!done) return pass_on(done);
  around.console.data(attach.change.api.json
                          ? json_line(response)
                          : fmt::format("The key of root {} {} on this machine{}.\n",
                                        response.root().number(),
                                        attach.change.dry_run ? "would be" : "is",
                                        attach.change.dry_run ? "" : " again"));
  return 0;
}

}  // namespace gatehouse::cli
