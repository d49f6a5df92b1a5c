#include "tls/ticket_keys.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace gatehouse::tls {
namespace {

using namespace std::chrono_literals;

class Tickets : public testing::Test {
 protected:
  static Bytes seal(TicketKeys& keys, std::string_view text, std::string_view context = "a") {
    Bytes out(text.size() + TicketKeys::kOverhead);
    out.resize(keys.seal(out, as_bytes(text), as_bytes(context)));
    return out;
  }
  static std::string open(TicketKeys& keys, const Bytes& ticket, std::string_view context = "a") {
    Bytes out(ticket.size());
    out.resize(keys.open(out, ticket, as_bytes(context)));
    return std::string(as_text(out));
  }

  FakeClock clock;
  TicketSeed seed = TicketSeed::random(clock.wall());
  TicketKeys keys{seed, clock};
};

TEST_F(Tickets, open_what_they_sealed) {
  for (const std::size_t size : {1u, 16u, 199u, 5000u}) {
    const std::string text(size, 'x');
    const Bytes ticket = seal(keys, text);
    EXPECT_EQ(ticket.size(), size + TicketKeys::kOverhead);
    EXPECT_EQ(open(keys, ticket), text);
  }
}

TEST_F(Tickets, of_equal_sessions_differ_and_hide_the_text) {
  const Bytes one = seal(keys, "a session of some length");
  EXPECT_NE(one, seal(keys, "a session of some length"));
  EXPECT_EQ(as_text(one).find("session"), std::string_view::npos);
}

TEST_F(Tickets, may_be_sealed_and_opened_in_place) {
  const std::string_view text = "in the same place";
  Bytes buffer(text.size() + TicketKeys::kOverhead);
  std::ranges::copy(as_bytes(text), buffer.begin());
  ASSERT_EQ(keys.seal(buffer, ByteView(buffer).first(text.size()), as_bytes("a")), buffer.size());
  ASSERT_EQ(keys.open(buffer, buffer, as_bytes("a")), text.size());
  EXPECT_EQ(as_text(ByteView(buffer).first(text.size())), text);
}

TEST_F(Tickets, need_their_room) {
  const std::string_view text = "text";
  Bytes out(text.size() + TicketKeys::kOverhead - 1);
  EXPECT_EQ(keys.seal(out, as_bytes(text), as_bytes("a")), 0u);
  const Bytes ticket = seal(keys, text);
  Bytes small(text.size());
  EXPECT_EQ(keys.open(small, ticket, as_bytes("a")), 0u);
}

TEST_F(Tickets, open_only_in_their_context) {
  const Bytes ticket = seal(keys, "text", "profile and name");
  EXPECT_EQ(open(keys, ticket, "profile and name"), "text");
  EXPECT_EQ(open(keys, ticket, "profile and nam"), "");
  EXPECT_EQ(open(keys, ticket, ""), "");
}

TEST_F(Tickets, with_any_changed_byte_do_not_open) {
  const Bytes ticket = seal(keys, "text");
  for (std::size_t i = 0; i < ticket.size(); ++i) {
    for (const int bit : {0, 7}) {
      Bytes changed = ticket;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ 1 << bit);
      EXPECT_EQ(open(keys, changed), "") << i;
    }
  }
}

TEST_F(Tickets, that_do_not_open_leave_no_error_for_the_handshake_behind) {
  EXPECT_EQ(open(keys, seal(keys, "text"), "elsewhere"), "");
  EXPECT_EQ(ERR_peek_error(), 0u);
}

TEST_F(Tickets, cut_short_do_not_open) {
  const Bytes ticket = seal(keys, "text");
  for (std::size_t size = 0; size < ticket.size(); ++size) {
    const Bytes cut(ticket.begin(), ticket.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(open(keys, cut), "") << size;
  }
}

TEST_F(Tickets, of_another_seed_do_not_open) {
  TicketKeys others(TicketSeed::random(clock.wall()), clock);
  EXPECT_EQ(open(others, seal(keys, "text")), "");
}

TEST_F(Tickets, of_one_thread_open_on_another) {
  TicketKeys other(seed, clock);
  EXPECT_EQ(open(other, seal(keys, "text")), "text");
  EXPECT_EQ(open(keys, seal(other, "text")), "text");
}

TEST_F(Tickets, of_a_thread_that_has_been_idle_for_days_open_on_another) {
  TicketKeys idle(seed, clock);
  clock.advance(73h);
  EXPECT_EQ(open(keys, seal(idle, "text")), "text");
}

TEST_F(Tickets, open_during_the_next_hour_and_not_after) {
  const Bytes ticket = seal(keys, "text");
  clock.advance(1h - 1s);
  EXPECT_EQ(open(keys, ticket), "text");
  clock.advance(1s);
  EXPECT_EQ(open(keys, ticket), "text");
  clock.advance(1h - 1s);
  EXPECT_EQ(open(keys, ticket), "text");
  clock.advance(1s);
  EXPECT_EQ(open(keys, ticket), "");
}

TEST_F(Tickets, of_an_hour_not_yet_reached_do_not_open_and_cost_nothing) {
  FakeClock ahead(clock.wall() + 5h);
  TicketKeys early(seed, ahead);
  EXPECT_EQ(open(keys, seal(early, "text")), "");
  EXPECT_EQ(open(keys, seal(keys, "text")), "text");
}

TEST_F(Tickets, T11_of_a_program_open_at_its_successor_as_long_as_they_are_valid) {
  clock.advance(49h);
  const Bytes old = seal(keys, "an hour ago");
  clock.advance(1h);
  const Bytes young = seal(keys, "now");
  TicketKeys successor(seed.at(clock.wall()), clock);
  EXPECT_EQ(open(successor, old), "an hour ago");
  EXPECT_EQ(open(successor, young), "now");
  EXPECT_EQ(open(keys, seal(successor, "back")), "back");
  clock.advance(1h);
  EXPECT_EQ(open(successor, old), "");
  EXPECT_EQ(open(successor, young), "now");
}

TEST_F(Tickets, of_long_ago_do_not_open_by_what_a_successor_gets) {
  const Bytes ticket = seal(keys, "text");
  clock.advance(5h);
  const TicketSeed later = seed.at(clock.wall());
  EXPECT_EQ(later.epoch, 4u);
  EXPECT_NE(later.secret, seed.secret);
  clock.advance(-5h);
  TicketKeys successor(later, clock);
  EXPECT_EQ(open(successor, ticket), "");
}

TEST_F(Tickets, seeds_go_ahead_only) {
  EXPECT_EQ(seed.at(clock.wall()), seed);
  EXPECT_EQ(seed.at(clock.wall() + 1h), seed) << "tickets of the hour before are valid";
  EXPECT_EQ(seed.at(clock.wall() - 5h), seed);
  const TicketSeed ahead = seed.at(clock.wall() + 9h);
  EXPECT_EQ(ahead.at(clock.wall() + 3h), ahead);
  EXPECT_EQ(seed.at(clock.wall() + 3h).at(clock.wall() + 9h), ahead);
}

TEST_F(Tickets, survive_a_clock_set_back) {
  clock.advance(3h);
  const Bytes ticket = seal(keys, "text");
  clock.advance(-2h);
  EXPECT_EQ(open(keys, ticket), "text");
  EXPECT_EQ(open(keys, seal(keys, "later")), "later");
  clock.advance(-24h);
  EXPECT_EQ(open(keys, seal(keys, "before the start")), "before the start");
}

TEST_F(Tickets, old_keys_are_gone_even_when_the_clock_goes_back) {
  const Bytes ticket = seal(keys, "text");
  clock.advance(2h);
  EXPECT_EQ(open(keys, ticket), "");
  clock.advance(-2h);
  EXPECT_EQ(open(keys, ticket), "");
}

TEST(TicketSeed, is_another_one_every_time) {
  EXPECT_NE(TicketSeed::random({}).secret, TicketSeed::random({}).secret);
}

}  // namespace
}  // namespace gatehouse::tls
