#include "io/helper_thread.h"

#include <latch>
#include <string>

#include <gmock/gmock.h>

#include "io/scope.h"
#include "io/testing.h"

namespace gatehouse::io {
namespace {

using namespace std::chrono_literals;

using Answer = Result<std::string>;

Task<void> keep(Task<Answer> task, std::optional<Answer>& answer) { answer.emplace(co_await task); }

class HelperThreadTest : public testing::ReactorTest {
 protected:
  // Runs until the answer is there.
  void wait_for(const std::optional<Answer>& answer) {
    while (!answer) reactor.run_once(10s);
  }
  template <class Work>
  void start(Work work, std::optional<Answer>& answer, Scope& in, Deadline deadline) {
    in.spawn(keep(helper.run(reactor, std::move(work), deadline), answer));
  }
  template <class Work>
  void start(Work work, std::optional<Answer>& answer) {
    start(std::move(work), answer, scope, Deadline::never());
  }

  // Of jobs, which may look at them until the helper is gone.
  std::latch begun{1};
  std::latch released{1};
  HelperThread helper;
  Scope scope{reactor};
};

TEST_F(HelperThreadTest, an_answer_comes_from_another_thread_to_the_one_that_asked) {
  std::optional<Answer> answer;
  std::thread::id worked_on;
  start(
      [&worked_on] {
        worked_on = std::this_thread::get_id();
        return Answer("made");
      },
      answer);
  wait_for(answer);
  EXPECT_EQ(answer->value(), "made");
  EXPECT_NE(worked_on, std::this_thread::get_id());
}

TEST_F(HelperThreadTest, an_error_comes_as_it_is) {
  std::optional<Answer> answer;
  start([] { return Answer(fail(Fault::ours, "no")); }, answer);
  wait_for(answer);
  EXPECT_EQ(answer->error().what, "no");
}

TEST_F(HelperThreadTest, the_reactor_goes_on_while_a_job_runs) {
  std::optional<Answer> slow;
  start(
      [this] {
        released.wait();
        return Answer("slow");
      },
      slow);
  bool posted = false;
  reactor.post([&posted] { posted = true; });
  settle();
  EXPECT_TRUE(posted);
  EXPECT_FALSE(slow);
  released.count_down();
  wait_for(slow);
  EXPECT_EQ(slow->value(), "slow");
}

TEST_F(HelperThreadTest, jobs_are_done_in_the_order_of_their_coming) {
  std::string order;
  std::array<std::optional<Answer>, 3> answers;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    start(
        [&order, i] {
          order += static_cast<char>('a' + i);
          return Answer(order);
        },
        answers.at(i));
  }
  wait_for(answers[2]);
  EXPECT_EQ(answers[2]->value(), "abc");
}

TEST_F(HelperThreadTest, who_is_cancelled_gets_an_error_and_what_has_not_begun_is_not_done) {
  bool done = false;
  std::optional<Answer> running;
  std::optional<Answer> waiting;
  Scope cancelled(reactor);
  start(
      [&] {
        begun.count_down();
        released.wait();
        return Answer("late");
      },
      running, cancelled, Deadline::never());
  start(
      [&done] {
        done = true;
        return Answer("never");
      },
      waiting, cancelled, Deadline::never());
  begun.wait();
  cancelled.cancel();
  settle();
  ASSERT_TRUE(running && waiting);
  EXPECT_FALSE(*running);
  EXPECT_FALSE(*waiting);
  released.count_down();
  std::optional<Answer> next;
  start([] { return Answer("next"); }, next);
  wait_for(next);
  EXPECT_EQ(next->value(), "next");
  EXPECT_FALSE(done);
}

TEST_F(HelperThreadTest, a_deadline_ends_the_wait) {
  std::optional<Answer> answer;
  start(
      [this] {
        released.wait();
        return Answer("late");
      },
      answer, scope, reactor.in(60s));
  settle();
  advance(61s);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().kind, ErrorKind::timed_out);
  EXPECT_TRUE(answer->error().retry);
  released.count_down();
}

TEST_F(HelperThreadTest, more_than_the_queue_holds_is_refused_for_now) {
  std::optional<Answer> first;
  start(
      [&] {
        begun.count_down();
        released.wait();
        return Answer("first");
      },
      first);
  begun.wait();
  std::array<std::optional<Answer>, HelperThread::kMostWaiting + 1> more;
  for (auto& one : more) start([] { return Answer("one"); }, one);
  settle();
  ASSERT_TRUE(more.back());
  EXPECT_EQ(more.back()->error().kind, ErrorKind::conflict);
  EXPECT_TRUE(more.back()->error().retry);
  released.count_down();
  wait_for(more[HelperThread::kMostWaiting - 1]);
}

TEST_F(HelperThreadTest, what_waits_at_its_end_is_dropped) {
  std::optional<Answer> first;
  std::optional<Answer> second;
  Scope own(reactor);
  bool done = false;
  {
    HelperThread one;
    own.spawn(keep(one.run(
                       reactor,
                       [&] {
                         begun.count_down();
                         released.wait();
                         return Answer("first");
                       },
                       Deadline::never()),
                   first));
    own.spawn(keep(one.run(
                       reactor,
                       [&done] {
                         done = true;
                         return Answer("second");
                       },
                       Deadline::never()),
                   second));
    begun.wait();
    own.cancel();
    settle();
    released.count_down();
  }
  EXPECT_FALSE(*first);
  EXPECT_FALSE(*second);
  EXPECT_FALSE(done);
}

}  // namespace
}  // namespace gatehouse::io
