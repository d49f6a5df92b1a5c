#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

namespace gatehouse::control {

// What has failed waits, longer each time, before it is tried again: 10 minutes, 20, 40, an hour.
class Attempts {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes kFirst{10};
  static constexpr std::chrono::minutes kLongest{60};

  // Why it failed; nullptr: it may be tried.
  const std::string* waits(const std::string& what, Time now) const {
    const auto found = failed_.find(what);
    return found == failed_.end() || now >= found->second.again ? nullptr : &found->second.why;
  }
  void failed(const std::string& what, std::string why, Time now) {
    auto& one = failed_[what];
    one.pause = one.pause.count() == 0 ? kFirst : std::min(one.pause * 2, kLongest);
    one.again = now + one.pause;
    one.why = std::move(why);
  }
  void succeeded(const std::string& what) { failed_.erase(what); }

 private:
  struct Failed {
    std::chrono::minutes pause{0};
    Time again;
    std::string why;
  };
  std::map<std::string, Failed> failed_;
};

}  // namespace gatehouse::control
