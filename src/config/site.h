#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/server_name.h"
#include "certs/selector.h"
#include "edge/route/route_table.h"
#include "tls/profile.h"

namespace gatehouse::config {

struct CertificateFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

// A pair of files, or a certificate of the store.
using SingleCertificate = std::variant<CertificateFiles, certs::Selector>;

// Which certificate answers. With a second one, whose key is of another kind, each client gets the
// one that it can verify.
struct CertificateChoice {
  SingleCertificate first;
  std::optional<SingleCertificate> second = {};
  friend bool operator==(const CertificateChoice&, const CertificateChoice&) = default;
};
// "the certificate in /etc/ssl/files.crt", "the certificate with the name "files"", or two of them
// with "and" between.
std::string text(const CertificateChoice& choice);

struct Route {
  std::string path;                    // begins with '/'
  std::vector<UpstreamUrl> upstreams;  // those of the site where the route has none
  std::optional<edge::PlainPolicy> external;
  friend bool operator==(const Route&, const Route&) = default;
};

struct Site {
  std::string name;                // the key
  std::vector<NamePattern> names;  // also the key, where it is a server name and `names` is empty
  bool any_name = false;           // `*`: every name that no other site of a listener has
  std::vector<ListenAddress> listen;   // those without TLS serve plain HTTP, whatever `plain` says
  std::vector<UpstreamUrl> upstreams;  // empty: the welcome page
  std::vector<Route> routes;
  std::optional<CertificateChoice> certificate;  // none: the default identity
  // What happens to plain HTTP at `plain_listen`. https_port is that of the first listener with
  // TLS; 0 where the kernel chooses it.
  edge::PlainHttp plain;
  std::vector<ListenAddress> plain_listen;  // without TLS; none: no plain HTTP by policy
  std::optional<tls::Profile> tls_profile;
  std::string owner;
  bool enabled = true;
  bool trust_boundary = false;
  friend bool operator==(const Site&, const Site&) = default;
};

using SitePtr = std::shared_ptr<const Site>;

}  // namespace gatehouse::config
