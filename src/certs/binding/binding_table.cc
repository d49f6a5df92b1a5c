#include "certs/binding/binding_table.h"

namespace gatehouse::certs {

tls::CredentialPtr make_credential(const crypto::Identity& identity) {
  std::vector<ByteView> chain;
  for (const crypto::Certificate& certificate : identity.chain) chain.push_back(certificate.der());
  return std::make_shared<const tls::Credential>(chain, identity.key);
}

tls::Selection BindingSelector::select(const tls::ClientHello& hello) {
  const tls::Answer* answer = table_->find(hello.server_name);
  if (answer == nullptr) return tls::UnknownName{};
  return *answer;
}

}  // namespace gatehouse::certs
