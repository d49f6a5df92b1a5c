#pragma once

#include "certs/fetch/file_fetch.h"
#include "crypto/certificate.h"

namespace gatehouse::certs {

struct FetchedIssuer {
  std::string url;
  crypto::Certificate certificate;
};

// The certificate in `file` (DER, PEM, or PKCS#7 without passphrase) whose key signed `below`.
// Errors: invalid.
Result<crypto::Certificate> issuer_in(ByteView file, const crypto::Certificate& below);

// The issuer of `below` from one of the `urls` where `below` says that it is (crypto::issuer_urls;
// RFC 5280 section 4.2.2.1): one after the other, until one has it. What comes has signed `below`,
// and is otherwise unjudged. Errors: not_found, there is no URL; else what became of each.
io::Task<Result<FetchedIssuer>> fetch_issuer(io::Reactor& reactor, io::Resolver& resolver,
                                             crypto::Certificate below,
                                             std::vector<std::string> urls,
                                             FetchLimits limits = {});

}  // namespace gatehouse::certs
