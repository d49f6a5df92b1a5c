#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "check/report.h"
#include "io/address.h"

namespace gatehouse::cli {

// `gatehouse check [NAME|URL]...`
struct CheckCommand {
  std::vector<check::Target> targets;        // none: the sites of the running gatehouse
  std::vector<std::filesystem::path> trust;  // PEM files of anchors, beside those of this machine
  std::optional<std::string> connect;        // dialled instead of what the names resolve to
  std::optional<std::uint16_t> http_port;    // where plain HTTP is looked for
  bool json = false;
};

// `192.0.2.7`, `192.0.2.7:8443`, `[2001:db8::7]:443`, `unix:/run/app.sock`; without a port it has
// the target's.
Result<io::SocketAddress> parse_connect(std::string_view text, std::uint16_t port);
// What the command line says, into the command. Errors: usage.
Result<Ok> add_target(CheckCommand& command, std::string_view text);
Result<Ok> add_trust(CheckCommand& command, std::string_view text);
Result<Ok> set_connect(CheckCommand& command, std::string_view text);
Result<Ok> set_http_port(CheckCommand& command, std::string_view text);

// What a check has to say, and what the program ends with: 0 all is well, 5 unreachable, 20 a
// finding is an error, 21 a certificate is due, 22 one has expired; of several targets the first of
// 22, 20, 5, 21 that holds.
struct Checked {
  std::string text;  // for stdout; with a newline at its end
  int exit_code = 0;
};

// Examines the targets, one after the other, on a reactor of its own: blocks until all is said, at
// most some seconds for each. Errors: usage, and files of --trust that cannot be read.
Result<Checked> run_check(const CheckCommand& command, const Clock& clock);

int exit_code_of(const check::Report& report);

}  // namespace gatehouse::cli
