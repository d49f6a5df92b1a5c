#include "control/live_control_plane.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/time_text.h"
#include "config/diagnostic_messages.h"
#include "control/edits.h"
#include "control/messages.h"
#include "control/plan_words.h"
#include "control/steps.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;

// Somebody else's change may take as long as all its proofs.
constexpr auto kTurnTime = 30s;
constexpr auto kApplyTime = 5s;

void set_state(api::ChangeResponse& response, const char* state) {
  for (api::Step& step : *response.mutable_plan()) step.set_state(state);
}

}  // namespace

LiveControlPlane::LiveControlPlane(Parts parts) : parts_(std::move(parts)), turn_(parts_.reactor) {}

void LiveControlPlane::resume() {
  changing_ = false;
  turn_.notify_all();
}

// With true the caller has the turn and makes a Turn of it at once.
io::Task<Result<Ok>> LiveControlPlane::take_turn() {
  const io::Deadline deadline = parts_.reactor.in(kTurnTime);
  while (changing_) {
    const io::Wake wake = co_await turn_.wait(deadline);
    if (wake == io::Wake::ready) continue;
    co_return fail_for_now(Fault::ours, "Another change is still under way; try again in a moment.",
                           ErrorKind::timed_out);
  }
  changing_ = true;
  co_return Ok{};
}

// ------------------------------------------------------------------ the beginning

io::Task<Result<LiveControlPlane::Beginning>> LiveControlPlane::begin(Candidate first) {
  now_.revision = parts_.sources.revision();
  auto prepared = co_await prepare(std::move(first), Identities::Look::all_files);
  if (!prepared) co_return pass_on(prepared);
  prepared->next.revision = now_.revision;
  Beginning beginning{prepared->next.snapshot, std::move(prepared->opened)};
  for (const std::string& notice : prepared->next.identities->notices) parts_.events.warn(notice);
  now_ = std::move(prepared->next);
  parts_.access_logs.use(std::move(prepared->access_log));
  parts_.listeners.adopt(std::move(prepared->listeners));
  parts_.on_identities(*now_.identities);
  co_return beginning;
}

// ------------------------------------------------------------------ changes

io::Task<Result<api::ChangeResponse>> LiveControlPlane::change(api::ChangeRequest request,
                                                               Caller caller) {
  if (auto turn = co_await take_turn(); !turn) co_return pass_on(turn);
  const Turn turn(*this);
  if (request.if_revision() != 0 && request.if_revision() != now_.revision) {
    co_return fail(Fault::client,
                   fmt::format("The configuration is at revision {}, not {}: somebody else has "
                               "changed it. Look at it again and repeat the change.",
                               now_.revision, request.if_revision()),
                   ErrorKind::conflict);
  }
  auto next = edited(request.edits());
  if (!next) co_return pass_on(next);
  co_return co_await carry_out(
      std::move(*next),
      {.dry_run = request.dry_run(), .who = who(caller), .why = request.why(), .by_api = true});
}

Result<Candidate> LiveControlPlane::edited(const Edits& edits) const {
  const Candidate& now = now_.configuration;
  const auto sites = sites_of(edits);
  auto made = apply_edits(sites ? now.api.excerpt(*sites) : now.api.document(), *now.base, edits);
  if (!made) return pass_on(made);
  Candidate next;
  if (!config::has_errors(made->diagnostics)) {
    next = sites ? Sources::with_sites(now, made->api, *sites)
                 : Sources::with_api(now, std::move(made->api));
  }
  next.diagnostics.insert(next.diagnostics.begin(), made->diagnostics.begin(),
                          made->diagnostics.end());
  return next;
}

io::Task<Result<api::ChangeResponse>> LiveControlPlane::reload(bool dry_run, Caller caller) {
  if (auto turn = co_await take_turn(); !turn) co_return pass_on(turn);
  const Turn turn(*this);
  Candidate next = parts_.sources.reread(now_.configuration);
  const bool valid = next.settings != nullptr;
  std::string trouble = valid ? "" : config::one_line(next.diagnostics);
  auto response = co_await carry_out(std::move(next),
                                     {.dry_run = dry_run, .who = who(caller), .why = "reload"});
  if (dry_run) co_return response;
  if (!response) trouble = response.error().what;
  if (response && response->rolled_back()) trouble = "the proof failed, see the event log";
  if (!trouble.empty()) {
    parts_.events.error("The configuration was read again and nothing has changed.",
                        {{"reason", trouble}});
    tell("reload_failed", trouble);
  }
  last_error_ = std::move(trouble);
  co_return response;
}

io::Task<Result<api::ChangeResponse>> LiveControlPlane::rollback(std::uint64_t revision,
                                                                 bool dry_run, Caller caller) {
  if (auto turn = co_await take_turn(); !turn) co_return pass_on(turn);
  const Turn turn(*this);
  auto api = parts_.sources.api_of(revision);
  if (!api) co_return pass_on(api);
  Candidate next = Sources::with_api(now_.configuration, std::move(*api));
  co_return co_await carry_out(std::move(next), {.dry_run = dry_run,
                                                 .who = who(caller),
                                                 .why = fmt::format("back to {}", revision),
                                                 .by_api = true});
}

io::Task<Result<api::UpgradeResponse>> LiveControlPlane::upgrade(Caller caller) {
  return parts_.upgrade(std::move(caller));
}

io::Task<Result<api::ChangeResponse>> LiveControlPlane::carry_out(Candidate next, Cause cause) {
  api::ChangeResponse response;
  response.set_revision(now_.revision);
  config::add(next.diagnostics, *response.mutable_diagnostics());
  if (!next.settings) co_return response;
  if (cause.dry_run) {
    for (const std::string& line : plan_words(now_.settings(), *next.settings, nullptr)) {
      add_step(response, line, "planned");
    }
    co_return response;
  }
  const auto look = cause.by_api ? Identities::Look::new_files_only : Identities::Look::all_files;
  auto prepared = co_await prepare(std::move(next), look);
  if (!prepared) co_return pass_on(prepared);
  for (const std::string& line :
       plan_words(now_.settings(), prepared->next.settings(), prepared->next.identities.get())) {
    add_step(response, line, "planned");
  }
  if (says_the_same(prepared->next.configuration)) {
    now_.configuration = std::move(prepared->next.configuration);
    co_await serve(std::move(prepared->next.identities));
    last_error_.clear();
    response.set_applied(true);
    co_return response;
  }
  co_return co_await put_in_force(std::move(*prepared), std::move(cause), std::move(response));
}

io::Task<Result<api::ChangeResponse>> LiveControlPlane::put_in_force(Prepared prepared, Cause cause,
                                                                     api::ChangeResponse response) {
  const std::shared_ptr<const edge::Snapshot> before = now_.snapshot;
  Result<Ok> kept = Ok{};
  bool proven = co_await apply(prepared.bridge, std::move(prepared.opened));
  if (!proven) {
    add_step(response, "every worker serves it", "failed",
             "a worker did not take it in time; the event log may say why");
  } else {
    const WallTime now = parts_.reactor.clock().wall();
    proven = co_await prove(
        cause.certificates_only
            ? certificate_claims(*now_.identities, prepared.next, prepared.listeners, now)
            : claims(&now_.settings(), prepared.next, prepared.listeners, now),
        *prepared.next.identities, response);
  }
  if (proven && cause.by_api) kept = keep(prepared, cause, response);
  if (!proven || !kept) {
    (void)co_await apply(before, {});
    retire(prepared.bridge);
    if (!kept) co_return pass_on(kept);
    set_state(response, "undone");
    response.set_rolled_back(true);
    tell("change_undone", "A change was undone because its proof failed.");
    parts_.events.warn("A change was undone because its proof failed.", {{"who", cause.who}});
    co_return response;
  }
  if (prepared.bridge != prepared.next.snapshot) {
    (void)co_await apply(prepared.next.snapshot, {});
  }
  if (cause.certificates_only) {
    prepared.next.revision = now_.revision;
  } else if (!cause.by_api && response.plan_size() > 0) {
    // A file is in force whether its history can be written or not.
    if (auto noted = keep(prepared, cause, response); !noted) {
      parts_.events.warn("The history of the configuration could not be written.",
                         {{"reason", noted.error().what}});
    }
  }
  adopt(std::move(prepared));
  set_state(response, "done");
  response.set_applied(true);
  response.set_revision(now_.revision);
  remember(cause, response);
  co_return response;
}

bool LiveControlPlane::says_the_same(const Candidate& next) const {
  return *next.settings == now_.settings() && next.api_yaml() == now_.configuration.api_yaml();
}

io::Task<Result<LiveControlPlane::Prepared>> LiveControlPlane::prepare(Candidate candidate,
                                                                       Identities::Look look) {
  auto listening = parts_.listeners.prepare(listener_needs(*candidate.settings));
  if (!listening) co_return pass_on(listening);
  auto identities = co_await parts_.identities.prepare(candidate.settings, now_.identities, look);
  if (!identities) co_return pass_on(identities);
  auto access_log = parts_.access_logs.prepare(candidate.settings->access_log);
  if (!access_log) co_return pass_on(access_log);
  Prepared made{{std::move(candidate), std::move(*identities), nullptr, now_.revision + 1},
                std::move(listening->all),
                std::move(listening->opened),
                nullptr,
                std::move(*access_log)};
  made.next.snapshot = parts_.builder.build({.revision = made.next.revision,
                                             .settings = made.next.configuration.settings,
                                             .identities = made.next.identities,
                                             .listeners = made.listeners,
                                             .names = names(),
                                             .access_log = made.access_log});
  made.bridge = bridge(made.next, made.listeners);
  co_return made;
}

std::shared_ptr<const edge::Snapshot> LiveControlPlane::bridge(
    const InForce& next, const std::vector<OpenListener>& listeners) {
  std::vector<OpenListener> leaving;
  for (const OpenListener& open : parts_.listeners.open_now()) {
    const auto stays = std::ranges::find(listeners, open.id, &OpenListener::id);
    if (stays == listeners.end()) leaving.push_back(open);
  }
  if (leaving.empty()) return next.snapshot;
  return parts_.builder.bridge(next.snapshot, *now_.snapshot, leaving,
                               {.revision = next.revision,
                                .settings = next.configuration.settings,
                                .identities = next.identities,
                                .listeners = listeners});
}

// Whether every worker serves it. What waits for a worker outlives this call, so it is shared.
io::Task<bool> LiveControlPlane::apply(std::shared_ptr<const edge::Snapshot> snapshot,
                                       std::vector<NewSockets> opened) {
  struct Arrival {
    explicit Arrival(io::Reactor& reactor) : event(reactor) {}
    io::Event event;
    bool everywhere = false;
  };
  const auto arrival = std::make_shared<Arrival>(parts_.reactor);
  fleet_->apply(std::move(snapshot), std::move(opened), [arrival] {
    arrival->everywhere = true;
    arrival->event.notify_all();
  });
  const io::Deadline deadline = parts_.reactor.in(kApplyTime);
  while (!arrival->everywhere) {
    if (co_await arrival->event.wait(deadline) != io::Wake::ready) break;
  }
  co_return arrival->everywhere;
}

Result<Ok> LiveControlPlane::keep(const Prepared& prepared, const Cause& cause,
                                  const api::ChangeResponse& response) {
  config::Revision revision{prepared.next.revision,
                            timestamp_text(parts_.reactor.clock().wall()),
                            cause.who,
                            cause.why,
                            {}};
  for (const api::Step& step : response.plan()) revision.summary.push_back(step.text());
  return parts_.sources.store().keep(revision, prepared.next.configuration.api_yaml());
}

void LiveControlPlane::adopt(Prepared prepared) {
  if (prepared.bridge != prepared.next.snapshot) retire(std::move(prepared.bridge));
  retire(now_.snapshot);
  for (const std::string& notice : prepared.next.identities->notices) {
    const auto& known = now_.identities->notices;
    if (std::ranges::find(known, notice) == known.end()) parts_.events.warn(notice);
  }
  const bool others = !same(*prepared.next.identities, *now_.identities);
  now_ = std::move(prepared.next);
  parts_.access_logs.use(std::move(prepared.access_log));
  parts_.listeners.adopt(std::move(prepared.listeners));
  if (others) parts_.on_identities(*now_.identities);
}

void LiveControlPlane::retire(std::shared_ptr<const edge::Snapshot> snapshot) {
  retired_.keep(std::move(snapshot));
  retired_.sweep();
}

void LiveControlPlane::remember(const Cause& cause, const api::ChangeResponse& response) {
  if (cause.certificates_only) {
    parts_.events.info("Other certificates are served from now on.",
                       {{"who", cause.who}, {"why", cause.why}});
    return tell("certificate", fmt::format("{} by {}.", cause.why, cause.who));
  }
  last_error_.clear();
  last_change_ = {
      now_.revision, timestamp_text(parts_.reactor.clock().wall()), cause.who, cause.why, {}};
  for (const api::Step& step : response.plan()) last_change_.summary.push_back(step.text());
  const std::string sentence = fmt::format(
      "{}; revision {} by {}.",
      last_change_.summary.empty() ? "nothing changes"
                                   : fmt::to_string(fmt::join(last_change_.summary, "; ")),
      now_.revision, cause.who);
  parts_.events.info("The configuration has changed.",
                     {{"revision", now_.revision}, {"who", cause.who}, {"what", sentence}});
  tell("change", sentence);
}

// ------------------------------------------------------------------ events

void LiveControlPlane::tell(std::string_view kind, std::string sentence) {
  api::Event event;
  event.set_when(timestamp_text(parts_.reactor.clock().wall()));
  event.set_kind(std::string(kind));
  event.set_sentence(std::move(sentence));
  // A listener may leave while it is told.
  const std::map<std::uint64_t, Listener> all = listeners_;
  for (const auto& [number, listener] : all) listener(event);
}

std::uint64_t LiveControlPlane::listen(Listener listener) {
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

void LiveControlPlane::unlisten(std::uint64_t number) { listeners_.erase(number); }

std::string LiveControlPlane::metrics() const { return parts_.metrics_page(); }

}  // namespace gatehouse::control
