#include "cli/life.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/time_text.h"

namespace gatehouse::cli {
namespace {

constexpr unsigned kBar = 10;
constexpr int kDue = 21;
constexpr int kExpired = 22;

}  // namespace

std::string life_bar(const api::CertificateRow& certificate, const Paint& paint) {
  const unsigned percent = std::min(certificate.percent_of_life(), 100U);
  const unsigned filled = (percent * kBar + 50) / 100;
  const std::string bar =
      fmt::format("[{:#<{}}{:.<{}}] {:3} %", "", filled, "", kBar - filled, percent);
  if (certificate.state() == "expired") return paint.bad(bar);
  return certificate.state() == "due" ? paint.careful(bar) : paint.good(bar);
}

std::string life_text(const api::CertificateRow& certificate, WallTime now) {
  const auto end = parse_timestamp(certificate.not_after());
  if (!end) return certificate.state();
  if (*end <= now) return "ended " + relative_text(*end, now);
  if (!certificate.renews_itself()) return "ends " + relative_text(*end, now);
  return fmt::format("renews itself, {} left",
                     span_text(std::chrono::floor<std::chrono::seconds>(*end - now)));
}

int exit_code(const google::protobuf::RepeatedPtrField<api::CertificateRow>& certificates) {
  const auto used = [](std::string_view state, bool by_itself) {
    return [state, by_itself](const api::CertificateRow& one) {
      return one.state() == state && !one.used_by().empty() && (by_itself || !one.renews_itself());
    };
  };
  if (std::ranges::any_of(certificates, used("expired", true))) return kExpired;
  return std::ranges::any_of(certificates, used("due", false)) ? kDue : 0;
}

}  // namespace gatehouse::cli
