#pragma once

#include <memory>

#include "base/name_table.h"
#include "crypto/identity.h"
#include "tls/selector.h"

namespace gatehouse::certs {

// What an identity becomes for the TLS layer.
tls::CredentialPtr make_credential(const crypto::Identity& identity);

// Which certificate and TLS profile answer for which server name on one listener. Immutable once
// it is shared or copied; a copy shares what it does not change.
class BindingTable {
 public:
  void bind(const NamePattern& name, tls::Answer answer) { answers_.set(name, std::move(answer)); }
  void unbind(const NamePattern& name) { answers_.erase(name); }
  // For clients that send no name (an address in the URL, old programs). Unless it is bound they
  // are refused with unrecognized_name, as those are that send a name which nobody bound.
  void bind_no_name(tls::Answer answer) { no_name_ = std::move(answer); }
  // For names that nobody bound.
  void bind_unknown_names(tls::Answer answer) { answers_.set_default(std::move(answer)); }
  // Both: what a binding of the listener's address alone means.
  void bind_default(const tls::Answer& answer) {
    bind_no_name(answer);
    bind_unknown_names(answer);
  }
  void unbind_default() {
    no_name_.reset();
    answers_.clear_default();
  }

  // nullptr: nothing answers for this name here.
  const tls::Answer* find(const std::optional<ServerName>& name) const {
    if (name) return answers_.find(*name);
    return no_name_ ? &*no_name_ : nullptr;
  }
  // The same, of those that were bound to a name.
  const tls::Answer* find_named(const ServerName& name) const { return answers_.find_named(name); }

 private:
  NameTable<tls::Answer> answers_;
  std::optional<tls::Answer> no_name_;
};

// Gives a thread's handshakes their certificates from the table that is in force.
class BindingSelector final : public tls::CertificateSelector {
 public:
  explicit BindingSelector(std::shared_ptr<const BindingTable> table) : table_(std::move(table)) {}

  // The reactor's thread only; handshakes under way have their certificate already.
  void replace(std::shared_ptr<const BindingTable> table) { table_ = std::move(table); }

  tls::Selection select(const tls::ClientHello& hello) override;

 private:
  std::shared_ptr<const BindingTable> table_;
};

}  // namespace gatehouse::certs
