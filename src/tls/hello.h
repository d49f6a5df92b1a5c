#pragma once

#include <openssl/ssl.h>

#include "tls/selector.h"

namespace gatehouse::tls {

// What of the library's view of a ClientHello decides on the certificate.
ClientHello read_hello(const SSL_CLIENT_HELLO& hello);

}  // namespace gatehouse::tls
