#pragma once

#include <variant>
#include <vector>

#include "check/prove.h"

namespace gatehouse::control {

// What should be seen by whoever dials.
struct Claim {
  std::variant<check::TlsPlan, check::PlainPlan> plan;
  // The certificate is said to hold this name: a client that refuses it disproves the claim.
  bool must_hold_name = false;
};

// Looks from outside whether a claim is true.
class Prover {
 public:
  virtual ~Prover() = default;
  // `anchors`: all that clients trust. Takes kProofTime at most.
  virtual io::Task<std::vector<check::Proof>> prove(Claim claim,
                                                    std::vector<crypto::Certificate> anchors) = 0;
};

class DiallingProver final : public Prover {
 public:
  explicit DiallingProver(io::Reactor& reactor) : reactor_(reactor) {}
  io::Task<std::vector<check::Proof>> prove(Claim claim,
                                            std::vector<crypto::Certificate> anchors) override;

 private:
  io::Reactor& reactor_;
};

}  // namespace gatehouse::control
