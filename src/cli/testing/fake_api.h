#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/json.h"
#include "base/clock.h"
#include "cli/api.h"
#include "cli/console.h"
#include "cli/parse.h"
#include "cli/surroundings.h"

namespace gatehouse::cli::testing {

// What a verb said.
class RecordedConsole final : public Console {
 public:
  void data(std::string_view text) override { said += text; }
  void talk(std::string_view text) override { talked += text; }
  bool colours_data() const override { return false; }
  bool colours_talk() const override { return false; }
  bool live() const override { return is_live; }

  std::string said;
  std::string talked;
  bool is_live = false;
};

// Answers of a gatehouse, by method, as JSON; and what it was asked.
struct FakeGatehouse {
  std::map<std::string, std::string, std::less<>> answers;
  // Of the first calls, one after the other; then `answers`.
  std::map<std::string, std::vector<std::string>, std::less<>> queues;
  std::map<std::string, Error, std::less<>> errors;
  std::vector<std::string> events;  // sentences told during a call
  std::vector<std::pair<std::string, std::string>> asked;
};

class FakeApi final : public Api {
 public:
  explicit FakeApi(FakeGatehouse& gatehouse) : gatehouse_(gatehouse) {}

  Result<Ok> call(std::string_view method, const Message& request, Message& response,
                  const EventSink& events) override {
    gatehouse_.asked.emplace_back(method, api::to_json(request));
    for (const std::string& sentence : gatehouse_.events) {
      api::Event event;
      event.set_sentence(sentence);
      if (events) events(event);
    }
    const auto error = gatehouse_.errors.find(method);
    if (error != gatehouse_.errors.end()) return std::unexpected(error->second);
    if (const auto queued = gatehouse_.queues.find(method);
        queued != gatehouse_.queues.end() && !queued->second.empty()) {
      const std::string next = queued->second.front();
      queued->second.erase(queued->second.begin());
      return api::from_json(next, response);
    }
    const auto answer = gatehouse_.answers.find(method);
    if (answer == gatehouse_.answers.end()) return fail(Fault::ours, "No such method.");
    return api::from_json(answer->second, response);
  }

 private:
  FakeGatehouse& gatehouse_;
};

// Everything around a verb, to be looked at afterwards.
struct Stage {
  FakeGatehouse gatehouse;
  RecordedConsole console;
  FakeClock clock;  // 2026-09-21T14:13:20Z
  std::map<std::string, std::string> variables{{"HOME", "/home/someone"}};
  std::filesystem::path here = "/srv/here";

  std::optional<std::string> variable(const char* name) const {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }

  Surroundings around() {
    return {.connect = [this](const Connection&) -> Result<std::unique_ptr<Api>> {
              return std::make_unique<FakeApi>(gatehouse);
            },
            .console = console,
            .clock = clock,
            .environment = [this](const char* name) { return variable(name); },
            .here = here,
            .domain = [] { return std::string("plant4.example"); },
            .version = "1.2.3",
            .wait = [this](std::chrono::milliseconds time) { clock.advance(time); }};
  }
};

}  // namespace gatehouse::cli::testing
