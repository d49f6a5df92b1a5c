#include "certs/trust/profile.h"

#include <fmt/format.h>

#include "base/json_text.h"
#include "certs/trust/anchor_facts.h"
#include "crypto/pem.h"

namespace gatehouse::certs {
namespace {

std::string_view entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    default: return {};
  }
}

// Control characters, which XML 1.0 cannot hold, become visible.
std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    const auto escaped = entity(c);
    escaped.empty() ? out += c : out += escaped;
  }
  return out;
}

// The lines of PEM without its first and last.
std::string base64_lines(ByteView der) {
  const std::string pem = crypto::write_pem("CERTIFICATE", der);
  const auto begin = pem.find('\n') + 1;
  return pem.substr(begin, pem.rfind("-----END") - begin);
}

constexpr std::string_view kRoot = R"(    <dict>
      <key>PayloadCertificateFileName</key>
      <string>gatehouse-ca.crt</string>
      <key>PayloadContent</key>
      <data>
{data}</data>
      <key>PayloadDescription</key>
      <string>SHA-256 {fingerprint}</string>
      <key>PayloadDisplayName</key>
      <string>{name}{mark}</string>
      <key>PayloadIdentifier</key>
      <string>gatehouse.{id}.root</string>
      <key>PayloadType</key>
      <string>com.apple.security.root</string>
      <key>PayloadUUID</key>
      <string>{root_uuid}</string>
      <key>PayloadVersion</key>
      <integer>1</integer>
    </dict>
)";

constexpr std::string_view kProfile = R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
{payloads}  </array>
  <key>PayloadDescription</key>
  <string>Trusts the certificates of {name}. Before you install it, compare the fingerprint with whoever runs it.</string>
  <key>PayloadDisplayName</key>
  <string>{name}</string>
  <key>PayloadIdentifier</key>
  <string>gatehouse.{id}</string>
  <key>PayloadRemovalDisallowed</key>
  <false/>
  <key>PayloadType</key>
  <string>Configuration</string>
  <key>PayloadUUID</key>
  <string>{profile_uuid}</string>
  <key>PayloadVersion</key>
  <integer>1</integer>
</dict>
</plist>
)";

std::string root_payload(const TrustRoot& root) {
  const AnchorFacts facts = facts_of(root.certificate);
  const std::string mark =
      root.role == TrustRole::active ? "" : fmt::format(" ({} root)", trust_role_text(root.role));
  return fmt::format(kRoot, fmt::arg("data", base64_lines(root.certificate.der())),
                     fmt::arg("fingerprint", facts.fingerprint),
                     fmt::arg("name", xml_text(facts.name)), fmt::arg("mark", mark),
                     fmt::arg("id", facts.id),
                     fmt::arg("root_uuid", stable_uuid(root.certificate.sha256(), "root")));
}

}  // namespace

std::string stable_uuid(const crypto::Sha256& fingerprint, std::string_view purpose) {
  Bytes seed(fingerprint.begin(), fingerprint.end());
  const ByteView words = as_bytes(purpose);
  seed.insert(seed.end(), words.begin(), words.end());
  crypto::Sha256 bytes = crypto::sha256(seed);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x80);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  const std::string hex = crypto::hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

std::string configuration_profile(std::span<const TrustRoot> roots) {
  const crypto::Certificate& first = roots.front().certificate;
  const AnchorFacts facts = facts_of(first);
  std::string payloads;
  for (const TrustRoot& root : roots) payloads += root_payload(root);
  return fmt::format(kProfile, fmt::arg("payloads", payloads),
                     fmt::arg("name", xml_text(facts.name)), fmt::arg("id", facts.id),
                     fmt::arg("profile_uuid", stable_uuid(first.sha256(), "profile")));
}

std::string configuration_profile(const crypto::Certificate& anchor) {
  const TrustRoot root{anchor};
  return configuration_profile(std::span(&root, 1));
}

}  // namespace gatehouse::certs
