#include "cli/api_client.h"

#include <filesystem>
#include <future>
#include <sys/stat.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/connect.h"
#include "api/json.h"
#include "cli/exit_code.h"
#include "cli/scripted_server.h"

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedServer;
using ::testing::StartsWith;

const std::string kList = "gatehouse.v1.SiteService/List";

Result<api::ListSitesResponse> list(const std::string& path, ApiClientOptions options = {}) {
  auto client = ApiClient::connect(path, options);
  if (!client) return pass_on(client);
  api::ListSitesRequest request;
  request.set_owner("ops");
  api::ListSitesResponse response;
  if (auto called = client->call(kList, request, response); !called) return pass_on(called);
  return response;
}

// Of a server that answers everything with these bytes.
Result<api::ListSitesResponse> list_from(const std::string& bytes) {
  const ScriptedServer server([&](const std::string&) { return bytes; });
  return list(server.path());
}

std::string chunk(std::string_view data) {
  return fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}

std::string event(const std::string& sentence) {
  api::Event event;
  event.set_sentence(sentence);
  return api::envelope(0, api::to_json(event));
}

const std::string kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/connect+json\r\nTransfer-Encoding: "
    "chunked\r\n\r\n";

// ------------------------------------------------------------------ calls

TEST(ApiClient, sends_a_call_of_connect_and_reads_its_answer) {
  std::promise<std::string> request;
  const ScriptedServer server([&](const std::string& bytes) {
    request.set_value(bytes);
    return ScriptedServer::answer(200, R"({"sites":[{"name":"a.example"}],"newerField":1})");
  });
  const auto response = list(server.path());
  ASSERT_TRUE(response) << response.error().what;
  EXPECT_EQ(response->sites(0).name(), "a.example");
  EXPECT_THAT(request.get_future().get(),
              AllOf(StartsWith("POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: "),
                    HasSubstr("\r\nContent-Type: application/json\r\n"),
                    HasSubstr("\r\nConnect-Protocol-Version: 1\r\n"),
                    HasSubstr("\r\nConnect-Timeout-Ms: 120000\r\n"),
                    HasSubstr("\r\n\r\n{\"owner\":\"ops\"}")));
}

TEST(ApiClient, reads_answers_in_chunks_and_behind_interim_ones) {
  const auto response = list_from(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
      chunk("{\"sites\":") + chunk("[{}]}") + "0\r\n\r\n");
  ASSERT_TRUE(response) << response.error().what;
  EXPECT_EQ(response->sites_size(), 1);
}

TEST(ApiClient, gives_the_servers_error_with_its_kind_and_sentence) {
  for (const ErrorKind kind :
       {ErrorKind::failed, ErrorKind::usage, ErrorKind::invalid, ErrorKind::not_found,
        ErrorKind::unreachable, ErrorKind::not_permitted, ErrorKind::conflict,
        ErrorKind::timed_out}) {
    const Error error{Fault::ours, true, "What happened, and what to do.", kind};
    const auto response = list_from(
        ScriptedServer::answer(api::http_status(api::connect_code(kind)), api::error_json(error)));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind, kind);
    EXPECT_EQ(response.error().what, error.what);
    EXPECT_TRUE(response.error().retry);
  }
}

TEST(ApiClient, an_error_leaves_nothing_in_the_response) {
  const ScriptedServer server([](const std::string&) {
    return ScriptedServer::answer(200, R"({"sites":[{"name":"a"}],"sites":7})");
  });
  const auto client = ApiClient::connect(server.path());
  ASSERT_TRUE(client);
  api::ListSitesResponse response;
  response.add_sites();
  EXPECT_FALSE(client->call(kList, api::ListSitesRequest(), response));
  EXPECT_EQ(response.sites_size(), 0);
}

TEST(ApiClient, reads_metrics) {
  const ScriptedServer server(
      [](const std::string&) { return ScriptedServer::answer(200, "gatehouse_up 1\n"); });
  EXPECT_EQ(ApiClient::connect(server.path())->metrics(), "gatehouse_up 1\n");
}

// ------------------------------------------------------------------ nobody, or nonsense

TEST(ApiClient, says_which_socket_it_tried_and_how_to_start_when_nobody_answers) {
  const gatehouse::testing::TemporaryFolder folder;
  const std::string path = folder.file("gatehouse.sock");
  const auto client = ApiClient::connect(path);
  ASSERT_FALSE(client);
  EXPECT_EQ(exit_code(client.error().kind), 5);
  EXPECT_TRUE(client.error().retry);
  EXPECT_THAT(client.error().what, AllOf(HasSubstr("No gatehouse answers at " + path),
                                         HasSubstr("systemctl start"), HasSubstr("--socket")));
}

TEST(ApiClient, a_socket_that_a_dead_program_left_is_nobody) {
  const gatehouse::testing::TemporaryFolder folder;
  const std::string path = folder.file("gatehouse.sock");
  {
    const io::Fd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = io::SocketAddress::unix_path(path);
    ASSERT_EQ(::bind(dead.get(), address->data(), address->size()), 0);
  }
  const auto client = ApiClient::connect(path);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().kind, ErrorKind::unreachable);
}

TEST(ApiClient, a_path_that_no_socket_can_have_is_a_usage_error) {
  const auto client = ApiClient::connect("/" + std::string(200, 'x'));
  ASSERT_FALSE(client);
  EXPECT_EQ(exit_code(client.error().kind), 2);
  EXPECT_THAT(client.error().what, HasSubstr("108 bytes"));
}

TEST(ApiClient, a_relative_path_is_below_the_working_directory) {
  const ScriptedServer server([](const std::string&) { return ScriptedServer::answer(200, "{}"); });
  const auto client = ApiClient::connect(std::filesystem::relative(server.path()));
  ASSERT_TRUE(client) << client.error().what;
  EXPECT_EQ(client->path(), server.path());
}

TEST(ApiClient, an_end_before_the_answer_says_so) {
  for (const std::string bytes :
       {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"}) {
    const auto response = list_from(bytes);
    ASSERT_FALSE(response) << bytes;
    EXPECT_EQ(response.error().kind, ErrorKind::unreachable) << bytes;
    EXPECT_THAT(response.error().what, HasSubstr("ended the connection before its answer"));
  }
}

TEST(ApiClient, nonsense_is_an_error_and_no_crash) {
  for (const std::string bytes :
       {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    EXPECT_FALSE(list_from(bytes)) << bytes;
  }
}

TEST(ApiClient, an_error_without_json_still_tells_its_status) {
  const auto response = list_from(ScriptedServer::answer(502, "<html>"));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().what, HasSubstr("502"));
}

TEST(ApiClient, reads_why_it_was_refused_though_it_was_not_read_to_its_end) {
  const gatehouse::testing::TemporaryFolder folder;
  const std::string path = folder.file("s");
  const io::Fd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = io::SocketAddress::unix_path(path);
  ASSERT_EQ(::bind(listening.get(), address->data(), address->size()), 0);
  ASSERT_EQ(::listen(listening.get(), 4), 0);
  std::thread refusing([&] {
    const io::Fd probe(::accept(listening.get(), nullptr, nullptr));
    const io::Fd fd(::accept(listening.get(), nullptr, nullptr));
    const std::string bytes =
        ScriptedServer::answer(413, api::error_json("resource_exhausted", "Too large."));
    (void)::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(fd.get(), SHUT_RD);
    char byte = 0;
    (void)::recv(fd.get(), &byte, 1, 0);
  });
  const auto client = ApiClient::connect(path);
  ASSERT_TRUE(client);
  api::ChangeRequest request;
  request.set_why(std::string(std::size_t{6} << 20, 'x'));
  api::ChangeResponse response;
  const auto called = client->call("gatehouse.v1.ConfigurationService/Change", request, response);
  refusing.join();
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().what, "Too large.");
}

// ------------------------------------------------------------------ events

TEST(ApiClient, watches_until_the_stream_ends) {
  const ScriptedServer server([](const std::string& request) {
    EXPECT_THAT(request, AllOf(HasSubstr("application/connect+json"),
                               ::testing::EndsWith(api::envelope(0, "{}"))));
    return kStreamHead + chunk(event("one") + event("two")) + chunk(event("three")) +
           chunk(api::envelope(api::kEndOfStream, "{}")) + "0\r\n\r\n";
  });
  std::vector<std::string> seen;
  const auto watched = ApiClient::connect(server.path())->watch([&](const api::Event& event) {
    seen.push_back(event.sentence());
    return true;
  });
  EXPECT_TRUE(watched);
  EXPECT_THAT(seen, ElementsAre("one", "two", "three"));
}

TEST(ApiClient, watches_until_it_has_enough) {
  const ScriptedServer server(
      [](const std::string&) { return kStreamHead + chunk(event("one") + event("two")); });
  int seen = 0;
  EXPECT_TRUE(ApiClient::connect(server.path())->watch([&](const api::Event&) {
    ++seen;
    return false;
  }));
  EXPECT_EQ(seen, 1);
}

TEST(ApiClient, an_event_cut_into_pieces_is_one) {
  const std::string bytes = event("one");
  const ScriptedServer server([&](const std::string&) {
    std::string all = kStreamHead;
    for (const char byte : bytes) all += chunk({&byte, 1});
    return all + chunk(api::envelope(api::kEndOfStream, "{}")) + "0\r\n\r\n";
  });
  std::vector<std::string> seen;
  EXPECT_TRUE(ApiClient::connect(server.path())->watch([&](const api::Event& event) {
    seen.push_back(event.sentence());
    return true;
  }));
  EXPECT_THAT(seen, ElementsAre("one"));
}

TEST(ApiClient, a_stream_that_ends_with_an_error_gives_it) {
  const ScriptedServer server([](const std::string&) {
    return kStreamHead +
           chunk(api::envelope(api::kEndOfStream,
                               R"({"error":{"code":"permission_denied","message":"No more."}})")) +
           "0\r\n\r\n";
  });
  const auto watched =
      ApiClient::connect(server.path())->watch([](const api::Event&) { return true; });
  ASSERT_FALSE(watched);
  EXPECT_EQ(watched.error().kind, ErrorKind::not_permitted);
}

TEST(ApiClient, a_stream_that_is_cut_off_is_an_error) {
  const ScriptedServer server([](const std::string&) { return kStreamHead + chunk(event("one")); });
  EXPECT_FALSE(ApiClient::connect(server.path())->watch([](const api::Event&) { return true; }));
}

TEST(ApiClient, tells_of_events_while_a_call_runs) {
  const ScriptedServer server([](const std::string& request) {
    if (request.find("/Watch ") != request.npos) {
      return kStreamHead + chunk(event("one") + event("two"));
    }
    return ScriptedServer::answer(200, R"({"sites":[{"name":"a"}]})");
  });
  const auto client = ApiClient::connect(server.path());
  std::vector<std::string> seen;
  api::ListSitesResponse response;
  EXPECT_TRUE(client->call(kList, api::ListSitesRequest(), response, [&](const api::Event& event) {
    seen.push_back(event.sentence());
    return true;
  }));
  EXPECT_EQ(response.sites_size(), 1);
  EXPECT_THAT(seen, ElementsAre("one", "two"));
}

TEST(ApiClient, calls_though_watching_is_refused) {
  const ScriptedServer server([](const std::string& request) {
    if (request.find("/Watch ") != request.npos) {
      return ScriptedServer::answer(429, api::error_json("resource_exhausted", "Too many."));
    }
    return ScriptedServer::answer(200, R"({"sites":[{"name":"a"}]})");
  });
  api::ListSitesResponse response;
  EXPECT_TRUE(
      ApiClient::connect(server.path())
          ->call(kList, api::ListSitesRequest(), response, [](const api::Event&) { return true; }));
  EXPECT_EQ(response.sites_size(), 1);
}

TEST(ApiClient, a_server_that_says_nothing_is_left_after_the_time_limit) {
  const gatehouse::testing::TemporaryFolder folder;
  const std::string path = folder.file("s");
  const io::Fd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = io::SocketAddress::unix_path(path);
  ASSERT_EQ(::bind(listening.get(), address->data(), address->size()), 0);
  ASSERT_EQ(::listen(listening.get(), 4), 0);
  const auto response = list(path, {.call = 1ms, .grace = 1ms});
  ASSERT_FALSE(response);
  EXPECT_EQ(exit_code(response.error().kind), 9);
}

}  // namespace
}  // namespace gatehouse::cli
