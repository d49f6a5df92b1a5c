#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "check/report.h"
#include "crypto/certificate.h"
#include "io/reactor.h"
#include "io/resolver.h"
#include "io/task.h"

namespace gatehouse::check {

struct Options {
  // What clients trust: usually system_anchors() and those that an administrator installed.
  std::vector<crypto::Certificate> anchors;
  // The port where HTTP without TLS is looked for beside a TLS target. None: 80 when the target's
  // port is 443, else nowhere.
  std::optional<std::uint16_t> plain_port;
  // The whole examination ends within this, and no dialled connection takes longer than `dial`.
  std::chrono::milliseconds within{15'000};
  std::chrono::milliseconds dial{5'000};
};

// What clients see of a target, from this machine: at most nine connections, each with one
// handshake or one anonymous GET. Never fails: what could not be reached is said in the report.
// `resolver` is asked only when the target has no address.
io::Task<Report> examine(io::Reactor& reactor, io::Resolver& resolver, Target target,
                         Options options);

}  // namespace gatehouse::check
