#pragma once

#include <memory>

#include "base/name_table.h"
#include "certs/binding/credential_cache.h"
#include "certs/binding/credential_pair.h"
#include "certs/binding/name_index.h"
#include "crypto/identity.h"
#include "tls/selector.h"

namespace gatehouse::certs {

// What an identity becomes for the TLS layer.
tls::CredentialPtr make_credential(const crypto::Identity& identity);

// What is bound to a name. If `standard` is there, nobody said which certificate: that of the store
// which speaks for the name answers, and `answer` with its certificate where there is none.
struct Bound {
  Bound() = default;
  Bound(tls::Answer answer_, std::shared_ptr<const crypto::CertificateNames> standard_ = nullptr)
      : answer(std::move(answer_)), standard(std::move(standard_)) {}

  // The answer's certificate is the first of two.
  Bound(tls::Answer answer_, CredentialPairPtr pair_)
      : answer(std::move(answer_)), pair(std::move(pair_)) {}

  tls::Answer answer;
  CredentialPairPtr pair;                                    // nullptr: there is one
  std::shared_ptr<const crypto::CertificateNames> standard;  // names of the answer's certificate
};

// Which certificate and TLS profile answer for which server name on one listener. Immutable once
// it is shared or copied; a copy shares what it does not change.
class BindingTable {
 public:
  void bind(const NamePattern& name, Bound bound) { answers_.set(name, std::move(bound)); }
  void unbind(const NamePattern& name) { answers_.erase(name); }
  // For clients that send no name (an address in the URL, old programs). Unless it is bound they
  // are refused with unrecognized_name, as those are that send a name which nobody bound.
  void bind_no_name(Bound bound) { no_name_ = std::move(bound); }
  // For names that nobody bound.
  void bind_unknown_names(Bound bound) { answers_.set_default(std::move(bound)); }
  // Both: what a binding of the listener's address alone means.
  void bind_default(const Bound& bound) {
    bind_no_name(bound);
    bind_unknown_names(bound);
  }
  void unbind_default() {
    no_name_.reset();
    answers_.clear_default();
  }

  // nullptr: nothing answers for this name here.
  const Bound* find(const std::optional<ServerName>& name) const {
    if (name) return answers_.find(*name);
    return no_name_ ? &*no_name_ : nullptr;
  }
  // The same, of those that were bound to a name.
  const Bound* find_named(const ServerName& name) const { return answers_.find_named(name); }

 private:
  NameTable<Bound> answers_;
  std::optional<Bound> no_name_;
};

// The certificates of the store, for the names whose binding says none.
struct StoreAnswers {
  std::shared_ptr<const NameIndex> index;  // nullptr: there is no store
  CredentialCache* cache = nullptr;        // nullptr: there is no store
  const Clock* clock = nullptr;

  bool any() const { return index && cache != nullptr && !index->empty(); }
};

// Gives a thread's handshakes their certificates from the table that is in force.
class BindingSelector final : public tls::CertificateSelector {
 public:
  explicit BindingSelector(std::shared_ptr<const BindingTable> table, StoreAnswers store = {})
      : table_(std::move(table)), store_(std::move(store)) {}

  // The reactor's thread only; handshakes under way have their certificate already, and those that
  // wait for one are asked anew.
  void replace(std::shared_ptr<const BindingTable> table, StoreAnswers store = {}) {
    table_ = std::move(table);
    store_ = std::move(store);
  }

  tls::Selection select(const tls::ClientHello& hello) override;

 private:
  tls::Answer answer(const tls::ClientHello& hello, const Bound& bound) const;
  tls::Selection automatic(const tls::ClientHello& hello, const ServerName& name,
                           const Bound& bound);

  std::shared_ptr<const BindingTable> table_;
  StoreAnswers store_;
};

}  // namespace gatehouse::certs
