#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "crypto/exchange/bundle.h"

// The files that other programs made (tools/make_exchange_samples.sh). Most hold one identity,
// leaf.test with its intermediate and root, and are protected by kSamplePassphrase.
namespace gatehouse::crypto::testing {

inline constexpr std::string_view kSamplePassphrase = "gatehouse";
inline constexpr std::string_view kUnicodePassphrase = "Grüße 🔑";

// `name` is "pkcs12_fuzz/openssl.p12".
inline std::string sample_file(std::string_view name) {
  const std::filesystem::path root =
      std::filesystem::path(__FILE__).parent_path() / ".." / ".." / ".." / "..";
  std::ifstream in(root / "fuzz" / "corpus" / name, std::ios::binary);
  if (!in) std::abort();
  return {std::istreambuf_iterator<char>(in), {}};
}

inline Read<Bundle> read_sample(std::string_view name,
                                std::string_view passphrase = kSamplePassphrase) {
  const auto parsed = Passphrase::parse(passphrase).value();
  return read_bundle(as_bytes(sample_file(name)), &parsed);
}

inline Read<Bundle> read_sample_without_passphrase(std::string_view name) {
  return read_bundle(as_bytes(sample_file(name)), nullptr);
}

}  // namespace gatehouse::crypto::testing
