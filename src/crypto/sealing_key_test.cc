#include "crypto/sealing_key.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "crypto/random.h"

namespace gatehouse::crypto {
namespace {

SealingKey new_key() { return SealingKey::from(random_secret(SealingKey::kBytes)).value(); }

std::string opened(const SealingKey& key, ByteView sealed, std::string_view additional) {
  const auto secret = key.open(sealed, as_bytes(additional));
  return secret ? std::string(as_text(secret->view())) : "(nothing)";
}

TEST(SealingKey, opens_what_it_sealed) {
  const auto key = new_key();
  const Bytes sealed = key.seal(Secret("the secret"), as_bytes("record 1"));
  EXPECT_EQ(opened(key, sealed, "record 1"), "the secret");
  EXPECT_EQ(sealed.size(), 10 + SealingKey::kOverhead);
}

TEST(SealingKey, an_empty_secret_is_one) {
  const auto key = new_key();
  EXPECT_EQ(opened(key, key.seal(Secret(""), {}), ""), "");
}

TEST(SealingKey, the_same_secret_is_sealed_in_another_way_each_time) {
  const auto key = new_key();
  EXPECT_NE(key.seal(Secret("a"), {}), key.seal(Secret("a"), {}));
}

TEST(SealingKey, another_key_or_other_additional_data_does_not_open_it) {
  const auto key = new_key();
  const Bytes sealed = key.seal(Secret("the secret"), as_bytes("record 1"));
  EXPECT_EQ(opened(new_key(), sealed, "record 1"), "(nothing)");
  EXPECT_EQ(opened(key, sealed, "record 2"), "(nothing)");
  EXPECT_EQ(opened(key, sealed, ""), "(nothing)");
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(SealingKey, a_changed_or_missing_byte_anywhere_is_noticed) {
  const auto key = new_key();
  const Bytes sealed = key.seal(Secret("the secret"), {});
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_EQ(opened(key, changed, ""), "(nothing)") << i;
    EXPECT_EQ(opened(key, ByteView(sealed).first(i), ""), "(nothing)") << i;
  }
}

TEST(SealingKey, has_32_bytes) {
  EXPECT_FALSE(SealingKey::from(random_secret(16)));
  EXPECT_FALSE(SealingKey::from(Secret()));
}

TEST(SealingKey, random_secrets_differ) {
  const Secret a = random_secret(32);
  const Secret b = random_secret(32);
  EXPECT_EQ(a.view().size(), 32U);
  EXPECT_FALSE(std::ranges::equal(a.view(), b.view()));
}

}  // namespace
}  // namespace gatehouse::crypto
