#include "tls/client_context.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tls/alpn.h"
#include "tls/profile.h"

namespace gatehouse::tls {
namespace {

Result<Ok> trust(SSL_CTX* context, const std::vector<Bytes>& anchors) {
  for (const Bytes& der : anchors) {
    const std::uint8_t* data = der.data();
    const crypto::X509Ptr anchor(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
    if (!anchor || X509_STORE_add_cert(SSL_CTX_get_cert_store(context), anchor.get()) != 1) {
      return fail(Fault::operator_input, "a trust anchor is not a certificate", ErrorKind::invalid);
    }
  }
  return Ok{};
}

}  // namespace

Result<std::unique_ptr<ClientContext>> ClientContext::make(const Options& options) {
  if (options.anchors.empty()) {
    return fail(Fault::operator_input, "there is no trust anchor to verify a server against",
                ErrorKind::invalid);
  }
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context || !apply(Profile::intermediate, context.get())) {
    return fail(Fault::ours, "the TLS library refused our settings");
  }
  if (auto trusted = trust(context.get(), options.anchors); !trusted) return pass_on(trusted);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  X509_VERIFY_PARAM_set_purpose(SSL_CTX_get0_param(context.get()), X509_PURPOSE_SSL_SERVER);
  const std::string alpn = alpn_wire(options.alpn);
  if (!alpn.empty() &&
      SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const std::uint8_t*>(alpn.data()),
                              alpn.size()) != 0) {
    return fail(Fault::ours, "the TLS library refused our protocols");
  }
  return std::unique_ptr<ClientContext>(new ClientContext(std::move(context)));
}

bool ClientContext::expect(const ServerName& peer, SSL* connection) {
  X509_VERIFY_PARAM* rules = SSL_get0_param(connection);
  // Names come from the SAN only (RFC 9525 section 2).
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const std::string& name = peer.text();
  if (peer.is_address()) return X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(connection, name.c_str()) == 1;
}

}  // namespace gatehouse::tls
