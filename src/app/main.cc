#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "api/library.h"
#include "app/configuration.h"
#include "app/server.h"
#include "app/start.h"
#include "app/trust_command.h"
#include "app/version.h"
#include "certs/machine_names.h"
#include "cli/carry_out.h"
#include "cli/exit_code.h"
#include "cli/issuer_fetching.h"
#include "cli/live_api.h"
#include "cli/parse.h"
#include "cli/terminal.h"

namespace gatehouse::app {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

int report(const Error& error) {
  fmt::print(stderr, "gatehouse: {}\n", error.what);
  return cli::exit_code(error.kind);
}

// Keys are in this process's memory: it leaves no core behind and no other program of the same
// user may read it. Sanitizers need to.
void keep_memory_private() {
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

// Before any thread: all of them inherit the mask, and only the control thread waits for these.
void block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
  (void)pthread_sigmask(SIG_BLOCK, &set, nullptr);
  (void)std::signal(SIGPIPE, SIG_IGN);
}

// What a program that was to take over says to the one before, before it ends.
int give_up(Start& start, const Error& error) {
  start.failed(error);
  return report(error);
}

int run(const cli::RunCommand& command, edge::Program program) {
  keep_memory_private();
  block_signals();
  const SystemClock clock;
  EventLogOptions options =
      EventLogOptions::for_descriptor(2, std::getenv("NO_COLOR"), std::getenv("JOURNAL_STREAM"));
  if (command.quiet) options.at_least = LogLevel::warn;
  EventLog events(options, clock);
  ServiceNotifier notifier(environment, ::getpid());
  auto start = Start::take(environment, std::move(program));
  if (!start) return report(start.error());
  control::Sources sources = sources_of(command);
  auto first = sources.read();
  if (!first) return give_up(*start, first.error());
  if (!first->diagnostics.empty()) {
    fmt::print(stderr, "{}", config::render(first->diagnostics));
  }
  if (!first->settings) {
    start->failed({Fault::operator_input, false, config::render(first->diagnostics)});
    return cli::exit_code(ErrorKind::invalid);
  }
  auto server = Server::make(command, sources, std::move(*first), *start, environment, notifier,
                             clock, events);
  if (!server) return give_up(*start, server.error());
  const cli::Serving serving = (*server)->serving();
  (*server)->start();
  if (auto told = start->serving(); !told) {
    // The program before goes on with all that is shared: nothing of it is tidied up here.
    std::_Exit(report(told.error()));
  }
  if (command.json) {
    fmt::print("{}", cli::render_serving_json(serving));
  } else if (!command.quiet) {
    fmt::print("{}", cli::render_serving(serving));
  }
  (void)std::fflush(stdout);
  (*server)->run_until_stopped();
  return 0;
}

std::string machine_domain() {
  const auto names = certs::machine_names(certs::read_machine_sources());
  return names.domain ? names.domain->text() : "";
}

// The verbs of the command line itself, most of them clients of a running gatehouse.
int administer(const cli::Command& command) {
  (void)std::signal(SIGPIPE, SIG_IGN);  // an API that ends is an error like any other
  const SystemClock clock;
  cli::StandardConsole console;
  const cli::Surroundings around{
      .connect = cli::connect_live,
      .console = console,
      .clock = clock,
      .environment = environment,
      .here = std::filesystem::current_path(),
      .domain = machine_domain,
      .version = std::string(kVersion),
      .wait = [](auto time) { std::this_thread::sleep_for(time); },
      .ask_secret = cli::ask_at_terminal,
      .confirm = cli::confirming(),
      .fetch_issuer =
          [&clock](const crypto::Certificate& below) { return cli::fetch_issuer(below, clock); }};
  const auto code = cli::carry_out(command, around);
  return code ? *code : report(code.error());
}

int carry_out(const cli::Command& command, edge::Program program) {
  if (const auto* run_command = std::get_if<cli::RunCommand>(&command)) {
    return run(*run_command, std::move(program));
  }
  if (const auto* trust = std::get_if<cli::TrustCommand>(&command)) {
    const auto code = run_trust(*trust);
    return code ? *code : report(code.error());
  }
  if (const auto* version = std::get_if<cli::VersionCommand>(&command)) {
    if (version->json) {
      fmt::print("{{\"version\":\"{}\"}}\n", kVersion);
    } else {
      fmt::print("gatehouse {}\n", kVersion);
    }
    return 0;
  }
  if (const auto* help = std::get_if<cli::HelpText>(&command)) {
    fmt::print(help->asked ? stdout : stderr, "{}", help->text);
    return help->asked ? 0 : 2;
  }
  return administer(command);
}

// As it was called; from any folder, where a folder was named.
std::string program_name(const char* called) {
  std::string name = called == nullptr ? "gatehouse" : called;
  if (name.find('/') == std::string::npos) return name;
  return std::filesystem::absolute(name).lexically_normal().string();
}

int begin(int count, char** arguments) {
  api::keep_protobuf_silent();
  const std::vector<std::string> words(arguments + 1, arguments + count);
  auto command = cli::parse_command_line(words, environment);
  if (!command) return report(command.error());
  if (auto* to_run = std::get_if<cli::RunCommand>(&*command)) {
    to_run->program = program_name(arguments[0]);
  }
  return carry_out(*command, running_program(count, arguments));
}

}  // namespace
}  // namespace gatehouse::app

int main(int count, char** arguments) {
  try {
    return gatehouse::app::begin(count, arguments);
  } catch (const std::exception& broken) {
    fmt::print(stderr, "gatehouse: this process cannot go on: {}\n", broken.what());
    return 1;
  }
}
