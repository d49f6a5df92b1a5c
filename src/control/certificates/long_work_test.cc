#include <latch>

#include <gmock/gmock.h>

#include "control/certificates/testing/desk_fixture.h"
#include "crypto/exchange/pkcs12_writer.h"

namespace gatehouse::control {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

template <class T>
io::Task<void> keep(io::Task<T> task, std::optional<T>& into) {
  into.emplace(co_await task);
}

// While the helper thread is at something that takes long.
class LongWorkTest : public testing::DeskFixture {
 protected:
  LongWorkTest() {
    (void)desk();
    scope_.spawn(keep(helper.run(
                          reactor,
                          [this] {
                            released_.wait();
                            return Result<Ok>(Ok{});
                          },
                          io::Deadline::never()),
                      before_));
  }
  ~LongWorkTest() override { release(); }

  void release() {
    if (std::exchange(held_, false)) released_.count_down();
    while (scope_.running() > 0) reactor.run_once(10s);
  }

  // The answer, which comes once the thread is free; others are answered before.
  template <class Response>
  Response after_the_work(CertificateDesk::Answer<Response> task) {
    std::optional<Result<Response>> answer;
    scope_.spawn(keep(std::move(task), answer));
    (void)listed();
    EXPECT_FALSE(answer) << "it did not wait for the thread";
    release();
    return must(std::move(answer).value());
  }

  std::latch released_{1};
  bool held_ = true;
  std::optional<Result<Ok>> before_;
  io::Scope scope_{reactor};
};

TEST_F(LongWorkTest, a_key_is_made_beside_the_other_calls) {
  api::CreateCertificateRequest request;
  request.add_names("a.example");
  const auto made = after_the_work(desk().create(request, ops()));
  EXPECT_EQ(made.certificate().name(), "a.example");
}

TEST_F(LongWorkTest, the_key_of_a_request_is_made_beside_the_other_calls) {
  api::RequestCertificateRequest request;
  request.add_names("a.example");
  const auto made = after_the_work(desk().request(request, ops()));
  EXPECT_EQ(made.request().name(), "a.example");
}

TEST_F(LongWorkTest, files_are_opened_beside_the_other_calls) {
  const auto passphrase = crypto::Passphrase::parse(testing::kStrong).value();
  const Secret pfx =
      crypto::write_pkcs12(certs::testing::identity({"a.example"}), {}, passphrase).value();
  auto request = import_of(as_text(pfx.view()), "a");
  request.add_passphrases(std::string(testing::kStrong));
  const auto imported = after_the_work(desk().import(std::move(request), ops()));
  EXPECT_TRUE(imported.change().applied());
  EXPECT_THAT(names_on("identities"), ElementsAre("a"));
}

TEST_F(LongWorkTest, a_key_is_written_beside_the_other_calls) {
  put("a", certs::testing::identity({"a.example"}));
  api::ExportKeyRequest request;
  *request.mutable_selector() = selector("a");
  request.set_passphrase(std::string(testing::kStrong));
  const auto file = after_the_work(desk().export_key(std::move(request), ops()));
  EXPECT_EQ(file.file_name(), "a.pfx");
}

TEST_F(LongWorkTest, who_waits_too_long_is_told_and_nothing_was_changed) {
  api::CreateCertificateRequest request;
  request.add_names("a.example");
  std::optional<Result<api::CreateCertificateResponse>> answer;
  scope_.spawn(keep(desk().create(request, ops()), answer));
  (void)listed();
  clock.advance(61s);
  while (!answer) reactor.run_once(0ms);
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().kind, ErrorKind::timed_out);
  release();
  EXPECT_THAT(names_on("identities"), Not(Contains("a.example")));
}

}  // namespace
}  // namespace gatehouse::control
