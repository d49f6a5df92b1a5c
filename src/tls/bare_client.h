#pragma once

// A client that does what ours refuses to do; for tests.

#include "tls/testing.h"

namespace gatehouse::tls::testing {

// The library's own client over memory: nothing verified, everything can be set before the first
// step. Unverified on purpose: what the server does is the question.
class BareClient {
 public:
  explicit BareClient(io::Fd fd, const char* name = "a.example")
      : far_(std::move(fd)), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(context_.get(), &BareClient::keep_session);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_connect_state(ssl_.get());
    if (name != nullptr) SSL_set_tlsext_host_name(ssl_.get(), name);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(in_, -1);
    SSL_set_bio(ssl_.get(), in_, out_);
  }
  BareClient(const BareClient&) = delete;
  BareClient& operator=(const BareClient&) = delete;

  SSL* native() const { return ssl_.get(); }
  BareClient& versions(std::uint16_t oldest, std::uint16_t newest) {
    SSL_set_min_proto_version(ssl_.get(), oldest);
    SSL_set_max_proto_version(ssl_.get(), newest);
    return *this;
  }
  BareClient& version(std::uint16_t only) { return versions(only, only); }
  BareClient& suites(const char* list) {
    EXPECT_EQ(SSL_set_strict_cipher_list(ssl_.get(), list), 1);
    return *this;
  }
  BareClient& groups(const char* list) {
    EXPECT_EQ(SSL_set1_groups_list(ssl_.get(), list), 1);
    return *this;
  }
  BareClient& signatures(std::vector<std::uint16_t> algorithms) {
    EXPECT_EQ(SSL_set_verify_algorithm_prefs(ssl_.get(), algorithms.data(), algorithms.size()), 1);
    return *this;
  }
  BareClient& alpn(std::string_view wire) {
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const std::uint8_t*>(wire.data()),
                        wire.size());
    return *this;
  }
  BareClient& resume(SSL_SESSION* session) {
    EXPECT_EQ(SSL_set_session(ssl_.get(), session), 1);
    return *this;
  }
  BareClient& in_pieces_of(std::size_t bytes) {
    piece_ = bytes;
    return *this;
  }

  // One exchange with the socket. False: nothing moved.
  bool step() {
    const bool got = receive();
    if (!failed_) work();
    return send() || got;
  }
  bool secure() const { return secure_; }
  bool failed() const { return failed_; }
  // The alert that the server sent, or -1.
  int alert() const { return alert_; }
  const std::string& received() const { return received_; }
  // How many bytes each receive got.
  const std::vector<std::size_t>& segments() const { return segments_; }
  bool saw_end() const { return far_.ended(); }
  bool saw_close_notify() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }
  void write(std::string_view text) {
    EXPECT_EQ(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
  }
  // The next bytes that would be sent, to send changed or never.
  std::string take_output() {
    std::string some(1 << 20, '\0');
    const int got = BIO_read(out_, some.data(), static_cast<int>(some.size()));
    return got <= 0 ? "" : some.substr(0, static_cast<std::size_t>(got));
  }
  FarEnd& far() { return far_; }
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  std::uint16_t group() const { return SSL_get_group_id(ssl_.get()); }

  using SessionPtr = std::unique_ptr<SSL_SESSION, crypto::Freer<SSL_SESSION_free>>;
  std::vector<SessionPtr> sessions;

 private:
  static int keep_session(SSL* ssl, SSL_SESSION* session) {
    static_cast<BareClient*>(SSL_get_app_data(ssl))->sessions.emplace_back(session);
    return 1;
  }
  bool receive() {
    const std::string some = far_.receive();
    if (some.empty()) return false;
    segments_.push_back(some.size());
    BIO_write(in_, some.data(), static_cast<int>(some.size()));
    return true;
  }
  void work() {
    int result = secure_ ? 1 : SSL_do_handshake(ssl_.get());
    secure_ = result == 1;
    std::array<char, 20'000> some;
    while (secure_ && (result = SSL_read(ssl_.get(), some.data(), some.size())) > 0) {
      received_.append(some.data(), static_cast<std::size_t>(result));
    }
    const int error = SSL_get_error(ssl_.get(), result);
    failed_ = error == SSL_ERROR_SSL;
    const std::uint32_t why = ERR_peek_error();
    if (failed_ && ERR_GET_REASON(why) >= SSL_AD_REASON_OFFSET) {
      alert_ = ERR_GET_REASON(why) - SSL_AD_REASON_OFFSET;
    }
    ERR_clear_error();
  }
  bool send() {
    outbox_ += take_output();
    const std::size_t part = std::min(piece_, outbox_.size());
    if (part == 0) return false;
    far_.send(std::string_view(outbox_).substr(0, part));
    outbox_.erase(0, part);
    return true;
  }

  FarEnd far_;
  ContextPtr context_;
  ConnectionPtr ssl_;
  BIO* in_;
  BIO* out_;
  std::string outbox_;
  std::string received_;
  std::vector<std::size_t> segments_;
  std::size_t piece_ = 1 << 20;
  int alert_ = -1;
  bool secure_ = false;
  bool failed_ = false;
};

// A server of ours and a bare client of its choice.
class BareTest : public TlsTest {
 protected:
  struct Bare {
    std::unique_ptr<End> server;
    std::unique_ptr<BareClient> client;
    bool secure() const { return server->secure() && client->secure(); }
  };
  Bare bare(const char* name = "a.example", int type = SOCK_STREAM) {
    auto [near, far] = pair(type);
    Bare made{server_end(std::move(near)), std::make_unique<BareClient>(std::move(far), name)};
    made.server->shake();
    return made;
  }
  void run(BareClient& client) {
    do {
      settle();
    } while (client.step());
    settle();
  }
};

}  // namespace gatehouse::tls::testing
