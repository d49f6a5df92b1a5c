#include "config/settle_process.h"

#include <fmt/format.h>

#include "base/values.h"
#include "config/site_settings.h"
#include "config/timeout_fields.h"
#include "config/values.h"
#include "http/fields.h"

namespace gatehouse::config {
namespace {

constexpr int kMostEntries = 1024;

void settle_version(const api::Configuration& written, const FieldPath& root,
                    SettleReport& report) {
  if (written.version() == 0 || written.version() == 1) return;
  report.error("GH3130", root.field("version"),
               fmt::format("{} is no version of the configuration that this program reads. Write "
                           "`version: 1`.",
                           written.version()));
}

// Each text of a list by `parse`, those that it refuses reported.
template <class Texts, class Parse>
auto settle_list(const Texts& texts, std::string_view code, const FieldPath& at, Parse parse,
                 SettleReport& report) {
  std::vector<typename decltype(parse(""))::value_type> read;
  if (texts.size() > kMostEntries) {
    report.error("GH3102", at,
                 fmt::format("{} entries are too many; at most {} go into one list.", texts.size(),
                             kMostEntries));
    return read;
  }
  for (int i = 0; i < texts.size(); ++i) {
    const FieldPath item = at.item(static_cast<std::size_t>(i));
    auto value = report.take(code, item, parse(texts[i]));
    if (value) read.push_back(std::move(*value));
  }
  return read;
}

Result<ServerName> parse_host(std::string_view text) {
  auto pattern = parse_published_name(text);
  if (!pattern) return pass_on(pattern);
  if (!pattern->wildcard()) return pattern->base();
  return fail(Fault::operator_input,
              fmt::format("{} is a wildcard, which the default identity does not hold. Write each "
                          "name, as nas.home.arpa.",
                          in_quotes(text)),
              ErrorKind::invalid);
}

void settle_local_ca(const api::LocalCa& written, const FieldPath& at, Settings& settings,
                     SettleReport& report) {
  const auto permits =
      settle_list(written.permit(), "GH3131", at.field("permit"), parse_permit, report);
  settings.permit = fmt::format("{}", fmt::join(permits, ","));
  settings.hosts = settle_list(written.hosts(), "GH3104", at.field("hosts"), parse_host, report);
}

void settle_timeouts(const api::Timeouts& written, const FieldPath& at, Timeouts& timeouts,
                     SettleReport& report) {
  for (const TimeoutField& one : kTimeoutFields) {
    const std::string& text = (written.*one.written)();
    if (text.empty()) continue;
    const auto read = report.take("GH3132", at.field(one.name), parse_duration(text));
    if (read) timeouts.*one.value = *read;
  }
}

void settle_limit(std::uint64_t written, std::uint64_t least, std::uint64_t most,
                  const FieldPath& at, std::uint64_t& limit, SettleReport& report) {
  limit = written;
  if (written >= least && written <= most) return;
  const std::string bound = most == UINT64_MAX ? "" : fmt::format(" and at most {}", most);
  report.error("GH3133", at,
               fmt::format("{} is out of range: at least {}{}.", written, least, bound));
}

void settle_limits(const api::Limits& written, const FieldPath& at, Limits& limits,
                   SettleReport& report) {
  if (written.has_connections()) {
    settle_limit(written.connections(), 1, UINT64_MAX, at.field("connections"),
                 limits.connections.emplace(), report);
  }
  if (written.has_head()) {
    settle_limit(written.head(), kSmallestHead, kLargestHead, at.field("head"), limits.head,
                 report);
  }
  if (written.has_fields()) {
    settle_limit(written.fields(), 1, http::kMaxFields, at.field("fields"), limits.fields, report);
  }
  if (written.has_body()) limits.body = written.body();
}

void settle_seeing(const api::Configuration& written, const FieldPath& root, Settings& settings,
                   SettleReport& report) {
  const FieldPath logs = root.field("logs");
  if (const std::string& access = written.logs().access(); !access.empty()) {
    auto target = report.take("GH3134", logs.field("access"), parse_access_log(access));
    if (target) settings.access_log = std::move(*target);
  }
  const FieldPath metrics = root.field("metrics");
  if (const std::string& listen = written.metrics().listen(); !listen.empty()) {
    settings.metrics =
        report.take("GH3135", metrics.field("listen"), parse_metrics_address(listen));
  }
}

void settle_admin(const api::Admin& written, const FieldPath& at, Settings& settings,
                  SettleReport& report) {
  settings.administrators = settle_list(written.administrators(), "GH3136",
                                        at.field("administrators"), parse_account, report);
  settings.readers =
      settle_list(written.readers(), "GH3136", at.field("readers"), parse_account, report);
}

void settle_workers(const api::Process& written, const FieldPath& at, Settings& settings,
                    SettleReport& report) {
  if (!written.has_workers()) return;
  settings.workers = written.workers();
  if (written.workers() >= 1 && written.workers() <= kMostWorkers) return;
  report.error("GH3137", at.field("workers"),
               fmt::format("{} is no number of workers. Write 1 to {}, or leave it out for one "
                           "per CPU.",
                           written.workers(), kMostWorkers));
}

}  // namespace

void settle_process(const api::Configuration& written, const FieldPath& root, Settings& settings,
                    SettleReport& report) {
  settle_version(written, root, report);
  const FieldPath tls = root.field("tls");
  settings.tls_profile = settle_profile(written.tls().profile(), tls.field("profile"), report)
                             .value_or(tls::Profile::intermediate);
  settle_local_ca(written.local_ca(), root.field("local_ca"), settings, report);
  settings.trusted_proxies = settle_list(written.trusted_proxies(), "GH3138",
                                         root.field("trusted_proxies"), Cidr::parse, report);
  settle_timeouts(written.timeouts(), root.field("timeouts"), settings.timeouts, report);
  settle_limits(written.limits(), root.field("limits"), settings.limits, report);
  settle_seeing(written, root, settings, report);
  settle_admin(written.admin(), root.field("admin"), settings, report);
  settle_workers(written.process(), root.field("process"), settings, report);
}

}  // namespace gatehouse::config
