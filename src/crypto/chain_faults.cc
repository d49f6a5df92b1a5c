#include "crypto/chain_faults.h"

#include <algorithm>
#include <new>

#include "crypto/certificate_parts.h"
#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

using Kind = ChainFault::Kind;

struct X509StackFreer {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), X509StackFreer>;

Kind kind_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return Kind::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return Kind::not_yet_valid;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return Kind::self_signed;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return Kind::unknown_root;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_CERT_UNTRUSTED: return Kind::unknown_issuer;
    case X509_V_ERR_INVALID_PURPOSE: return Kind::wrong_purpose;
    case X509_V_ERR_PERMITTED_VIOLATION:
    case X509_V_ERR_EXCLUDED_VIOLATION:
    case X509_V_ERR_NAME_CONSTRAINTS_WITHOUT_SANS: return Kind::not_permitted;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE: return Kind::bad_signature;
    default: return Kind::other;
  }
}

// What follows from a fault that is noted already.
bool is_echo(int error) {
  return error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
         error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT;
}

// The library does not come to look at the time when the issuer is missing.
void note_time(const Certificate& leaf, WallTime now, std::vector<ChainFault>& faults) {
  if (leaf.valid_at(now)) return;
  const Kind kind = now < leaf.not_before() ? Kind::not_yet_valid : Kind::expired;
  const bool noted = std::ranges::any_of(faults, [&](const ChainFault& fault) {
    return fault.kind == kind && fault.subject == leaf.subject();
  });
  if (!noted) faults.push_back({kind, leaf.subject(), leaf.issuer(), "by the clock"});
}

// Those that a path from the chain can lead to: of the hundred and more that a machine trusts, the
// library would read every one.
std::vector<const Certificate*> anchors_above(std::span<const Certificate> chain,
                                              std::span<const Certificate> anchors) {
  std::vector<const Certificate*> below;
  for (const Certificate& certificate : chain) below.push_back(&certificate);
  std::vector<const Certificate*> above;
  for (std::size_t at = 0; at < below.size(); ++at) {
    for (const Certificate& anchor : anchors) {
      if (*below[at] != anchor && is_surely_not_issued_by(below[at]->der(), anchor.der())) continue;
      if (std::ranges::find(above, &anchor) != above.end()) continue;
      above.push_back(&anchor);
      below.push_back(&anchor);
    }
  }
  return above;
}

class Question {
 public:
  Question(std::span<const Certificate> chain, std::span<const Certificate> anchors, WallTime now)
      : store_(X509_STORE_new()), others_(sk_X509_new_null()), context_(X509_STORE_CTX_new()) {
    if (!store_ || !others_ || !context_) throw std::bad_alloc();
    for (const Certificate* anchor : anchors_above(chain, anchors)) {
      if (X509_STORE_add_cert(store_.get(), anchor->x509().get()) != 1) throw std::bad_alloc();
    }
    for (const Certificate& other : chain.subspan(1)) {
      X509Ptr parsed = other.x509();
      if (sk_X509_push(others_.get(), parsed.get()) == 0) throw std::bad_alloc();
      std::ignore = parsed.release();
    }
    leaf_ = chain.front().x509();
    if (X509_STORE_CTX_init(context_.get(), store_.get(), leaf_.get(), others_.get()) != 1) {
      throw std::bad_alloc();
    }
    X509_VERIFY_PARAM_set_time_posix(
        X509_STORE_CTX_get0_param(context_.get()),
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    // Who trusts a certificate itself needs nobody above it.
    if (std::ranges::find(anchors, chain.front()) != anchors.end()) {
      X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context_.get()),
                                  X509_V_FLAG_PARTIAL_CHAIN);
    }
    X509_STORE_CTX_set_purpose(context_.get(), X509_PURPOSE_SSL_SERVER);
    X509_STORE_CTX_set_app_data(context_.get(), this);
    X509_STORE_CTX_set_verify_cb(context_.get(), &Question::note);
  }

  std::vector<ChainFault> ask() {
    const bool accepted = X509_verify_cert(context_.get()) == 1;
    drain_library_errors();
    if (!accepted && faults_.empty()) {
      const int error = X509_STORE_CTX_get_error(context_.get());
      faults_.push_back({.kind = Kind::other, .reason = X509_verify_cert_error_string(error)});
    }
    return std::move(faults_);
  }

 private:
  // Goes on after every fault, to hear of the next one. Nothing is accepted by that: what counts is
  // what was noted.
  static int note(int ok, X509_STORE_CTX* context) {
    if (ok == 0) {
      static_cast<Question*>(X509_STORE_CTX_get_ex_data(context, 0))->note(context);
    }
    return 1;
  }
  void note(X509_STORE_CTX* context) {
    const int error = X509_STORE_CTX_get_error(context);
    if (is_echo(error) && !faults_.empty()) return;
    const auto at = certificate_of(X509_STORE_CTX_get_current_cert(context));
    Kind kind = kind_of(error);
    // One that may not sign certificates does not count as its own issuer for the library.
    if (kind == Kind::unknown_issuer && at && at->is_self_issued()) kind = Kind::self_signed;
    ChainFault fault{kind, at ? at->subject() : "", at ? at->issuer() : "",
                     X509_verify_cert_error_string(error)};
    const bool known = std::ranges::any_of(faults_, [&](const ChainFault& noted) {
      return noted.kind == fault.kind && noted.subject == fault.subject;
    });
    if (!known) faults_.push_back(std::move(fault));
  }
  static std::optional<Certificate> certificate_of(X509* parsed) {
    std::uint8_t* bytes = nullptr;
    const int size = parsed == nullptr ? -1 : i2d_X509(parsed, &bytes);
    const LibraryBytes owned(bytes);
    if (size <= 0) return std::nullopt;
    auto certificate = Certificate::from_der({bytes, static_cast<std::size_t>(size)});
    if (!certificate) return std::nullopt;
    return std::move(*certificate);
  }

  X509StorePtr store_;
  X509StackPtr others_;
  X509Ptr leaf_;
  X509StoreContextPtr context_;
  std::vector<ChainFault> faults_;
};

}  // namespace

std::vector<ChainFault> chain_faults(std::span<const Certificate> chain,
                                     std::span<const Certificate> anchors,
                                     const std::optional<ServerName>& name, WallTime now) {
  if (chain.empty()) return {{.kind = Kind::other, .reason = "no certificate was sent"}};
  std::vector<ChainFault> faults = Question(chain, anchors, now).ask();
  const Certificate& leaf = chain.front();
  note_time(leaf, now, faults);
  if (name && !leaf.names().covers(*name)) {
    faults.push_back({Kind::wrong_name, leaf.subject(), leaf.issuer(), "the name does not match"});
  }
  return faults;
}

}  // namespace gatehouse::crypto
