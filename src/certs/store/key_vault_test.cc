#include "certs/store/key_vault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/testing/store_fixture.h"

namespace gatehouse::certs {
namespace {

using ::testing::HasSubstr;
using testing::kCheap;
using testing::master_key;
using testing::passphrase;
using testing::some_key;

const crypto::Sha256 kThumbprint = crypto::sha256(as_bytes("a certificate"));

bool opens(const KeyVault& vault, const RecordId& id, const crypto::Sha256& sha256,
           ByteView sealed) {
  const auto key = vault.open_key(id, sha256, sealed);
  return key && key->spki_sha256() == some_key().spki_sha256();
}

TEST(KeyVault, M7_a_key_opens_in_the_vault_that_sealed_it_also_after_a_new_start) {
  for (const bool by_passphrase : {false, true}) {
    const auto master = by_passphrase ? passphrase("correct horse") : master_key('a');
    const auto vault = KeyVault::create();
    const auto id = RecordId::random();
    const Bytes sealed = vault.seal(id, kThumbprint, some_key());
    const auto data_key = vault.sealed_data_key(master, kCheap);
    ASSERT_TRUE(data_key);
    const auto again = KeyVault::open(*data_key, master);
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_TRUE(opens(vault, id, kThumbprint, sealed));
    EXPECT_TRUE(opens(*again, id, kThumbprint, sealed));
  }
}

TEST(KeyVault, M7_a_sealed_key_is_bound_to_its_record_and_certificate) {
  const auto vault = KeyVault::create();
  const auto id = RecordId::random();
  const Bytes sealed = vault.seal(id, kThumbprint, some_key());
  auto other = kThumbprint;
  other.back() ^= 1;
  EXPECT_FALSE(opens(vault, RecordId::random(), kThumbprint, sealed));
  EXPECT_FALSE(opens(vault, id, other, sealed));
  EXPECT_FALSE(opens(KeyVault::create(), id, kThumbprint, sealed));
  EXPECT_THAT(vault.open_key(id, other, sealed).error().what, HasSubstr(id.text()));
}

TEST(KeyVault, M7_another_master_secret_does_not_open_it) {
  const auto vault = KeyVault::create();
  const Bytes by_key = vault.sealed_data_key(master_key('a')).value();
  const Bytes by_passphrase = vault.sealed_data_key(passphrase("a"), kCheap).value();
  for (const auto& refused :
       {KeyVault::open(by_key, master_key('b')), KeyVault::open(by_key, passphrase("a")),
        KeyVault::open(by_passphrase, passphrase("b")),
        KeyVault::open(by_passphrase, master_key('a'))}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::not_permitted);
    EXPECT_EQ(refused.error().fault, Fault::operator_input);
    EXPECT_THAT(refused.error().what, HasSubstr("nothing was changed"));
  }
}

TEST(KeyVault, a_changed_byte_of_the_sealed_data_key_never_opens_it) {
  for (const bool by_passphrase : {false, true}) {
    const auto master = by_passphrase ? passphrase("a") : master_key('a');
    const Bytes sealed = KeyVault::create().sealed_data_key(master, kCheap).value();
    for (std::size_t i = 0; i < sealed.size(); ++i) {
      Bytes changed = sealed;
      changed[i] ^= 1;
      EXPECT_FALSE(KeyVault::open(changed, master)) << i;
      EXPECT_FALSE(KeyVault::open(ByteView(sealed).first(i), master)) << i;
    }
    EXPECT_FALSE(KeyVault::open(Bytes(sealed.size() + 1), master));
  }
}

TEST(KeyVault, a_passphrase_is_salted) {
  const auto vault = KeyVault::create();
  EXPECT_NE(vault.sealed_data_key(passphrase("a"), kCheap).value(),
            vault.sealed_data_key(passphrase("a"), kCheap).value());
}

TEST(KeyVault, the_default_cost_of_a_guess_is_64_MiB_and_three_passes) {
  const auto vault = KeyVault::create();
  const auto sealed = vault.sealed_data_key(passphrase("a"));
  ASSERT_TRUE(sealed) << sealed.error().what;
  EXPECT_TRUE(KeyVault::open(*sealed, passphrase("a")));
  EXPECT_EQ(PassphraseCost{}.memory_kib, 65536U);
  EXPECT_EQ(PassphraseCost{}.passes, 3U);
}

}  // namespace
}  // namespace gatehouse::certs
