#include <set>

#include <gmock/gmock.h>

#include "admin/methods.h"
#include "admin/testing/server_test.h"

namespace gatehouse::admin {
namespace {

using control::Role;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class Calls : public testing::ServerTest {};

const std::string kChange = R"({"edits":[{"removeSite":"a.example"}],"why":"test"})";

TEST_F(Calls, a_call_answers_in_json_with_field_names_in_camel_case) {
  const std::string answer = call("StatusService/Get", "{}");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_EQ(body_of(answer), R"({"version":"1.2.3"})");
  EXPECT_THAT(call("ConfigurationService/Get", "{}"), HasSubstr(R"({"revision":"7"})"));
}

TEST_F(Calls, an_empty_body_is_an_empty_message) {
  EXPECT_EQ(body_of(call("StatusService/Get", "")), R"({"version":"1.2.3"})");
}

TEST_F(Calls, the_request_reaches_the_control_plane) {
  EXPECT_THAT(call("SiteService/List", R"({"owner":"ops"})"), HasSubstr(R"("owner":"ops")"));
  EXPECT_THAT(call("BindingService/List", R"({"owner":"ops"})"), HasSubstr(R"("owner":"ops")"));
  EXPECT_THAT(call("BindingService/Explain", R"({"name":"a.example","port":443})"),
              HasSubstr(R"("reasons":["a.example"])"));
  EXPECT_THAT(call("ConfigurationService/Export", R"({"everything":true})"),
              HasSubstr("everything"));
  EXPECT_THAT(call("ConfigurationService/Validate", R"({"yaml":"sites: {"})"),
              HasSubstr("sites: {"));
}

TEST_F(Calls, a_call_about_certificates_reaches_the_desk_with_who_asked) {
  EXPECT_THAT(call("CertificateService/List", R"({"shelf":"anchors"})"),
              HasSubstr(R"({"stored":[{"shelf":"anchors"}]})"));
  EXPECT_THAT(call("CertificateService/Import", R"({"files":[{"name":"a.pfx","content":"AAAA"}]})"),
              HasSubstr(R"({"notes":["a.pfx"]})"));
  for (const auto method :
       {"Get", "History", "Create", "Request", "Rename", "Remove", "Export", "ExportKey"}) {
    EXPECT_THAT(call(fmt::format("CertificateService/{}", method), "{}"), HasSubstr("200 OK"));
  }
  EXPECT_THAT(certificates.calls,
              ::testing::ElementsAre("list", "import", "get", "history", "create", "request",
                                     "rename", "remove", "export_public", "export_key"));
  for (const auto& caller : certificates.callers) EXPECT_EQ(caller.name, "anna");
}

TEST_F(Calls, an_error_of_the_desk_is_that_of_the_call) {
  certificates.error =
      Error{Fault::operator_input, false, "No certificate is called \"x\".", ErrorKind::not_found};
  EXPECT_THAT(call("CertificateService/List", "{}"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(call("CertificateService/Get", "{}"), HasSubstr("No certificate is called"));
}

TEST_F(Calls, a_change_knows_who_asked_for_it) {
  EXPECT_THAT(call("ConfigurationService/Change", kChange), HasSubstr(R"("applied":true)"));
  ASSERT_EQ(plane.changes.size(), 1u);
  const auto& [request, caller] = plane.changes.front();
  EXPECT_EQ(request.edits(0).remove_site(), "a.example");
  EXPECT_EQ(request.why(), "test");
  EXPECT_EQ(caller.uid, 1001u);
  EXPECT_EQ(caller.name, "anna");
}

TEST_F(Calls, an_upgrade_knows_who_asked_for_it_and_tells_who_serves_now) {
  EXPECT_THAT(call("ProgramService/Upgrade", ""), HasSubstr(R"({"now":{"pid":4711}})"));
  ASSERT_EQ(plane.upgraders.size(), 1u);
  EXPECT_EQ(plane.upgraders.front().name, "anna");
  plane.error = Error{Fault::machine, false, "The new program cannot serve."};
  const std::string answer = call("ProgramService/Upgrade", "");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, HasSubstr("The new program cannot serve."));
}

TEST_F(Calls, reload_and_rollback_pass_on_what_they_are_given) {
  EXPECT_THAT(call("ConfigurationService/Reload", R"({"dryRun":true})"), HasSubstr("200 OK"));
  EXPECT_TRUE(plane.changes.back().first.dry_run());
  EXPECT_THAT(call("ConfigurationService/Rollback", R"({"revision":"3"})"), HasSubstr("200 OK"));
  EXPECT_EQ(plane.changes.back().first.if_revision(), 3u);
  EXPECT_FALSE(plane.changes.back().first.dry_run());
}

TEST_F(Calls, binary_messages_are_taken_too) {
  api::ListSitesRequest asked;
  asked.set_owner("ops");
  const std::string body = asked.SerializeAsString();
  const std::string answer =
      ask(fmt::format("POST /gatehouse.v1.SiteService/List HTTP/1.1\r\nHost: g\r\nContent-Type: "
                      "application/proto\r\nContent-Length: {}\r\n\r\n{}",
                      body.size(), body));
  EXPECT_THAT(answer, HasSubstr("Content-Type: application/proto\r\n"));
  api::ListSitesResponse response;
  ASSERT_TRUE(response.ParseFromString(body_of(answer)));
  EXPECT_EQ(response.sites(0).owner(), "ops");
}

TEST_F(Calls, metrics_are_read_by_get) {
  const std::string answer = ask("GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_EQ(body_of(answer), "gatehouse_up 1\n");
}

// ------------------------------------------------------------------ errors

struct KindAndStatus {
  ErrorKind kind;
  const char* status;
  const char* code;
};

TEST_F(Calls, every_kind_of_error_travels_with_its_code_and_status) {
  for (const auto& [kind, status, code] : {
           KindAndStatus{ErrorKind::failed, "500", "internal"},
           KindAndStatus{ErrorKind::usage, "400", "invalid_argument"},
           KindAndStatus{ErrorKind::invalid, "400", "invalid_argument"},
           KindAndStatus{ErrorKind::not_found, "404", "not_found"},
           KindAndStatus{ErrorKind::unreachable, "503", "unavailable"},
           KindAndStatus{ErrorKind::not_permitted, "403", "permission_denied"},
           KindAndStatus{ErrorKind::conflict, "409", "aborted"},
           KindAndStatus{ErrorKind::timed_out, "504", "deadline_exceeded"},
       }) {
    plane.error = Error{Fault::ours, true, "It is \"so\".", kind};
    const std::string answer = call("ConfigurationService/History", "{}");
    EXPECT_THAT(answer, StartsWith(fmt::format("HTTP/1.1 {} ", status)));
    EXPECT_THAT(answer, HasSubstr(fmt::format("\"code\":\"{}\"", code)));
    const Error read = api::read_error(body_of(answer), 0);
    EXPECT_EQ(read.kind, kind);
    EXPECT_EQ(read.what, "It is \"so\".");
    EXPECT_TRUE(read.retry);
    EXPECT_THAT(call("ConfigurationService/Change", kChange), HasSubstr(code));
  }
}

TEST_F(Calls, a_change_without_edits_is_refused) {
  EXPECT_THAT(call("ConfigurationService/Change", "{}"), HasSubstr("no edits"));
  EXPECT_THAT(call("ConfigurationService/Change", R"({"edits":[{}]})"), HasSubstr("says nothing"));
  EXPECT_THAT(plane.changes, IsEmpty());
}

TEST_F(Calls, json_that_is_not_what_the_method_takes_is_refused_with_a_sentence) {
  for (const auto& [json, why] : {
           std::pair{R"({"edits":)", "ends too early"},
           std::pair{R"({"why":"a","why":"b"})", "\\\"why\\\" twice"},
           std::pair{R"({"dryRun":true,"dry_run":false})", "twice"},
           std::pair{R"({"upstrem":1})", "upstrem"},
           std::pair{R"({"dryRun":"maybe"})", "dry_run"},
           std::pair{R"({"why":5})", "why"},
           std::pair{R"([])", "no gatehouse.v1.ChangeRequest"},
           std::pair{R"({'why':'a'})", "lacks a key"},
           std::pair{"{\"why\":\"\xff\"}", "no UTF-8"},
           std::pair{R"({"why":"\ud800"})", "surrogate"},
           std::pair{R"({} {})", "goes on behind its end"},
           std::pair{R"({"why":"a",})", "lacks a key"},
       }) {
    const std::string answer = call("ConfigurationService/Change", json);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 ")) << json;
    EXPECT_THAT(body_of(answer), AllOf(HasSubstr("invalid_argument"), HasSubstr(why))) << json;
  }
  EXPECT_THAT(plane.changes, IsEmpty());
}

TEST_F(Calls, nesting_beyond_the_bound_is_refused_and_harmless) {
  const std::string deep = R"({"why":)" + std::string(100'000, '[') + "}";
  EXPECT_THAT(call("ConfigurationService/Change", deep), HasSubstr("nested too deeply"));
}

// ------------------------------------------------------------------ the table

TEST(Methods, are_those_of_the_schema) {
  std::set<std::string> expected;
  for (const auto* file :
       {api::Status::descriptor()->file(), api::TrustPageState::descriptor()->file(),
        api::StoredCertificate::descriptor()->file(), api::AuthorityRow::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        const auto* method = file->service(i)->method(j);
        const std::string name = method->service()->full_name() + "/" + method->name();
        expected.insert(name);
        const Method* found = find_method(name);
        ASSERT_NE(found, nullptr) << name;
        EXPECT_EQ(found->streams(), method->server_streaming()) << name;
      }
    }
  }
  EXPECT_EQ(methods().size(), expected.size());
}

TEST(Methods, I10_whatever_changes_something_needs_an_administrator) {
  for (const char* name : {"Change", "Reload", "Rollback"}) {
    const Method* method = find_method(fmt::format("gatehouse.v1.ConfigurationService/{}", name));
    ASSERT_NE(method, nullptr);
    EXPECT_EQ(method->role, Role::administrator);
  }
  EXPECT_EQ(find_method("gatehouse.v1.TrustService/OpenPage")->role, Role::administrator);
  EXPECT_EQ(find_method("gatehouse.v1.TrustService/ClosePage")->role, Role::administrator);
  EXPECT_EQ(find_method("gatehouse.v1.ProgramService/Upgrade")->role, Role::administrator);
  for (const Method& method : methods()) EXPECT_NE(method.role, Role::none) << method.name;
}

TEST(Methods, a_name_that_is_none_finds_nothing) {
  EXPECT_EQ(find_method(""), nullptr);
  EXPECT_EQ(find_method("gatehouse.v1.SiteService/"), nullptr);
  EXPECT_EQ(find_method("gatehouse.v1.SiteService/List "), nullptr);
}

}  // namespace
}  // namespace gatehouse::admin
