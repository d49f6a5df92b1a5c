#include "certs/renewal/default_records.h"

#include <gtest/gtest.h>

#include "certs/testing/records.h"

namespace gatehouse::certs {
namespace {

TEST(DefaultRecords, read_as_they_were_written) {
  const DefaultRecords whole{RecordId::random(), RecordId::random(), testing::kNow};
  EXPECT_EQ(decode_default_records(encode_default_records(whole)), whole);
  const DefaultRecords one{RecordId::random(), {}, {}};
  EXPECT_EQ(decode_default_records(encode_default_records(one)), one);
  EXPECT_EQ(decode_default_records(encode_default_records({})), DefaultRecords{});
}

TEST(DefaultRecords, that_are_damaged_are_none) {
  const Bytes whole =
      encode_default_records({RecordId::random(), RecordId::random(), testing::kNow});
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const auto cut = decode_default_records(ByteView(whole).first(length));
    // Fields may be left out, but not halves of them.
    if (cut)
      EXPECT_EQ(encode_default_records(*cut),
                Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  Bytes more = whole;
  more.push_back(0);
  EXPECT_FALSE(decode_default_records(more));
  EXPECT_FALSE(decode_default_records(as_bytes("damaged")));
}

}  // namespace
}  // namespace gatehouse::certs
