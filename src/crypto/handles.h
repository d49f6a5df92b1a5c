#pragma once

#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pool.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace gatehouse::crypto {

// Makes a unique_ptr of a library handle: the handle is owned from the line in which it is born.
template <auto free_fn>
struct Freer {
  template <class Handle>
  void operator()(Handle* handle) const {
    free_fn(handle);
  }
};

using EvpKeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using EvpKeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using BufferPtr = std::unique_ptr<CRYPTO_BUFFER, Freer<CRYPTO_BUFFER_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using X509StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

// What the library allocated as plain memory (wiped when it is freed).
using LibraryBytes = std::unique_ptr<unsigned char, Freer<OPENSSL_free>>;

}  // namespace gatehouse::crypto
