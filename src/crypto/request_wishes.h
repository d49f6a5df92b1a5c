#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/handles.h"

// The extensions that a certificate request asks for; for this room only.
namespace gatehouse::crypto {

inline void free_extensions(X509_EXTENSIONS* extensions) {
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}
using ExtensionsPtr = std::unique_ptr<X509_EXTENSIONS, Freer<free_extensions>>;

struct Wishes {
  CertificateNames names;
  bool server = false;
  bool client = false;
  bool ca = false;
  std::vector<std::string> others;  // see CertificateRequest::other_wishes()
};

// None: an extension is there and cannot be read.
std::optional<Wishes> wishes_of(X509_REQ* request);

}  // namespace gatehouse::crypto
