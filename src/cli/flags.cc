#include "cli/flags.h"

#include <array>

#include "cli/values.h"
#include "config/values.h"

namespace gatehouse::cli {
namespace {

// Appends what `parse` makes of the text, or passes its error on.
template <class Value, class Parse>
Result<Ok> append(std::vector<Value>& to, std::string_view text, Parse parse) {
  auto value = parse(text);
  if (!value) return pass_on(value);
  to.push_back(std::move(*value));
  return Ok{};
}

template <class To, class Parse>
Result<Ok> assign(To& to, std::string_view text, Parse parse) {
  auto value = parse(text);
  if (!value) return pass_on(value);
  to = std::move(*value);
  return Ok{};
}

Result<std::filesystem::path> parse_path(std::string_view text) {
  if (!text.empty() && text.find('\0') == std::string_view::npos)
    return std::filesystem::path(text);
  return fail(Fault::operator_input, "The path is empty.", ErrorKind::usage);
}

Result<AccessLogTarget> parse_access_log(std::string_view text) {
  if (!text.empty()) return AccessLogTarget::parse(text);
  return fail(Fault::operator_input, "Write a file, \"-\" for stdout, or \"off\".",
              ErrorKind::usage);
}

RunCommand::CertificateFiles& files(RunCommand& run) {
  if (!run.certificate) run.certificate.emplace();
  return *run.certificate;
}

using Text = std::string_view;

constexpr std::array kRunFlags{
    Flag<RunCommand>{
        "--to", "URL",
        "The application: http://HOST:PORT or unix:/path/app.sock. Several share the load. Without "
        "it a welcome page answers.",
        [](RunCommand& run, Text text) { return append(run.to, text, UpstreamUrl::parse); }, true,
        "GATEHOUSE_TO"},
    Flag<RunCommand>{
        "--route", "PREFIX=URL", "Requests below a path go elsewhere: /api=http://127.0.0.1:9000.",
        [](RunCommand& run, Text text) { return append(run.routes, text, parse_route); }, true},
    Flag<RunCommand>{
        "--listen", "ADDR",
        "Where to listen: :8443 (every address, the default), localhost:8443, 127.0.0.1:0 (any "
        "free "
        "port), http://127.0.0.1:8080 (without TLS).",
        [](RunCommand& run, Text text) { return append(run.listen, text, ListenAddress::parse); },
        true, "GATEHOUSE_LISTEN"},
    Flag<RunCommand>{
        "--host", "NAME", "One more name to serve and to have in the certificate.",
        [](RunCommand& run, Text text) { return append(run.hosts, text, ServerName::parse); },
        true},
    Flag<RunCommand>{
        "--certificate", "FILE", "Serve this certificate (PEM, with its chain) instead of our own.",
        [](RunCommand& run, Text text) { return assign(files(run).certificate, text, parse_path); },
        false, "GATEHOUSE_CERTIFICATE"},
    Flag<RunCommand>{
        "--key", "FILE", "Its private key (PEM).",
        [](RunCommand& run, Text text) { return assign(files(run).key, text, parse_path); }, false,
        "GATEHOUSE_KEY"},
    Flag<RunCommand>{
        "--tls-profile", "PROFILE",
        "modern (TLS 1.3), intermediate (1.2 and 1.3, the default) or compatible (old clients).",
        [](RunCommand& run, Text text) { return assign(run.profile, text, tls::parse_profile); }},
    Flag<RunCommand>{
        "--permit", "LIST",
        "What the local CA may certify beyond this machine's names, before its first start: "
        ".plant4.local,10.20.0.0/16.",
        [](RunCommand& run, Text text) -> Result<Ok> {
          run.permit = text;
          return Ok{};
        }},
    Flag<RunCommand>{"--state", "DIR", "Where keys and certificates rest.",
                     [](RunCommand& run, Text text) { return assign(run.state, text, parse_path); },
                     false, "GATEHOUSE_STATE"},
    Flag<RunCommand>{
        "--workers", "N", "Threads; as many as CPUs unless said.",
        [](RunCommand& run, Text text) { return assign(run.workers, text, parse_workers); }},
    Flag<RunCommand>{
        "--trusted-proxy", "CIDR",
        "Believe what proxies of this network say of their clients (X-Forwarded-For, Forwarded).",
        [](RunCommand& run, Text text) { return append(run.trusted_proxies, text, Cidr::parse); },
        true},
    Flag<RunCommand>{
        "--access-log", "FILE|-|off",
        "One JSON object per request. SIGHUP opens the file anew. The default is off.",
        [](RunCommand& run, Text text) { return assign(run.access_log, text, parse_access_log); }},
    Flag<RunCommand>{"--metrics", "ADDR",
                     "Serve Prometheus metrics on a loopback address: 127.0.0.1:9100.",
                     [](RunCommand& run, Text text) {
                       return assign(run.metrics, text, config::parse_metrics_address);
                     }},
    Flag<RunCommand>{"--timeout", "NAME=DURATION",
                     "handshake, head (10s), body, write, drain (30s), idle (75s), connect (5s), "
                     "response (60s), "
                     "tunnel (1h).",
                     [](RunCommand& run, Text text) { return set_timeout(run.timeouts, text); },
                     true},
    Flag<RunCommand>{
        "--limit", "NAME=NUMBER",
        "connections (from the limit of open files), head (32768 bytes), fields (128), body "
        "(0: unlimited).",
        [](RunCommand& run, Text text) { return set_limit(run.limits, text); }, true},
    Flag<RunCommand>{"--json", "", "Say what is served as one line of JSON.",
                     [](RunCommand& run, Text) -> Result<Ok> {
                       run.json = true;
                       return Ok{};
                     }},
    Flag<RunCommand>{"--quiet", "", "Say nothing unless something is wrong.",
                     [](RunCommand& run, Text) -> Result<Ok> {
                       run.quiet = true;
                       return Ok{};
                     }},
};

constexpr std::array kTrustFlags{
    Flag<TrustCommand>{
        "--state", "DIR", "Where keys and certificates rest.",
        [](TrustCommand& trust, Text text) { return assign(trust.state, text, parse_path); }, false,
        "GATEHOUSE_STATE"},
    Flag<TrustCommand>{
        "--nss", "DIR", "An NSS database (Chromium, Firefox); those of this user unless said.",
        [](TrustCommand& trust, Text text) { return append(trust.nss, text, parse_path); }, true},
    Flag<TrustCommand>{
        "--system-root", "DIR", "Another root than / for the system's store, as of a container.",
        [](TrustCommand& trust, Text text) { return assign(trust.system_root, text, parse_path); }},
    Flag<TrustCommand>{
        "--out", "FILE", "Where export writes the anchor; stdout unless said.",
        [](TrustCommand& trust, Text text) { return assign(trust.out, text, parse_path); }},
    Flag<TrustCommand>{"--json", "", "Say what was done as JSON.",
                       [](TrustCommand& trust, Text) -> Result<Ok> {
                         trust.json = true;
                         return Ok{};
                       }},
};

constexpr std::array kVersionFlags{
    Flag<VersionCommand>{"--json", "", "As JSON.",
                         [](VersionCommand& version, Text) -> Result<Ok> {
                           version.json = true;
                           return Ok{};
                         }},
};

}  // namespace

std::span<const Flag<RunCommand>> run_flags() { return kRunFlags; }
std::span<const Flag<TrustCommand>> trust_flags() { return kTrustFlags; }
std::span<const Flag<VersionCommand>> version_flags() { return kVersionFlags; }

}  // namespace gatehouse::cli
