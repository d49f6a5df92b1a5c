#include "http/h2/budget.h"

#include <algorithm>

namespace gatehouse::http {

void H2Budget::earn_time(SteadyTime now) {
  using std::chrono::milliseconds;
  const auto passed = std::chrono::duration_cast<milliseconds>(now - since_);
  if (passed <= milliseconds{0}) return;
  since_ += passed;
  const std::int64_t whole_time = kMost / kPerSecond * 1000 * 2;  // more cannot be kept
  const std::int64_t earned = std::min(passed.count(), whole_time) * kPerSecond / 1000;
  left_ = std::min(left_ + earned, kMost);
}

}  // namespace gatehouse::http
