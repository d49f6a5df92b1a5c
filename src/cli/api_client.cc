#include "cli/api_client.h"

#include <filesystem>
#include <optional>
#include <poll.h>

#include "api/connect.h"
#include "api/json.h"
#include "cli/api_connection.h"

namespace gatehouse::cli {
namespace {

// 10,000 sites are some megabytes.
constexpr std::size_t kMostAnswer = 256U << 20U;
constexpr std::size_t kMostEvent = 1U << 20U;

Until in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

Result<Ok> send_call(ApiConnection& connection, std::string_view method,
                     const google::protobuf::Message& request, std::chrono::milliseconds time) {
  const std::string target = "/" + std::string(method);
  const std::string content = api::to_json(request);
  return connection.send({"POST", target, "application/json", content, time}, in(time));
}

Result<Ok> read_answer(ApiConnection& connection, google::protobuf::Message& response,
                       Until until) {
  const auto head = connection.read_head(until);
  if (!head) return std::unexpected(head.error());
  const auto content = connection.read_all(kMostAnswer, until);
  if (!content) return std::unexpected(content.error());
  if (head->status != 200) return std::unexpected(api::read_error(*content, head->status));
  // A newer gatehouse may say more than we know of.
  return api::from_json(*content, response, api::UnknownFields::ignored);
}

// The events of one call of Watch.
class EventReader {
 public:
  static Result<EventReader> open(const std::string& path, Until until) {
    auto connection = ApiConnection::open(path, until);
    if (!connection) return std::unexpected(std::move(connection.error()));
    const std::string content = api::envelope(0, "{}");
    const auto sent = connection->send(
        {"POST", "/gatehouse.v1.EventService/Watch", "application/connect+json", content, {}},
        until);
    if (!sent) return std::unexpected(sent.error());
    const auto head = connection->read_head(until);
    if (!head) return std::unexpected(head.error());
    if (head->status == 200) return EventReader(std::move(*connection));
    const auto text = connection->read_all(kMostEvent, until);
    return std::unexpected(api::read_error(text ? *text : "", head->status));
  }

  int fd() const { return connection_.fd(); }
  // Something may be there without a wait.
  bool ready() const { return complete_ || connection_.has_input(); }

  // The next event; nothing at the end of the stream.
  Result<std::optional<api::Event>> next(Until until) {
    while (true) {
      const auto envelope = api::read_envelope(in_, kMostEvent);
      if (!envelope) return std::unexpected(envelope.error());
      if (*envelope) return take(**envelope);
      auto some = connection_.read_some(until);
      if (!some) return std::unexpected(std::move(some.error()));
      if (!*some) return std::nullopt;
      in_ += **some;
    }
  }

 private:
  explicit EventReader(ApiConnection connection) : connection_(std::move(connection)) {}

  Result<std::optional<api::Event>> take(const api::Envelope& envelope) {
    if ((envelope.flags & api::kEndOfStream) != 0) {
      if (auto error = api::read_end_of_stream(envelope.data)) return std::unexpected(*error);
      return std::nullopt;
    }
    api::Event event;
    const auto read = api::from_json(envelope.data, event, api::UnknownFields::ignored);
    in_.erase(0, envelope.size);
    complete_ = api::read_envelope(in_, kMostEvent).value_or(std::nullopt).has_value();
    if (!read) return std::unexpected(read.error());
    return event;
  }

  ApiConnection connection_;
  std::string in_;
  bool complete_ = false;  // another event lies in `in_`
};

// Tells of events until the answer of `connection` begins.
void tell_until_answered(EventReader& events, const ApiConnection& connection, Until until,
                         const ApiClient::OnEvent& on_event) {
  while (true) {
    pollfd both[]{{.fd = connection.fd(), .events = POLLIN, .revents = 0},
                  {.fd = events.fd(), .events = POLLIN, .revents = 0}};
    const auto rest = until - std::chrono::steady_clock::now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(rest).count();
    if (wait <= 0) return;
    const int ready = events.ready() ? 1 : ::poll(both, 2, static_cast<int>(wait));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return;
    // Events first: those of a call come before its answer.
    if (events.ready() || both[1].revents != 0) {
      const auto event = events.next(until);
      if (!event || !*event || !on_event(**event)) return;
      continue;
    }
    if (both[0].revents != 0) return;
  }
}

}  // namespace

Result<ApiClient> ApiClient::connect(std::string given, ApiClientOptions options) {
  std::error_code error;
  std::string path = std::filesystem::absolute(given, error).lexically_normal();
  const auto probe = ApiConnection::open(path, in(options.connect));
  if (!probe) return std::unexpected(probe.error());
  return ApiClient(std::move(path), options);
}

Result<Ok> ApiClient::call(std::string_view method, const google::protobuf::Message& request,
                           google::protobuf::Message& response) const {
  response.Clear();
  auto connection = ApiConnection::open(path_, in(options_.connect));
  if (!connection) return pass_on(connection);
  const Until until = in(options_.call + options_.grace);
  if (auto sent = send_call(*connection, method, request, options_.call); !sent) return sent;
  return read_answer(*connection, response, until);
}

Result<Ok> ApiClient::call(std::string_view method, const google::protobuf::Message& request,
                           google::protobuf::Message& response, const OnEvent& on_event) const {
  response.Clear();
  // A change is possible where watching is not, e.g. because too many watch.
  auto events = EventReader::open(path_, in(options_.connect));
  if (!events) return call(method, request, response);
  auto connection = ApiConnection::open(path_, in(options_.connect));
  if (!connection) return pass_on(connection);
  const Until until = in(options_.call + options_.grace);
  if (auto sent = send_call(*connection, method, request, options_.call); !sent) return sent;
  tell_until_answered(*events, *connection, until, on_event);
  return read_answer(*connection, response, until);
}

Result<Ok> ApiClient::watch(const OnEvent& on_event) const {
  auto events = EventReader::open(path_, in(options_.connect));
  if (!events) return pass_on(events);
  while (true) {
    auto event = events->next(Until::max());
    if (!event) return pass_on(event);
    if (!*event || !on_event(**event)) return Ok{};
  }
}

Result<std::string> ApiClient::metrics() const {
  auto connection = ApiConnection::open(path_, in(options_.connect));
  if (!connection) return pass_on(connection);
  const Until until = in(options_.call);
  if (auto sent = connection->send({"GET", "/metrics", {}, {}, {}}, until); !sent) {
    return pass_on(sent);
  }
  const auto head = connection->read_head(until);
  if (!head) return std::unexpected(head.error());
  auto content = connection->read_all(kMostAnswer, until);
  if (content && head->status != 200) {
    return std::unexpected(api::read_error(*content, head->status));
  }
  return content;
}

}  // namespace gatehouse::cli
