#include "cli/common_flags.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/address.h"
#include "base/json_text.h"
#include "base/server_name.h"
#include "base/suggest.h"
#include "cli/parse.h"
#include "config/certificate_choice.h"
#include "tls/profile.h"

namespace gatehouse::cli {
namespace {

constexpr std::array<std::string_view, 3> kPolicies{"redirect", "refuse", "keep"};

template <class Parsed>
Result<std::string> text_of(std::string_view text, Result<Parsed> parsed) {
  if (!parsed) return pass_on(parsed);
  return std::string(text);
}

// No thumbprint and no subject looks so, and a name in the store seldom does: say name: in front.
bool looks_like_file(std::string_view text) {
  if (text.starts_with("name:") || text.starts_with("subject:")) return false;
  constexpr std::array<std::string_view, 5> kEndings{".crt", ".pem", ".cer", ".der", ".p12"};
  return text.find('/') != std::string_view::npos ||
         std::ranges::any_of(kEndings, [&](auto ending) { return text.ends_with(ending); });
}

}  // namespace

Result<std::filesystem::path> parse_path(std::string_view text) {
  if (!text.empty() && text.find('\0') == std::string_view::npos)
    return std::filesystem::path(text);
  return usage_error("The path is empty.");
}

Result<std::string> parse_text(std::string_view text) {
  if (!text.empty()) return std::string(text);
  return usage_error("The text is empty.");
}

Result<std::string> parse_upstream_text(std::string_view text) {
  return text_of(text, UpstreamUrl::parse(text));
}

Result<std::string> parse_listen_text(std::string_view text) {
  return text_of(text, ListenAddress::parse(text));
}

Result<std::string> parse_profile_text(std::string_view text) {
  return text_of(text, tls::parse_profile(text));
}

Result<std::string> parse_policy_text(std::string_view text) {
  if (std::ranges::find(kPolicies, text) != kPolicies.end()) return std::string(text);
  return usage_error(fmt::format("\"{}\" is none of redirect, refuse and keep.{}", printable(text),
                                 did_you_mean(text, kPolicies)));
}

Result<std::string> parse_site_name(std::string_view text) {
  if (text == "*") return std::string(text);
  auto pattern = NamePattern::parse(text);
  if (!pattern) return pass_on(pattern);
  return pattern->text();
}

Result<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stopped, wrong] = std::from_chars(text.begin(), text.end(), number);
  if (wrong == std::errc{} && stopped == text.end() && !text.empty()) return number;
  return usage_error(fmt::format("\"{}\" is no whole number.", printable(text)));
}

void complete_sockets(Connection& api, const Environment& environment) {
  if (!api.sockets.empty()) return;
  const bool chosen = !api.state.empty();
  // Without a folder there are the other places.
  if (!chosen) api.state = default_state_folder(environment).value_or("");
  for (std::string& path : client_socket_paths(socket_places(environment, api.state, chosen))) {
    api.sockets.emplace_back(std::move(path));
  }
}

namespace {

// `prefix` stands before the names of its flags.
Result<Ok> check_words(const CertificateWords& words, std::string_view prefix) {
  if (words.certificate.empty() && words.key.empty()) return Ok{};
  if (words.certificate.empty()) {
    return usage_error(
        fmt::format("--{0}key needs --{0}certificate, the file of the certificate that it belongs "
                    "to.",
                    prefix));
  }
  if (!words.key.empty()) return Ok{};
  if (looks_like_file(words.certificate)) {
    return usage_error(
        fmt::format("--{0}certificate needs --{0}key, the file of its private key.", prefix));
  }
  auto chosen = config::certificate_of_selector(words.certificate);
  if (!chosen) return usage_error(fmt::format("--{}certificate: {}", prefix, chosen.error().what));
  return Ok{};
}

}  // namespace

Result<Ok> check_certificates(const CertificateWords& first, const CertificateWords& second) {
  if (auto fits = check_words(first, ""); !fits) return fits;
  if (auto fits = check_words(second, "second-"); !fits) return fits;
  if (first.certificate.empty() && !second.certificate.empty()) {
    return usage_error(
        "--second-certificate stands beside --certificate, which is not there. If there is one "
        "alone, it is --certificate.");
  }
  return Ok{};
}

}  // namespace gatehouse::cli
