#include "control/prover.h"

namespace gatehouse::control {

io::Task<std::vector<check::Proof>> DiallingProver::prove(
    Claim claim, std::vector<crypto::Certificate> anchors) {
  if (auto* tls = std::get_if<check::TlsPlan>(&claim.plan)) {
    co_return co_await check::prove_tls(reactor_, std::move(*tls), std::move(anchors));
  }
  std::vector<check::Proof> proofs;
  proofs.push_back(
      co_await check::prove_plain(reactor_, std::move(std::get<check::PlainPlan>(claim.plan))));
  co_return proofs;
}

}  // namespace gatehouse::control
