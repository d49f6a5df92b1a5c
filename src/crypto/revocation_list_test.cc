#include "crypto/revocation_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/testing/chains.h"

namespace gatehouse::crypto {
namespace {

using testing::Ca;
using testing::kNow;

using ListPtr = std::unique_ptr<X509_CRL, Freer<X509_CRL_free>>;

ListPtr parsed(const Bytes& der) {
  const unsigned char* at = der.data();
  return ListPtr(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
}

RevocationListSpec spec() {
  return {.number = 7,
          .this_update = kNow,
          .next_update = kNow + std::chrono::hours(24),
          .revoked = {{"7f", kNow, RevocationReason::key_compromise},
                      {"0aff00112233445566778899aabbccdd", kNow, RevocationReason::unspecified}}};
}

// The verdict of the library's verifier for a leaf, with this list.
int verdict(const Ca& ca, const Certificate& leaf, X509_CRL* list) {
  const X509StorePtr store(X509_STORE_new());
  const X509StoreContextPtr context(X509_STORE_CTX_new());
  const X509Ptr root = ca.root.x509();
  const X509Ptr intermediate = ca.intermediate.x509();
  const X509Ptr end = leaf.x509();
  X509_STORE_add_cert(store.get(), root.get());
  X509_STORE_add_crl(store.get(), list);
  bssl::UniquePtr<STACK_OF(X509)> chain(sk_X509_new_null());
  X509_up_ref(intermediate.get());
  sk_X509_push(chain.get(), intermediate.get());
  X509_STORE_CTX_init(context.get(), store.get(), end.get(), chain.get());
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK);
  X509_VERIFY_PARAM_set_time_posix(param, std::chrono::system_clock::to_time_t(kNow));
  return X509_verify_cert(context.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
}

TEST(RevocationList, says_what_the_spec_says) {
  const Ca ca;
  const auto list = parsed(write_revocation_list(spec(), ca.intermediate, ca.key).value());
  ASSERT_TRUE(list);
  EXPECT_EQ(X509_CRL_get_version(list.get()), X509_CRL_VERSION_2);
  EXPECT_EQ(X509_CRL_verify(list.get(), ca.key.native()), 1);
  EXPECT_EQ(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list.get())), 2U);
  EXPECT_GE(X509_CRL_get_ext_by_NID(list.get(), NID_authority_key_identifier, -1), 0);
  const std::unique_ptr<ASN1_INTEGER, Freer<ASN1_INTEGER_free>> number(static_cast<ASN1_INTEGER*>(
      X509_CRL_get_ext_d2i(list.get(), NID_crl_number, nullptr, nullptr)));
  ASSERT_TRUE(number);
  EXPECT_EQ(ASN1_INTEGER_get(number.get()), 7);
}

TEST(RevocationList, verifiers_refuse_what_is_on_it_and_nothing_else) {
  const Ca ca;
  const auto revoked = ca.serve({"a.example"}).leaf();
  const auto good = ca.serve({"b.example"}).leaf();
  auto what = spec();
  what.revoked.push_back({revoked.serial(), kNow, RevocationReason::superseded});
  const auto list = parsed(write_revocation_list(what, ca.intermediate, ca.key).value());
  EXPECT_EQ(verdict(ca, revoked, list.get()), X509_V_ERR_CERT_REVOKED);
  EXPECT_EQ(verdict(ca, good, list.get()), X509_V_OK);
}

TEST(RevocationList, an_empty_one_is_one) {
  const Ca ca;
  auto what = spec();
  what.revoked.clear();
  const auto list = parsed(write_revocation_list(what, ca.intermediate, ca.key).value());
  EXPECT_EQ(verdict(ca, ca.serve({"a.example"}).leaf(), list.get()), X509_V_OK);
}

TEST(RevocationList, is_signed_by_every_kind_of_key) {
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::rsa2048, KeyType::ed25519}) {
    const auto key = PrivateKey::generate(type).value();
    const auto issuer = issue_self_signed(testing::ca_spec("issuer", 0), key).value();
    const auto list = parsed(write_revocation_list(spec(), issuer, key).value());
    EXPECT_EQ(X509_CRL_verify(list.get(), key.native()), 1);
  }
}

TEST(RevocationList, a_serial_number_that_is_none_is_refused) {
  const Ca ca;
  for (const auto* bad : {"", "xyz", "-1", "0x1f", "7F", " 7f"}) {
    auto what = spec();
    what.revoked.push_back({bad, kNow, RevocationReason::unspecified});
    EXPECT_FALSE(write_revocation_list(what, ca.intermediate, ca.key)) << bad;
  }
}

TEST(RevocationList, is_written_as_pem) {
  const Ca ca;
  const auto der = write_revocation_list(spec(), ca.intermediate, ca.key).value();
  EXPECT_TRUE(revocation_list_pem(der).starts_with("-----BEGIN X509 CRL-----\n"));
}

TEST(RevocationReason, has_one_spelling_each) {
  for (const auto text : revocation_reasons()) {
    EXPECT_EQ(revocation_reason_text(revocation_reason_of(text).value()), text);
  }
  EXPECT_EQ(revocation_reason_of("because"), std::nullopt);
}

}  // namespace
}  // namespace gatehouse::crypto
