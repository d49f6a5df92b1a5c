#include "check/system_anchors.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>

namespace gatehouse::check {
namespace {

constexpr std::size_t kLargestBundle = 16 << 20;
constexpr std::size_t kMostAnchors = 4096;
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

constexpr std::array kBundleFiles{
    "etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch
    "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL
    "etc/pki/tls/certs/ca-bundle.crt",                   // older ones
    "etc/ssl/cert.pem",                                  // Alpine
};

std::optional<std::string> read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text;
  std::array<char, 65536> some;
  while (in.read(some.data(), some.size()) || in.gcount() > 0) {
    text.append(some.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > kLargestBundle) return std::nullopt;
  }
  return text;
}

}  // namespace

std::vector<crypto::Certificate> readable_certificates(std::string_view pem) {
  std::vector<crypto::Certificate> all;
  while (all.size() < kMostAnchors) {
    const auto begin = pem.find(kBegin);
    const auto end = begin == std::string_view::npos ? begin : pem.find(kEnd, begin);
    if (end == std::string_view::npos) break;
    const auto block = pem.substr(begin, end + kEnd.size() - begin);
    if (auto certificate = crypto::Certificate::from_pem(block)) {
      all.push_back(std::move(*certificate));
    }
    pem.remove_prefix(end + kEnd.size());
  }
  return all;
}

std::vector<crypto::Certificate> system_anchors(const std::filesystem::path& root) {
  for (const char* bundle : kBundleFiles) {
    const auto text = read(root / bundle);
    if (!text) continue;
    auto anchors = readable_certificates(*text);
    if (!anchors.empty()) return anchors;
  }
  return {};
}

// Taken before the files are read: what changes meanwhile is read again.
SystemAnchors::Stamps SystemAnchors::stamps() const {
  static_assert(kBundleFiles.size() == kBundles);
  Stamps all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    struct stat status{};
    if (::stat((root_ / kBundleFiles[i]).c_str(), &status) != 0) continue;
    const auto nanoseconds = [](const timespec& time) {
      return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    };
    all[i] = {status.st_dev, status.st_ino, status.st_size,
              std::max(nanoseconds(status.st_mtim), nanoseconds(status.st_ctim))};
  }
  return all;
}

const std::vector<crypto::Certificate>& SystemAnchors::now() {
  const Stamps stamps_now = stamps();
  if (seen_ != stamps_now) {
    anchors_ = system_anchors(root_);
    seen_ = stamps_now;
  }
  return anchors_;
}

}  // namespace gatehouse::check
