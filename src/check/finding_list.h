#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/report.h"

namespace gatehouse::check {

// Collects what is found about one target.
class FindingList {
 public:
  explicit FindingList(std::string about) : about_(std::move(about)) {}

  // `sentence` says what is, `remedy` what to do; it may be empty.
  void error(std::string_view code, std::string sentence, std::string remedy) {
    add(Severity::error, code, std::move(sentence), std::move(remedy));
  }
  void warning(std::string_view code, std::string sentence, std::string remedy) {
    add(Severity::warning, code, std::move(sentence), std::move(remedy));
  }
  void notice(std::string_view code, std::string sentence, std::string remedy) {
    add(Severity::notice, code, std::move(sentence), std::move(remedy));
  }

  // The gravest first, otherwise in the order in which they were found.
  std::vector<Finding> sorted() const {
    std::vector<Finding> all;
    for (const Severity severity : {Severity::error, Severity::warning, Severity::notice}) {
      for (const Finding& finding : found_) {
        if (finding.severity == severity) all.push_back(finding);
      }
    }
    return all;
  }

 private:
  void add(Severity severity, std::string_view code, std::string sentence, std::string remedy) {
    found_.push_back({code, severity, std::move(sentence), std::move(remedy), about_});
  }

  std::string about_;
  std::vector<Finding> found_;
};

// What a report says of the certificates of a server, and of its answers in HTTP.
void judge_certificates(const Report& report, FindingList& found);
void judge_http(const Report& report, FindingList& found);

// A certificate should have been renewed when so much of its life has passed, whatever its life is.
inline constexpr double kDueAfter = 2.0 / 3;

}  // namespace gatehouse::check
