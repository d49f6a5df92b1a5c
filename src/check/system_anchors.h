#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"

namespace gatehouse::check {

// What the programs of this machine trust: the bundle of Debian, RHEL, Alpine or Arch below
// `root`; empty when there is none. What cannot be read of it is skipped. Reads the disk: not on a
// reactor that serves.
std::vector<crypto::Certificate> system_anchors(const std::filesystem::path& root = "/");

// The same for who asks often: read again only when a bundle has changed since. One thread.
class SystemAnchors {
 public:
  explicit SystemAnchors(std::filesystem::path root = "/") : root_(std::move(root)) {}

  const std::vector<crypto::Certificate>& now();

 private:
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;  // 0: there is no such file
    std::int64_t size = 0;
    std::int64_t changed = 0;  // nanoseconds; of the content or the inode, whichever is later
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  static constexpr std::size_t kBundles = 4;
  using Stamps = std::array<Stamp, kBundles>;
  Stamps stamps() const;

  std::filesystem::path root_;
  std::optional<Stamps> seen_;
  std::vector<crypto::Certificate> anchors_;
};

// Every certificate of a PEM text that can be read.
std::vector<crypto::Certificate> readable_certificates(std::string_view pem);

}  // namespace gatehouse::check
