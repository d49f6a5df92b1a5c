#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"

namespace gatehouse::check {

// What the programs of this machine trust: the bundle of Debian, RHEL, Alpine or Arch below
// `root`; empty when there is none. What cannot be read of it is skipped. Reads the disk: not on a
// reactor that serves.
std::vector<crypto::Certificate> system_anchors(const std::filesystem::path& root = "/");

// Every certificate of a PEM text that can be read.
std::vector<crypto::Certificate> readable_certificates(std::string_view pem);

}  // namespace gatehouse::check
