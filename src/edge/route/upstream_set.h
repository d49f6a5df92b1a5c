#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/upstream_timeouts.h"

namespace gatehouse::edge {

// The upstreams of one route, as configured: any of them can answer. Immutable once it is shared.
// Threads keep their connections by this value: as long as an equal set is in a snapshot, they
// outlive every change; routes with equal sets share them.
struct UpstreamSet {
  struct Member {
    UpstreamUrl url;
    std::uint32_t label = 0;  // in the metrics
    friend bool operator==(const Member&, const Member&) = default;
  };

  std::vector<Member> members;
  UpstreamTimeouts timeouts;

  friend bool operator==(const UpstreamSet&, const UpstreamSet&) = default;
};

}  // namespace gatehouse::edge
