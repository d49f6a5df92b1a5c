#include "certs/store/record_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "certs/store/fields.h"
#include "certs/store/history.h"
#include "certs/store/record_reader.h"
#include "certs/testing/records.h"

namespace gatehouse::certs {
namespace {

using testing::kNow;

Record some_record() {
  const auto identity = crypto::testing::Ca().serve({"www.example.org", "example.org"});
  return {{RecordId::random(), Shelf::identities, RecordName::parse("www \u00fc").value(),
           Owner::parse("user:ops").value(), Origin::local_ca,
           std::chrono::floor<std::chrono::seconds>(kNow), 7},
          identity.chain};
}

TEST(RecordCodec, a_record_is_read_as_it_was_written) {
  const Record written = some_record();
  const auto read = decode_record(encode_record(written));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, written.id);
  EXPECT_EQ(read->shelf, written.shelf);
  EXPECT_EQ(read->name, written.name);
  EXPECT_EQ(read->owner, written.owner);
  EXPECT_EQ(read->origin, written.origin);
  EXPECT_EQ(read->created, written.created);
  EXPECT_EQ(read->version, written.version);
  EXPECT_EQ(read->chain, written.chain);
  EXPECT_EQ(read->names, written.names);
  EXPECT_EQ(encode_record(*read), encode_record(written));
}

TEST(RecordCodec, the_chain_of_a_record_is_read_without_the_rest) {
  const Record written = some_record();
  const Bytes value = encode_record(written);
  const auto read = decode_chain(value);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, written.id);
  ASSERT_EQ(read->chain.size(), written.chain.size());
  for (std::size_t i = 0; i < written.chain.size(); ++i) {
    EXPECT_EQ(as_text(read->chain[i]), as_text(written.chain[i].der()));
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    EXPECT_FALSE(decode_chain(ByteView(value).first(i))) << i;
  }
}

TEST(RecordCodec, a_summary_is_read_as_it_was_written) {
  const auto written = summary_of(some_record());
  const auto read = decode_summary(encode_summary(written));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->names, written.names);
  EXPECT_EQ(read->not_after, std::chrono::floor<std::chrono::seconds>(written.not_after));
  EXPECT_EQ(read->not_before, std::chrono::floor<std::chrono::seconds>(written.not_before));
  EXPECT_EQ(read->sha256, written.sha256);
  EXPECT_EQ(read->key_algorithm, crypto::KeyAlgorithm::ecdsa);
  EXPECT_TRUE(read->server);
  EXPECT_EQ(read->owner, written.owner);
}

TEST(RecordCodec, a_summary_says_what_a_certificate_is_not_for) {
  RecordSummary written = summary_of(some_record());
  written.server = false;
  written.key_algorithm = std::nullopt;
  const auto read = decode_summary(encode_summary(written));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->server);
  EXPECT_FALSE(read->key_algorithm);
  written.key_algorithm = crypto::KeyAlgorithm::rsa;
  EXPECT_EQ(decode_summary(encode_summary(written))->key_algorithm, crypto::KeyAlgorithm::rsa);
}

TEST(RecordCodec, history_is_read_as_it_was_written) {
  const Record before = some_record();
  const HistoryEntry written{Event::renamed, before.created, {"ops", "why"}, before};
  const auto read = decode_history(encode_history(written));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->event, Event::renamed);
  EXPECT_EQ(read->when, before.created);
  EXPECT_EQ(read->cause.who, "ops");
  EXPECT_EQ(read->cause.why, "why");
  EXPECT_EQ(encode_record(*read->before), encode_record(before));
  EXPECT_EQ(decode_history(encode_history({Event::added, kNow, {}, std::nullopt}))->before,
            std::nullopt);
}

TEST(RecordCodec, a_value_that_is_cut_or_has_more_is_nothing) {
  const Record record = some_record();
  const Bytes values[]{encode_record(record), encode_summary(summary_of(record)),
                       encode_history({Event::removed, kNow, {"a", "b"}, record})};
  for (std::size_t i = 0; i < values[0].size(); ++i) {
    EXPECT_FALSE(decode_record(ByteView(values[0]).first(i))) << i;
  }
  Bytes longer = values[0];
  longer.push_back(0);
  EXPECT_FALSE(decode_record(longer));
  // Its last two fields may be missing as a whole.
  const std::size_t role = 5 + role_text(Role::server).size();
  const std::size_t algorithm = 5 + std::string_view("ecdsa").size();
  for (std::size_t i = 0; i < values[1].size(); ++i) {
    const std::size_t rest = values[1].size() - i;
    const bool whole = rest == role || rest == role + algorithm;
    EXPECT_EQ(decode_summary(ByteView(values[1]).first(i)).has_value(), whole) << i;
  }
  EXPECT_FALSE(decode_history(ByteView(values[2]).first(values[2].size() - 1)));
}

TEST(Fields, a_reader_stays_where_it_is_when_the_next_field_is_another_one) {
  const Bytes value = FieldWriter().text(1, "a").number(2, -5).time(3, kNow).take();
  FieldReader reader(value);
  EXPECT_FALSE(reader.text(2));
  EXPECT_FALSE(reader.number(1));
  EXPECT_EQ(reader.text(1), "a");
  EXPECT_FALSE(reader.time(3));
  EXPECT_EQ(reader.number(2), -5);
  EXPECT_EQ(reader.time(3), std::chrono::floor<std::chrono::seconds>(kNow));
  EXPECT_TRUE(reader.done());
}

TEST(Fields, a_time_beyond_the_clock_is_none) {
  const Bytes value = FieldWriter().number(1, INT64_MAX).take();
  FieldReader reader(value);
  EXPECT_FALSE(reader.time(1));
  EXPECT_EQ(reader.number(1), INT64_MAX);
  EXPECT_FALSE(decode_time(value));
  EXPECT_EQ(decode_time(encode_time(kNow)), std::chrono::floor<std::chrono::seconds>(kNow));
}

}  // namespace
}  // namespace gatehouse::certs
