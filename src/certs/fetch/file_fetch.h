#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "certs/fetch/web_url.h"
#include "io/reactor.h"
#include "io/resolver.h"
#include "io/task.h"

namespace gatehouse::certs {

struct FetchLimits {
  std::size_t bytes = 64 << 10;
  int redirects = 3;
  std::chrono::seconds time{10};  // for all of it, redirects included
};

struct FetchedFile {
  std::string url;  // where it was in the end
  std::string content;
};

// A GET without cookies or credentials over HTTP/1.1. Errors: unreachable, timed_out, failed (any
// status but 200, too large, no HTTP), usage (a redirect to what is not fetched).
io::Task<Result<FetchedFile>> fetch_file(io::Reactor& reactor, io::Resolver& resolver, WebUrl url,
                                         FetchLimits limits = {});

}  // namespace gatehouse::certs
