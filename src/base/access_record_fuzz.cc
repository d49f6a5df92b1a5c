#include <array>
#include <cstdlib>
#include <string>

#include "base/access_record.h"
#include "base/testing.h"

// Whatever a client says, a record becomes one line of valid JSON within its announced room.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 6> part;
  std::string_view rest = all;
  for (std::string_view& one : part) {
    const auto end = rest.find('\n');
    one = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  AccessRecord record{.remote_ip = part[0],
                      .method = part[1],
                      .host = part[2],
                      .uri = all,
                      .user_agent = part[3],
                      .referer = part[4],
                      .authorization = size % 2 == 0,
                      .proxy_authorization = size % 5 == 0,
                      .cookie = size % 3 == 0,
                      .request_id = part[4],
                      .trace_id = part[0],
                      .error = part[5]};
  record.status = static_cast<int>(size);
  if (size % 2 == 0) record.tls = AccessRecord::Tls{.server_name = part[2], .group = rest};
  if (size % 3 == 0) record.upstream = AccessRecord::Upstream{.addr = part[5]};

  std::string line(access_line_room(record), '\0');
  const char* const end = write_access_line(line.data(), record);
  line.resize(static_cast<std::size_t>(end - line.data()));
  if (line.find('\n') != line.size() - 1) std::abort();
  line.pop_back();
  if (!gatehouse::testing::JsonCheck::valid(line)) std::abort();
  return 0;
}
