#include "edge/session/exchange.h"

#include <gmock/gmock.h>

#include "edge/session/testing.h"

namespace gatehouse::edge {
namespace {

using testing::Edge;
using testing::Peer;
using namespace std::chrono_literals;

// A client that takes everything at once, and whose application never runs out of content.
class InsatiableClient : public ClientSide {
 public:
  explicit InsatiableClient(std::unique_ptr<Peer>& application) : application_(application) {
    request_.method = http::Method::get;
    request_.method_text = "GET";
    request_.target = request_.path = "/";
    request_.authority_text = "a";
  }

  const http::RequestHead& request() const override { return request_; }
  const http::ClientFacts& facts() const override { return facts_; }
  bool body_done() const override { return true; }
  std::expected<void, ClientFault> take_body(io::Lease& /*into*/) override { return {}; }
  io::Task<std::expected<void, ClientFault>> read_body(io::Lease& /*into*/) override {
    co_return std::expected<void, ClientFault>{};
  }
  void abandon_content() override {}
  const http::Trailers* trailers() const override { return nullptr; }
  std::size_t piece() const override { return io::BufferPool::kRelay; }
  io::Task<bool> send_interim(const http::ResponseHead& /*response*/) override { co_return true; }
  Sent start_response(const http::ResponseHead& /*response*/, io::Lease& content,
                      bool /*end*/) override {
    return take(content);
  }
  Sent send_content(io::Lease& content, bool /*end*/) override { return take(content); }
  Sent send_trailers(io::Lease& /*empty*/, const http::Trailers& /*trailers*/) override {
    return Sent::done;
  }
  io::Task<bool> settle(io::Lease& /*content*/) override { co_return true; }
  void become_tunnel() override {}
  void interrupt_when_gone(io::Interruptible* /*upstream*/) override {}
  bool gone() const override { return false; }
  bool started() const override { return taken > 0; }
  std::uint64_t bytes_read() const override { return 0; }
  std::uint64_t bytes_sent() const override { return taken; }

  std::size_t taken = 0;

 protected:
  Sent take(io::Lease& content) {
    taken += content.size();
    content.consume(content.size());
    application_->say(std::string(64 * 1024, 'x'));
    return taken < (std::size_t{64} << 20) ? Sent::done : Sent::failed;
  }

  std::unique_ptr<Peer>& application_;
  http::RequestHead request_;
  http::ClientFacts facts_;
};

// Content of a request that comes as fast as the application takes it.
class InexhaustibleClient final : public InsatiableClient {
 public:
  explicit InexhaustibleClient(std::unique_ptr<Peer>& application) : InsatiableClient(application) {
    request_.method = http::Method::post;
    request_.method_text = "POST";
    request_.body = http::BodyLength::exact(std::uint64_t{1} << 40);
  }
  bool body_done() const override { return taken >= std::size_t{64} << 20; }
  io::Task<std::expected<void, ClientFault>> read_body(io::Lease& into) override {
    if (application_) (void)application_->heard();
    into.take(io::BufferPool::Size::large, io::BufferPool::kTailroom);
    into.append(std::string(io::BufferPool::kRelay, 'x'));
    taken += into.size();
    co_return std::expected<void, ClientFault>{};
  }
};

class ExchangeTest : public Edge {
 protected:
  static io::Task<void> run(Exchange& exchange, bool& ended) {
    (void)co_await exchange.run();
    ended = true;
  }
};

TEST_F(ExchangeTest, content_without_end_does_not_keep_others_waiting) {
  open();
  std::unique_ptr<Peer> application;
  InsatiableClient client(application);
  RequestContext request{listener->generation, {}, {}};
  Exchange exchange(*thread, request, client, group());
  bool ended = false;
  scope.spawn(run(exchange, ended));
  application = taken_by_app();
  application->say("HTTP/1.1 200 OK\r\n\r\n" + std::string(64 * 1024, 'x'));
  reactor.run_once(0ms);
  EXPECT_GT(client.taken, 0u);
  EXPECT_FALSE(ended) << "the loop came back only at the end of it all";
  scope.cancel();
  settle();
}

TEST_F(ExchangeTest, an_upload_without_end_does_not_keep_others_waiting) {
  open();
  std::unique_ptr<Peer> application;
  InexhaustibleClient client(application);
  RequestContext request{listener->generation, {}, {}};
  Exchange exchange(*thread, request, client, group());
  bool ended = false;
  scope.spawn(run(exchange, ended));
  application = taken_by_app();
  ASSERT_TRUE(application);
  (void)application->heard();
  reactor.run_once(0ms);
  EXPECT_GT(client.taken, std::size_t{1} << 20);
  EXPECT_FALSE(client.body_done()) << "the loop came back only at the end of it all";
  scope.cancel();
  settle();
}

}  // namespace
}  // namespace gatehouse::edge
