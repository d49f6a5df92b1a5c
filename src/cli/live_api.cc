#include "cli/live_api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/api_client.h"

namespace gatehouse::cli {
namespace {

class LiveApi final : public Api {
 public:
  explicit LiveApi(ApiClient client) : client_(std::move(client)) {}

  Result<Ok> call(std::string_view method, const Message& request, Message& response,
                  const EventSink& events) override {
    if (!events) return client_.call(method, request, response);
    return client_.call(method, request, response, [&events](const api::Event& event) {
      events(event);
      return true;
    });
  }

 private:
  ApiClient client_;
};

}  // namespace

Result<std::unique_ptr<Api>> connect_live(const Connection& connection) {
  std::vector<std::string> tried;
  for (const auto& socket : connection.sockets) {
    auto client = ApiClient::connect(socket.string());
    if (client) return std::make_unique<LiveApi>(std::move(*client));
    // Somebody is there and does not let us in: nothing else can be meant.
    if (client.error().kind != ErrorKind::unreachable || connection.sockets.size() == 1) {
      return pass_on(client);
    }
    tried.push_back(socket.string());
  }
  return fail(Fault::operator_input,
              fmt::format("No gatehouse runs: nobody answers at {}. Start it with gatehouse run or "
                          "systemctl start gatehouse, or name its socket with --socket.",
                          fmt::join(tried, ", ")),
              ErrorKind::unreachable);
}

}  // namespace gatehouse::cli
