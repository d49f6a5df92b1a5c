#pragma once

#include <cstdint>
#include <memory>

#include "base/counted.h"
#include "edge/session/edge_settings.h"

namespace gatehouse::edge {

// What one thread serves between two changes. A request holds the generation that it began with,
// and with it everything that its decision points to; the last one to leave destroys it.
class Generation final : public Counted {
 public:
  // `owner` is what `settings`, `certificate` and the route tables of listeners are part of.
  Generation(std::uint64_t number_, std::shared_ptr<const void> owner,
             const EdgeSettings& settings_, const CertificateSummary& certificate_)
      : number(number_), settings(settings_), certificate(certificate_), owner_(std::move(owner)) {}

  const std::uint64_t number;  // of this thread; never used twice
  const EdgeSettings& settings;
  const CertificateSummary& certificate;

 private:
  std::shared_ptr<const void> owner_;
};
using GenerationPtr = CountedPtr<const Generation>;

}  // namespace gatehouse::edge
