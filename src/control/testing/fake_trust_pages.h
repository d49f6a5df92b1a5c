#pragma once

#include <vector>

#include "control/trust_pages.h"

namespace gatehouse::control::testing {

// Opens and closes nothing, and remembers what it was asked.
class FakeTrustPages final : public TrustPages {
 public:
  io::Task<Result<api::ShowTrustResponse>> show(api::ShowTrustRequest request) override {
    api::ShowTrustResponse shown;
    shown.set_name("gatehouse local CA");
    shown.set_ca(request.ca());
    co_return shown;
  }
  io::Task<Result<api::TrustPageState>> open(api::OpenTrustPageRequest request,
                                             Caller caller) override {
    opened.push_back(request);
    callers.push_back(caller);
    api::TrustPageState state;
    state.set_open(true);
    co_return state;
  }
  api::TrustPageState close(const Caller& caller) override {
    callers.push_back(caller);
    return {};
  }

  std::vector<api::OpenTrustPageRequest> opened;
  std::vector<Caller> callers;
};

}  // namespace gatehouse::control::testing
