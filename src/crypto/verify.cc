#include "crypto/verify.h"

#include <new>

#include <fmt/format.h>

#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

struct X509StackFreer {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), X509StackFreer>;

X509StorePtr store_of(std::span<const Certificate> anchors) {
  X509StorePtr store(X509_STORE_new());
  if (!store) throw std::bad_alloc();
  for (const Certificate& anchor : anchors) {
    if (X509_STORE_add_cert(store.get(), anchor.x509().get()) != 1) throw std::bad_alloc();
  }
  return store;
}

X509StackPtr stack_of(std::span<const Certificate> certificates) {
  X509StackPtr stack(sk_X509_new_null());
  if (!stack) throw std::bad_alloc();
  for (const Certificate& certificate : certificates) {
    X509Ptr parsed = certificate.x509();
    if (sk_X509_push(stack.get(), parsed.get()) == 0) throw std::bad_alloc();
    std::ignore = parsed.release();
  }
  return stack;
}

bool ask_for(X509_STORE_CTX* context, const ServerName& name, WallTime now) {
  X509_VERIFY_PARAM* question = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time_posix(
      question, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  X509_VERIFY_PARAM_set_hostflags(question, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const bool named =
      name.is_address()
          ? X509_VERIFY_PARAM_set1_ip_asc(question, name.text().c_str()) == 1
          : X509_VERIFY_PARAM_set1_host(question, name.text().data(), name.text().size()) == 1;
  return named && X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER) == 1;
}

}  // namespace

Result<Ok> verify_server_chain(std::span<const Certificate> chain,
                               std::span<const Certificate> anchors, const ServerName& name,
                               WallTime now) {
  if (chain.empty()) return fail(Fault::ours, "there is no certificate to verify");
  const X509StorePtr store = store_of(anchors);
  const X509Ptr leaf = chain.front().x509();
  const X509StackPtr others = stack_of(chain.subspan(1));
  const X509StoreContextPtr context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others.get()) != 1 ||
      !ask_for(context.get(), name, now)) {
    return library_failure(Fault::ours, "the chain could not be looked at");
  }
  if (X509_verify_cert(context.get()) == 1) return Ok{};
  drain_library_errors();
  return fail(Fault::ours,
              fmt::format("clients would not accept the certificate of {} for {}: {}",
                          chain.front().subject(), name.text(),
                          X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()))),
              ErrorKind::invalid);
}

}  // namespace gatehouse::crypto
