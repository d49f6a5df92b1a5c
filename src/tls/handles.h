#pragma once

#include <memory>

#include <openssl/ssl.h>

#include "crypto/handles.h"

namespace gatehouse::tls {

using crypto::Freer;

using ContextPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using ConnectionPtr = std::unique_ptr<SSL, Freer<SSL_free>>;

}  // namespace gatehouse::tls
