#include <array>

#include "base/address.h"
#include "cli/common_flags.h"
#include "cli/parse.h"
#include "cli/rows.h"
#include "cli/values.h"
#include "cli/verb_parser.h"
#include "config/values.h"

namespace gatehouse::cli {
namespace {

using Text = std::string_view;

Result<AccessLogTarget> parse_access_log(std::string_view text) {
  if (text == "off") return usage_error("Write \"none\", or \"./off\" for a file of that name.");
  if (!text.empty()) return AccessLogTarget::parse(text);
  return usage_error("Write a file, \"-\" for stdout, \"journal\" or \"none\".");
}

RunCommand::CertificateFiles& files(RunCommand& run) {
  if (!run.certificate) run.certificate.emplace();
  return *run.certificate;
}

constexpr std::array kRunFlags{
    Flag<RunCommand>{
        "--to", "URL",
        "The application: http://HOST:PORT or unix:/path/app.sock, or h2c://HOST:PORT if it speaks "
        "HTTP/2 (gRPC). Several share the load. Without it a welcome page answers.",
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
    Flag<RunCommand>{
        "--config", "FILE",
        "The configuration, YAML or JSON, with the files of conf.d beside it. What flags say may "
        "not be said there again.",
        [](RunCommand& run, Text text) { return assign(run.config, text, parse_path); }, false,
        "GATEHOUSE_CONFIG"},
    Flag<RunCommand>{
        "--socket", "PATH", "Where the command line administers the running program.",
        [](RunCommand& run, Text text) { return assign(run.socket, text, parse_path); }, false,
        "GATEHOUSE_SOCKET"},
    Flag<RunCommand>{"--state", "DIR", "Where keys and certificates rest.",
                     [](RunCommand& run, Text text) { return assign(run.state, text, parse_path); },
                     false, "GATEHOUSE_STATE"},
    Flag<RunCommand>{
        "--master-passphrase-file", "FILE",
        "The passphrase under which the keys in the state folder rest, in a file that nobody else "
        "may read (0600), instead of a key of their own beside them.",
        [](RunCommand& run, Text text) { return assign(run.passphrase_file, text, parse_path); },
        false, "GATEHOUSE_MASTER_PASSPHRASE_FILE"},
    Flag<RunCommand>{
        "--workers", "N", "Threads; as many as CPUs unless said.",
        [](RunCommand& run, Text text) { return assign(run.workers, text, parse_workers); }},
    Flag<RunCommand>{
        "--trusted-proxy", "CIDR",
        "Believe what proxies of this network say of their clients (X-Forwarded-For, Forwarded).",
        [](RunCommand& run, Text text) { return append(run.trusted_proxies, text, Cidr::parse); },
        true},
    Flag<RunCommand>{
        "--access-log", "FILE|-|journal|none",
        "One JSON object per request. SIGHUP opens the file anew. The default is none.",
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

Result<Ok> check_pair(const RunCommand& run) {
  if (run.certificate && run.certificate->key.empty()) {
    return usage_error(
        "--certificate (or GATEHOUSE_CERTIFICATE) needs --key (or GATEHOUSE_KEY), the file of its "
        "private key.");
  }
  if (run.certificate && run.certificate->certificate.empty()) {
    return usage_error(
        "--key (or GATEHOUSE_KEY) needs --certificate (or GATEHOUSE_CERTIFICATE), the file of the "
        "certificate that it belongs to.");
  }
  return Ok{};
}

Result<Ok> finish_run(RunCommand& run, const Environment& environment) {
  if (auto fits = check_pair(run); !fits) return fits;
  // A file says itself what is published.
  if (run.listen.empty() && run.config.empty())
    run.listen.push_back(*ListenAddress::parse(":8443"));
  const bool chosen = !run.state.empty();
  if (auto done = complete_state(run.state, environment); !done) return done;
  if (run.socket.empty()) {
    run.socket = server_socket_path(socket_places(environment, run.state, chosen));
  }
  return Ok{};
}

constexpr Grammar<RunCommand> kRun{.flags = kRunFlags, .finish = finish_run};

constexpr std::array kRows{Verb{
    "", "run", "", "serve",
    "Serves HTTPS, in front of an application or with a welcome page. On its first start it makes "
    "a local CA and a certificate for the names of this machine. SIGTERM and Ctrl-C end it when "
    "the running requests are done; a second one ends it at once. While it runs, the other verbs "
    "change what it serves; SIGHUP reads its configuration again.\n\n"
    "The state folder is --state, else $STATE_DIRECTORY (systemd), else "
    "$XDG_STATE_HOME/gatehouse, else ~/.local/state/gatehouse.",
    "gatehouse run --to http://127.0.0.1:3000\n"
    "gatehouse run --to unix:/run/app.sock --listen localhost:8443\n"
    "gatehouse run --to http://127.0.0.1:3000 --route /api=http://127.0.0.1:9000\n"
    "gatehouse run --to http://10.0.0.5:80 --host files.local --listen :443\n"
    "gatehouse run --config /etc/gatehouse/gatehouse.yaml",
    flags_of<kRun>, parse_by<kRun>}};

}  // namespace

std::span<const Verb> run_rows() { return kRows; }
std::span<const Flag<RunCommand>> run_flags() { return kRunFlags; }

}  // namespace gatehouse::cli
