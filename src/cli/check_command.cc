#include "cli/check_command.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/address.h"
#include "check/examine.h"
#include "check/system_anchors.h"
#include "cli/check_text.h"
#include "io/reactor.h"
#include "io/resolver.h"
#include "io/scope.h"

namespace gatehouse::cli {
namespace {

constexpr int kUnreachable = 5;
constexpr int kBelowThreshold = 20;
constexpr int kDue = 21;
constexpr int kExpired = 22;
// The gravest first.
constexpr std::array kByGravity{kExpired, kBelowThreshold, kUnreachable, kDue};

std::unexpected<Error> usage(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::usage);
}

Result<std::vector<crypto::Certificate>> read_anchors(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(in), {}};
  auto anchors = check::readable_certificates(pem);
  if (!anchors.empty()) return anchors;
  return fail(Fault::operator_input,
              fmt::format("There is no certificate in {} (--trust): name a PEM file that you may "
                          "read.",
                          file.string()),
              ErrorKind::invalid);
}

Result<check::Options> options_of(const CheckCommand& command) {
  check::Options options;
  options.anchors = check::system_anchors();
  options.plain_port = command.http_port;
  for (const std::filesystem::path& file : command.trust) {
    auto anchors = read_anchors(file);
    if (!anchors) return pass_on(anchors);
    std::ranges::move(*anchors, std::back_inserter(options.anchors));
  }
  return options;
}

io::Task<void> examine_all(io::Reactor& reactor, io::Resolver& resolver,
                           const std::vector<check::Target>& targets, const check::Options& options,
                           std::vector<check::Report>& reports) {
  for (const check::Target& target : targets) {
    reports.push_back(co_await check::examine(reactor, resolver, target, options));
  }
  reactor.stop();
}

int worst(const std::vector<check::Report>& reports) {
  for (const int code : kByGravity) {
    if (std::ranges::any_of(reports, [&](const auto& r) { return exit_code_of(r) == code; })) {
      return code;
    }
  }
  return 0;
}

std::string text_of(const std::vector<check::Report>& reports) {
  std::string text;
  for (const check::Report& report : reports) {
    if (!text.empty()) text += '\n';
    text += render_report(report);
  }
  return text;
}

}  // namespace

Result<Ok> add_target(CheckCommand& command, std::string_view text) {
  auto target = check::Target::parse(text);
  if (!target) return pass_on(target);
  command.targets.push_back(std::move(*target));
  return Ok{};
}

Result<Ok> add_trust(CheckCommand& command, std::string_view text) {
  if (text.empty()) return usage("The path is empty.");
  command.trust.emplace_back(text);
  return Ok{};
}

Result<Ok> set_connect(CheckCommand& command, std::string_view text) {
  if (auto valid = parse_connect(text, 443); !valid) return pass_on(valid);
  command.connect = text;
  return Ok{};
}

Result<Ok> set_http_port(CheckCommand& command, std::string_view text) {
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || port == 0) {
    return usage("A port is a number from 1 to 65535.");
  }
  command.http_port = port;
  return Ok{};
}

Result<io::SocketAddress> parse_connect(std::string_view text, std::uint16_t port) {
  if (text.starts_with("unix:")) return io::SocketAddress::unix_path(text.substr(5));
  if (const auto address = IpAddress::parse(text)) {
    return io::SocketAddress::ip(address->text(), port);
  }
  if (const auto endpoint = IpEndpoint::parse(text); endpoint && endpoint->port != 0) {
    return io::SocketAddress::ip(endpoint->address.text(), endpoint->port);
  }
  return usage(
      "Write an IP address, with a port if it is another: 192.0.2.7, 192.0.2.7:8443, "
      "[2001:db8::7]:443; or unix:/path.");
}

int exit_code_of(const check::Report& report) {
  if (report.has("expired")) return kExpired;
  if (!report.reached) return kUnreachable;
  if (report.has(check::Severity::error)) return kBelowThreshold;
  return report.has("certificate_due") ? kDue : 0;
}

Result<Checked> run_check(const CheckCommand& command, const Clock& clock) {
  auto options = options_of(command);
  if (!options) return pass_on(options);
  std::vector<check::Target> targets = command.targets;
  for (check::Target& target : targets) {
    if (!command.connect) continue;
    auto address = parse_connect(*command.connect, target.port);
    if (!address) return pass_on(address);
    target.address = *address;
  }
  io::Reactor reactor(clock);
  auto resolver = io::Resolver::make(reactor);
  if (!resolver) return pass_on(resolver);
  std::vector<check::Report> reports;
  io::Scope scope(reactor);
  scope.spawn(examine_all(reactor, **resolver, targets, *options, reports));
  if (scope.running() > 0) reactor.run();
  const int code = worst(reports);
  return Checked{command.json ? render_reports_json(reports, code) : text_of(reports), code};
}

}  // namespace gatehouse::cli
