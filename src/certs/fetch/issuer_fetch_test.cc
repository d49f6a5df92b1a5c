#include "certs/fetch/issuer_fetch.h"

#include <list>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "crypto/exchange/pkcs7_writer.h"
#include "crypto/testing/chains.h"
#include "io/testing.h"
#include "io/testing/servers.h"

namespace gatehouse::certs {
namespace {

using namespace std::chrono_literals;
using crypto::testing::Ca;
using io::testing::Listening;
using ::testing::HasSubstr;
using ::testing::Not;

std::string answer_of(std::string_view content) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", content.size(), content);
}

std::string redirect_to(std::string_view location) {
  return fmt::format("HTTP/1.1 301 Moved\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", location);
}

io::Task<void> keep(io::Task<Result<FetchedIssuer>> task,
                    std::optional<Result<FetchedIssuer>>& result) {
  result.emplace(co_await task);
}

class IssuerFetchTest : public io::testing::ReactorTest {
 protected:
  static const Ca& authority() {
    static const Ca made;
    return made;
  }
  static const crypto::Certificate& leaf() {
    static const crypto::Certificate made = authority().serve({"a.example"}).leaf();
    return made;
  }

  // A server of one answer; the URL of a file on it.
  std::string serving(std::string answer) {
    servers_.emplace_back(reactor, [this, answer = std::move(answer)](io::Reactor& on, io::Fd fd) {
      return io::testing::serve_plainly(on, std::move(fd), answer, heard_);
    });
    return fmt::format("http://127.0.0.1:{}/i.cer", servers_.back().port());
  }
  std::string silent() {
    servers_.emplace_back(reactor, io::testing::keep_silent);
    return fmt::format("http://127.0.0.1:{}/i.cer", servers_.back().port());
  }

  void start(std::vector<std::string> urls) {
    scope_.spawn(keep(fetch_issuer(reactor, *resolver_, leaf(), std::move(urls)), result_));
  }
  Result<FetchedIssuer> fetch(std::vector<std::string> urls) {
    start(std::move(urls));
    while (!result_) reactor.run_once(10s);
    return std::exchange(result_, std::nullopt).value();
  }
  std::string refused(std::vector<std::string> urls) {
    const auto fetched = fetch(std::move(urls));
    EXPECT_FALSE(fetched);
    return fetched ? "" : fetched.error().what;
  }

  std::unique_ptr<io::Resolver> resolver_ = io::Resolver::make(reactor).value();
  std::list<Listening> servers_;
  std::string heard_;
  std::optional<Result<FetchedIssuer>> result_;
  io::Scope scope_{reactor};
};

TEST_F(IssuerFetchTest, F2_the_intermediate_comes_as_der_pem_or_pkcs7) {
  const crypto::Certificate& issuer = authority().intermediate;
  const std::vector<crypto::Certificate> both{authority().root, issuer};
  const auto pkcs7 = crypto::write_pkcs7(both).value();
  for (const std::string& content : {std::string(as_text(issuer.der())), issuer.to_pem(),
                                     std::string(as_text(ByteView(pkcs7)))}) {
    const std::string url = serving(answer_of(content));
    const auto fetched = fetch({url});
    ASSERT_TRUE(fetched) << fetched.error().what;
    EXPECT_EQ(fetched->certificate, issuer);
    EXPECT_EQ(fetched->url, url);
  }
  EXPECT_THAT(heard_, HasSubstr("GET /i.cer HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_THAT(heard_, Not(HasSubstr("Cookie")));
}

TEST_F(IssuerFetchTest, what_has_not_signed_the_certificate_is_not_taken) {
  // Of the same name, with another key.
  const Ca other;
  EXPECT_THAT(refused({serving(answer_of(other.intermediate.to_pem()))}),
              HasSubstr("what is there (CN=intermediate) has not signed CN=a.example."));
  EXPECT_THAT(refused({serving(answer_of(authority().root.to_pem()))}),
              HasSubstr("(CN=root) has not signed"));
}

TEST_F(IssuerFetchTest, what_is_no_certificate_is_not_taken) {
  EXPECT_THAT(refused({serving(answer_of("<html>moved</html>"))}), HasSubstr("no certificate"));
  EXPECT_THAT(refused({serving(answer_of(""))}), HasSubstr("no certificate"));
  EXPECT_THAT(refused({serving("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")}),
              HasSubstr("the server answered with 404."));
  EXPECT_THAT(refused({serving("SSH-2.0-OpenSSH_9.2\r\n")}), HasSubstr("not HTTP"));
}

TEST_F(IssuerFetchTest, no_more_is_read_than_a_certificate_needs) {
  EXPECT_THAT(refused({serving(answer_of(std::string(70'000, 'x')))}),
              HasSubstr("the server sent more than 64 KiB"));
  EXPECT_THAT(refused({serving("HTTP/1.0 200 OK\r\n\r\n" + std::string(70'000, 'x'))}),
              HasSubstr("the server sent more than 64 KiB"));
}

TEST_F(IssuerFetchTest, a_server_that_says_nothing_is_left_after_ten_seconds) {
  start({silent()});
  settle();
  advance(9s);
  EXPECT_FALSE(result_);
  advance(2s);
  ASSERT_TRUE(result_);
  ASSERT_FALSE(*result_);
  EXPECT_THAT(result_->error().what, HasSubstr("did not answer in time"));
  EXPECT_EQ(result_->error().kind, ErrorKind::timed_out);
}

TEST_F(IssuerFetchTest, three_redirects_are_followed_and_none_to_https) {
  const std::string file = serving(answer_of(authority().intermediate.to_pem()));
  const std::string one = serving(redirect_to(file));
  const std::string two = serving(redirect_to(one));
  const std::string three = serving(redirect_to(two));
  const auto fetched = fetch({three});
  ASSERT_TRUE(fetched) << fetched.error().what;
  EXPECT_EQ(fetched->url, file);
  EXPECT_THAT(refused({serving(redirect_to(three))}), HasSubstr("more than 3 redirects"));
  EXPECT_THAT(refused({serving(redirect_to("https://ca.example/i.cer"))}),
              HasSubstr("redirects elsewhere"));
}

TEST_F(IssuerFetchTest, the_next_url_is_asked_where_one_fails) {
  const std::string missing = serving("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  const std::string good = serving(answer_of(authority().intermediate.to_pem()));
  EXPECT_EQ(fetch({"https://ca.example/i", missing, good})->url, good);
  const std::string all = refused({"ldap://ca.example/i", missing});
  EXPECT_THAT(all, HasSubstr("only http:// is"));
  EXPECT_THAT(all, HasSubstr("404"));
  EXPECT_THAT(refused({}), HasSubstr("does not say where its issuer's is"));
}

TEST_F(IssuerFetchTest, nobody_there_is_told_so) {
  std::string url;
  {
    const Listening gone(reactor, io::testing::keep_silent);
    url = fmt::format("http://127.0.0.1:{}/", gone.port());
  }
  EXPECT_THAT(refused({url}), HasSubstr("refused the connection"));
}

}  // namespace
}  // namespace gatehouse::certs
