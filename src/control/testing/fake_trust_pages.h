#pragma once

#include <vector>

#include "control/trust_pages.h"

namespace gatehouse::control::testing {

// Opens and closes nothing, and remembers what it was asked.
class FakeTrustPages final : public TrustPages {
 public:
  api::ShowTrustResponse show() const override {
    api::ShowTrustResponse shown;
    shown.set_name("gatehouse local CA");
    return shown;
  }
  Result<api::TrustPageState> open(const api::OpenTrustPageRequest& request,
                                   const Caller& caller) override {
    opened.push_back(request);
    callers.push_back(caller);
    api::TrustPageState state;
    state.set_open(true);
    return state;
  }
  api::TrustPageState close(const Caller& caller) override {
    callers.push_back(caller);
    return {};
  }

  std::vector<api::OpenTrustPageRequest> opened;
  std::vector<Caller> callers;
};

}  // namespace gatehouse::control::testing
