#include "tls/bare_client.h"

namespace gatehouse::tls::testing {
namespace {

using SessionPtr = BareClient::SessionPtr;

class Resumption : public BareTest, public ::testing::WithParamInterface<std::uint16_t> {
 protected:
  // A first visit: its session, learnt with the first response.
  SessionPtr session(const char* name = "a.example") {
    const Bare made = visit(nullptr, name);
    EXPECT_TRUE(made.secure());
    EXPECT_FALSE(made.server->stream.info().resumed);
    EXPECT_EQ(made.client->sessions.size(), 1u) << "one ticket per handshake";
    if (made.client->sessions.empty()) return nullptr;
    return std::move(made.client->sessions.back());
  }
  Bare visit(SSL_SESSION* with, const char* name = "a.example") {
    Bare made = bare(name);
    made.client->version(GetParam());
    if (with != nullptr) made.client->resume(with);
    run(*made.client);
    if (made.server->secure()) EXPECT_EQ(made.server->write("response").bytes, 8u);
    run(*made.client);
    EXPECT_EQ(made.client->received(), "response");
    return made;
  }
  bool resumes(const SessionPtr& from, const char* name = "a.example") {
    const Bare made = visit(from.get(), name);
    EXPECT_TRUE(made.secure()) << made.server->stream.failure();
    EXPECT_EQ(made.client->resumed(), made.server->stream.info().resumed);
    return made.server->stream.info().resumed;
  }
};

INSTANTIATE_TEST_SUITE_P(Version, Resumption, ::testing::ValuesIn(kVersions), [](const auto& p) {
  return p.param == TLS1_3_VERSION ? "Tls13" : "Tls12";
});

TEST_P(Resumption, works_and_may_be_repeated) {
  const SessionPtr kept = session();
  EXPECT_TRUE(resumes(kept));
  EXPECT_TRUE(resumes(kept)) << "the same ticket once more";
}

TEST_P(Resumption, of_a_resumed_session_works) {
  const SessionPtr first = session();
  const Bare second = visit(first.get());
  ASSERT_TRUE(second.secure());
  const SSL_SESSION* next =
      second.client->sessions.empty() ? first.get() : second.client->sessions.back().get();
  EXPECT_TRUE(visit(const_cast<SSL_SESSION*>(next)).server->stream.info().resumed);
}

TEST_P(Resumption, is_not_for_another_name) {
  const SessionPtr kept = session("a.example");
  EXPECT_FALSE(resumes(kept, "b.example"));
  EXPECT_FALSE(resumes(kept, nullptr));
  EXPECT_TRUE(resumes(kept, "a.example"));
}

TEST_P(Resumption, is_not_for_another_policy) {
  const SessionPtr kept = session();
  answer_with(Profile::intermediate, 1);
  EXPECT_FALSE(resumes(kept));
}

TEST_P(Resumption, is_not_for_another_profile) {
  const SessionPtr kept = session();
  answer_with(Profile::compatible);
  EXPECT_FALSE(resumes(kept));
}

TEST_P(Resumption, of_a_name_that_is_gone_is_refused_like_a_first_visit) {
  const SessionPtr kept = session();
  selector.answer = [](const ClientHello&) { return UnknownName{}; };
  const Bare made = bare();
  made.client->version(GetParam()).resume(kept.get());
  run(*made.client);
  EXPECT_EQ(made.server->stream.fault(), HandshakeFault::unknown_name);
}

TEST_P(Resumption, works_on_another_thread_of_the_same_seed) {
  const SessionPtr kept = session();
  const auto first = std::move(server_context);
  serve({});
  const SessionPtr other = session();
  EXPECT_TRUE(resumes(kept));
  const auto second = std::move(server_context);
  server_context = ServerContext::make({}, selector, seed, clock).value();
  EXPECT_TRUE(resumes(other));
}

TEST_P(Resumption, does_not_work_after_a_restart_with_a_new_seed) {
  const SessionPtr kept = session();
  seed = TicketSeed::random(clock.wall());
  serve({});
  EXPECT_FALSE(resumes(kept));
}

TEST_P(Resumption, works_for_an_hour_at_least_and_not_after_two) {
  const SessionPtr kept = session();
  advance(1h);
  EXPECT_TRUE(resumes(kept));
  advance(1h);
  EXPECT_FALSE(resumes(kept));
}

TEST_P(Resumption, works_after_the_clock_was_set_back) {
  advance(5h);
  const SessionPtr kept = session();
  advance(-3h);
  EXPECT_TRUE(resumes(kept));
}

// The ticket of a session with one bit changed.
SessionPtr with_flipped_ticket(const SSL_SESSION* session, std::size_t at) {
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (SSL_SESSION_to_bytes(session, &bytes, &size) != 1) return nullptr;
  const crypto::LibraryBytes owned(bytes);
  const std::uint8_t* ticket = nullptr;
  std::size_t ticket_size = 0;
  SSL_SESSION_get0_ticket(session, &ticket, &ticket_size);
  const ByteView whole(bytes, size);
  const auto found = std::ranges::search(whole, ByteView(ticket, ticket_size));
  if (found.empty()) return nullptr;
  bytes[found.begin() - whole.begin() + static_cast<std::ptrdiff_t>(at % ticket_size)] ^= 1;
  const ContextPtr context(SSL_CTX_new(TLS_client_method()));
  return SessionPtr(SSL_SESSION_from_bytes(bytes, size, context.get()));
}

TEST_P(Resumption, with_a_damaged_ticket_is_a_full_handshake) {
  const SessionPtr kept = session();
  for (const std::size_t at : {0u, 3u, 4u, 15u, 16u, 60u, 120u}) {
    const SessionPtr damaged = with_flipped_ticket(kept.get(), at);
    ASSERT_TRUE(damaged);
    EXPECT_FALSE(resumes(damaged)) << at;
  }
  EXPECT_TRUE(resumes(kept));
}

class Tls13 : public BareTest {};

TEST_F(Tls13, one_ticket_leaves_in_one_write_with_the_first_data) {
  const Bare made = bare("a.example", SOCK_SEQPACKET);
  made.client->version(TLS1_3_VERSION);
  run(*made.client);
  ASSERT_TRUE(made.secure());
  ASSERT_EQ(made.client->segments().size(), 1u) << "ServerHello to Finished is one write";
  EXPECT_TRUE(made.client->sessions.empty());

  EXPECT_EQ(made.server->write("response").status, io::IoStatus::ok);
  run(*made.client);
  EXPECT_EQ(made.client->segments().size(), 2u);
  EXPECT_EQ(made.client->sessions.size(), 1u);
  EXPECT_EQ(made.client->received(), "response");

  EXPECT_EQ(made.server->write("more").status, io::IoStatus::ok);
  run(*made.client);
  EXPECT_EQ(made.client->segments().size(), 3u);
  EXPECT_EQ(made.client->sessions.size(), 1u) << "no second ticket";
}

TEST_F(Tls13, early_data_is_not_offered_and_not_taken) {
  const Bare first = bare();
  SSL_set_early_data_enabled(first.client->native(), 1);
  run(*first.client);
  EXPECT_EQ(first.server->write("x").bytes, 1u);
  run(*first.client);
  ASSERT_EQ(first.client->sessions.size(), 1u);
  SSL_SESSION* session = first.client->sessions.back().get();
  EXPECT_EQ(SSL_SESSION_early_data_capable(session), 0);

  const Bare second = bare();
  SSL_set_early_data_enabled(second.client->native(), 1);
  second.client->resume(session);
  run(*second.client);
  ASSERT_TRUE(second.secure());
  EXPECT_TRUE(second.client->resumed());
  EXPECT_EQ(SSL_early_data_accepted(second.client->native()), 0);
}

}  // namespace
}  // namespace gatehouse::tls::testing
