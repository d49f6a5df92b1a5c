#include <gmock/gmock.h>

#include "certs/authority/kept_revocation_list.h"
#include "certs/authority/testing/authority_fixture.h"

namespace gatehouse::certs {
namespace {

using crypto::RevocationReason;
using testing::kNow;

class AuthorityCodec : public testing::AuthorityFixture {
 protected:
  static IssuedCertificate some_issued() {
    return {.serial = "5d0c3a9f00112233",
            .issuer = RecordId::random(),
            .purpose = crypto::Purpose::client,
            .subject = "fe-auth",
            .names = {"a.plant4.local", "10.20.0.1"},
            .not_before = kNow,
            .not_after = kNow + std::chrono::days{90},
            .record = RecordId::random(),
            .cause = {"ops", "why"},
            .revocation = Revocation{kNow, RevocationReason::superseded, {"root", "anew"}}};
  }
  // Whatever is cut off, nothing but the whole is read.
  template <class Decode>
  static void expect_only_whole(const Bytes& whole, Decode decode) {
    EXPECT_TRUE(decode(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto read = decode(ByteView(whole).first(size));
      if (read) {
        EXPECT_TRUE(false) << "read with " << size << " of " << whole.size() << " bytes";
      }
    }
    Bytes longer = whole;
    longer.push_back(0);
    EXPECT_FALSE(decode(longer));
  }
};

TEST_F(AuthorityCodec, an_authority_is_read_as_it_was_written) {
  Authority authority = init();
  authority.roots.front().key.reset();
  const Bytes written = encode_authority(authority);
  const auto read = decode_authority(written);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode_authority(*read), written);
  EXPECT_EQ(read->lives, authority.lives);
  EXPECT_FALSE(read->active_root().key);
}

TEST_F(AuthorityCodec, an_authority_without_a_root_that_signs_or_with_two_is_damaged) {
  Authority authority = init();
  authority.roots.front().state = RootState::retired;
  EXPECT_FALSE(decode_authority(encode_authority(authority)));
  authority.roots.front().state = RootState::active;
  authority.roots.push_back(authority.roots.front());
  EXPECT_FALSE(decode_authority(encode_authority(authority)));
}

TEST_F(AuthorityCodec, an_issuer_below_no_root_is_damage) {
  Authority authority = init();
  authority.issuers.front().root = 7;
  EXPECT_FALSE(decode_authority(encode_authority(authority)));
}

TEST_F(AuthorityCodec, an_issued_certificate_is_read_as_it_was_written) {
  const auto written = some_issued();
  const auto read = decode_issued(encode_issued(written));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->names, written.names);
  EXPECT_EQ(read->record, written.record);
  EXPECT_EQ(read->revocation->reason, RevocationReason::superseded);
  EXPECT_EQ(read->revocation->cause.who, "root");
  EXPECT_EQ(encode_issued(*read), encode_issued(written));
}

TEST_F(AuthorityCodec, what_was_cut_off_is_damaged) {
  auto issued = some_issued();
  issued.revocation.reset();
  expect_only_whole(encode_issued(issued), [](ByteView bytes) { return decode_issued(bytes); });
  const KeptRevocationList list{"server issuer 1.1", 3, kNow, kNow, 1, Bytes(5)};
  expect_only_whole(encode_revocation_list(list),
                    [](ByteView bytes) { return decode_revocation_list(bytes); });
}

TEST_F(AuthorityCodec, half_a_revocation_is_damage) {
  const Bytes whole = encode_issued(some_issued());
  for (std::size_t cut = 1; cut < 40; ++cut) {
    const auto read = decode_issued(ByteView(whole).first(whole.size() - cut));
    EXPECT_FALSE(read && read->revocation) << cut;
  }
}

}  // namespace
}  // namespace gatehouse::certs
