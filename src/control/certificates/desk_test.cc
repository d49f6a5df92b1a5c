#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/certificates/testing/desk_fixture.h"

namespace gatehouse::control {
namespace {

using certs::testing::identity;
using crypto::testing::Ca;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeskTest : public testing::DeskFixture {
 protected:
  Result<api::RenameCertificateResponse> rename(std::string_view text, std::string_view name) {
    api::RenameCertificateRequest request;
    *request.mutable_selector() = selector(text);
    request.set_name(std::string(name));
    return ask(&CertificateDesk::rename, request);
  }
  Result<api::RemoveCertificateResponse> remove(std::string_view text, bool dry_run = false) {
    api::RemoveCertificateRequest request;
    *request.mutable_selector() = selector(text);
    request.set_dry_run(dry_run);
    return ask(&CertificateDesk::remove, request);
  }
  api::CreateCertificateRequest wanted(std::initializer_list<std::string_view> names) {
    api::CreateCertificateRequest request;
    for (const auto name : names) request.add_names(std::string(name));
    return request;
  }
};

// ------------------------------------------------------------------ find

TEST_F(DeskTest, T2_the_list_says_of_each_certificate_what_it_is) {
  const auto put = this->put("files", identity({"a.example", "b.example"}));
  usage.all[put.id] = {"site a.example"};
  ASSERT_THAT(listed().stored(), SizeIs(1));
  const auto one = listed().stored(0);
  EXPECT_EQ(one.name(), "files");
  EXPECT_EQ(one.shelf(), "identities");
  EXPECT_EQ(one.owner(), "machine");
  EXPECT_EQ(one.origin(), "import");
  EXPECT_THAT(one.names(), ElementsAre("a.example", "b.example"));
  EXPECT_THAT(one.roles(), ElementsAre("serverAuth"));
  EXPECT_THAT(one.used_by(), ElementsAre("site a.example"));
  EXPECT_EQ(one.state(), "valid");
  EXPECT_EQ(one.sha256().size(), 64u);
}

TEST_F(DeskTest, A6_the_list_is_narrowed_by_shelf_owner_origin_and_role) {
  const Ca ca;
  put("server", identity({"a.example"}));
  put("client", identity({"fe-auth"}, {}, crypto::Purpose::client));
  put({.content = ca.root});
  put({.content = identity({"c.example"}), .owner = certs::Owner::parse("user:anna").value()});
  EXPECT_THAT(names_on("identities"), ElementsAre("c.example", "client", "server"));
  EXPECT_THAT(names_on("anchors"), ElementsAre("root"));
  api::ListCertificatesRequest request;
  request.set_role("clientAuth");
  request.set_shelf("identities");
  EXPECT_EQ(done(&CertificateDesk::list, request).stored(0).name(), "client");
  request.Clear();
  request.set_owner("user:anna");
  EXPECT_THAT(done(&CertificateDesk::list, request).stored(), SizeIs(1));
  request.Clear();
  request.set_origin("files");
  EXPECT_THAT(done(&CertificateDesk::list, request).stored(), IsEmpty());
  request.set_origin("heaven");
  EXPECT_EQ(ask(&CertificateDesk::list, request).error().kind, ErrorKind::usage);
}

TEST_F(DeskTest, the_list_comes_in_pages) {
  for (int i = 0; i < 5; ++i) put({.content = identity({"a.example"})});
  api::ListCertificatesRequest request;
  request.set_limit(2);
  std::size_t seen = 0;
  do {
    const auto page = done(&CertificateDesk::list, request);
    seen += page.stored_size();
    request.set_after(page.next());
  } while (!request.after().empty());
  EXPECT_EQ(seen, 5u);
}

TEST_F(DeskTest, I3_a_certificate_is_found_by_name_thumbprint_subject_and_server) {
  const auto put = this->put("files", identity({"a.example"}));
  const std::string digits = crypto::hex(put.sha256);
  for (const std::string& text :
       std::vector<std::string>{"files", digits, digits.substr(0, 10), crypto::hex(put.sha1),
                                "CN=a.example", "san:a.example"}) {
    EXPECT_EQ(get(text).certificate().name(), "files") << text;
  }
  EXPECT_THAT(get("files").pem(), HasSubstr("BEGIN CERTIFICATE"));
}

TEST_F(DeskTest, A6_of_several_the_newest_valid_is_shown_and_the_ties_are_explained) {
  put("old", identity({"a.example"}, {.from = -80, .to = 10}));
  put("new", identity({"a.example"}, {.from = -1, .to = 89}));
  put("over", identity({"a.example"}, {.from = -200, .to = -100}));
  const auto got = get("CN=a.example");
  EXPECT_EQ(got.certificate().name(), "new");
  ASSERT_THAT(got.candidates(), SizeIs(3));
  EXPECT_THAT(got.candidates(0).reason(), HasSubstr("the newest that is valid"));
  EXPECT_THAT(got.candidates(1).reason(), HasSubstr("is older"));
  EXPECT_THAT(got.candidates(2).reason(), HasSubstr("expired"));
}

TEST_F(DeskTest, I4_a_name_on_several_shelves_wants_the_shelf) {
  const Ca ca;
  put("root", identity({"a.example"}));
  put({.content = ca.root});
  api::GetCertificateRequest request;
  *request.mutable_selector() = selector("root");
  const auto refused = ask(&CertificateDesk::get, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().what, HasSubstr("identities and anchors"));
  *request.mutable_selector() = selector("root", "anchors");
  EXPECT_EQ(done(&CertificateDesk::get, request).certificate().shelf(), "anchors");
}

TEST_F(DeskTest, what_is_not_there_is_not_found_and_nothing_said_is_wrong_usage) {
  api::GetCertificateRequest request;
  *request.mutable_selector() = selector("nobody");
  EXPECT_EQ(ask(&CertificateDesk::get, request).error().kind, ErrorKind::not_found);
  request.mutable_selector()->clear_text();
  EXPECT_EQ(ask(&CertificateDesk::get, request).error().kind, ErrorKind::usage);
}

// ------------------------------------------------------------------ create, request

TEST_F(DeskTest, I2_a_self_signed_certificate_with_a_friendly_name) {
  auto request = wanted({"a.example", "*.b.example", "10.0.0.5"});
  request.set_name("Files of the plant");
  request.set_days(30);
  const auto response = done(&CertificateDesk::create, request);
  EXPECT_TRUE(response.change().applied());
  EXPECT_EQ(response.certificate().name(), "Files of the plant");
  EXPECT_EQ(response.certificate().origin(), "self-signed");
  EXPECT_THAT(response.certificate().names(), ElementsAre("a.example", "*.b.example", "10.0.0.5"));
  EXPECT_EQ(response.certificate().key_type(), "ECDSA P-256");
  EXPECT_THAT(brought, SizeIs(1));
  const auto kept = must(find("Files of the plant")).candidates.front().record;
  EXPECT_EQ(kept.not_after,
            std::chrono::floor<std::chrono::seconds>(clock.wall()) + std::chrono::days(30));
}

TEST_F(DeskTest, I2_every_type_of_key_and_a_note_where_clients_do_not_take_it) {
  for (const std::string type : {"p384", "rsa2048", "ed25519"}) {
    auto request = wanted({"a.example"});
    request.set_key_type(type);
    const auto response = done(&CertificateDesk::create, request);
    const bool noted = std::ranges::any_of(response.notes(), [](const std::string& note) {
      return note.find("browsers do not accept Ed25519") != std::string::npos;
    });
    EXPECT_EQ(noted, type == "ed25519");
  }
  auto odd = wanted({"a.example"});
  odd.set_key_type("rsa1024");
  EXPECT_THAT(ask(&CertificateDesk::create, odd).error().what, HasSubstr("no type of key"));
}

TEST_F(DeskTest, A2_a_client_certificate_needs_no_names_and_a_server_does) {
  api::CreateCertificateRequest client;
  client.set_role("clientAuth");
  client.set_common_name("fe-auth");
  EXPECT_THAT(done(&CertificateDesk::create, client).certificate().roles(),
              ElementsAre("clientAuth"));
  api::CreateCertificateRequest server;
  server.set_common_name("a.example");
  EXPECT_EQ(ask(&CertificateDesk::create, server).error().kind, ErrorKind::usage);
}

TEST_F(DeskTest, I2_a_dry_run_makes_nothing_and_a_failed_proof_leaves_nothing) {
  auto request = wanted({"a.example"});
  request.set_dry_run(true);
  EXPECT_FALSE(done(&CertificateDesk::create, request).change().applied());
  the_proof_fails();
  request.set_dry_run(false);
  EXPECT_TRUE(done(&CertificateDesk::create, request).change().rolled_back());
  EXPECT_THAT(listed().stored(), IsEmpty());
}

TEST_F(DeskTest, I1_a_request_is_listed_shown_and_can_be_removed) {
  api::RequestCertificateRequest request;
  request.add_names("www.example.org");
  request.set_name("www");
  request.set_organization("Example");
  const auto response = done(&CertificateDesk::request, request);
  EXPECT_THAT(response.pem(), HasSubstr("BEGIN CERTIFICATE REQUEST"));
  ASSERT_THAT(listed().requests(), SizeIs(1));
  EXPECT_EQ(listed().requests(0).subject(), "CN=www.example.org,O=Example");
  EXPECT_EQ(listed().requests(0).who(), "ops (uid 1001)");
  EXPECT_EQ(get("www").request().name(), "www");
  EXPECT_EQ(get("www").pem(), response.pem());
  EXPECT_TRUE(must(remove("www")).change().applied());
  EXPECT_THAT(listed().requests(), IsEmpty());
  EXPECT_THAT(listed("anchors").requests(), IsEmpty());
}

// ------------------------------------------------------------------ change

TEST_F(DeskTest, a_new_name_is_brought_into_force_and_taken_back_where_that_fails) {
  put("files", identity({"a.example"}));
  EXPECT_TRUE(must(rename("files", "shop")).change().applied());
  EXPECT_EQ(get("shop").certificate().name(), "shop");
  EXPECT_THAT(must(rename("shop", "shop")).change().plan(), IsEmpty());
  cannot_bring =
      Error{Fault::operator_input, false, "Site a.example wants \"shop\".", ErrorKind::conflict};
  EXPECT_EQ(rename("shop", "other").error().what, "Site a.example wants \"shop\".");
  EXPECT_EQ(get("shop").certificate().name(), "shop");
}

TEST_F(DeskTest, a_name_by_which_somebody_chooses_it_stays) {
  put("files", identity({"a.example"}));
  chooses = [](const certs::Record& record) -> std::vector<std::string> {
    if (record.name.text() == "files") return {"binding pbx"};
    return {};
  };
  EXPECT_THAT(rename("files", "shop").error().what, HasSubstr("binding pbx would not find"));
  EXPECT_EQ(get("files").certificate().name(), "files");
}

TEST_F(DeskTest, a_name_that_is_taken_is_refused) {
  put("files", identity({"a.example"}));
  put("shop", identity({"b.example"}));
  EXPECT_EQ(rename("files", "shop").error().kind, ErrorKind::conflict);
}

TEST_F(DeskTest, what_is_used_is_not_removed_and_the_users_are_named) {
  const auto put = this->put("files", identity({"a.example"}));
  usage.all[put.id] = {"site a.example"};
  for (const bool dry_run : {true, false}) {
    const auto refused = remove("files", dry_run);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    EXPECT_THAT(refused.error().what, HasSubstr("site a.example"));
  }
  usage.all.clear();
  EXPECT_FALSE(must(remove("files", true)).change().applied());
  EXPECT_THAT(listed().stored(), SizeIs(1));
  EXPECT_TRUE(must(remove("files")).change().applied());
  EXPECT_THAT(listed().stored(), IsEmpty());
}

TEST_F(DeskTest, A6_who_changes_something_has_to_say_which_one) {
  put("old", identity({"a.example"}, {.from = -80, .to = 10}));
  put("new", identity({"a.example"}));
  const auto refused = remove("CN=a.example");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().what, HasSubstr("2 certificates match"));
}

TEST_F(DeskTest, the_history_tells_who_when_and_why_also_after_the_end) {
  const auto put = this->put("files", identity({"a.example"}));
  must(rename("files", "shop"));
  must(remove("shop"));
  api::CertificateHistoryRequest request;
  *request.mutable_selector() = selector(put.id.text());
  const auto history = done(&CertificateDesk::history, request);
  ASSERT_THAT(history.entries(), SizeIs(3));
  EXPECT_EQ(history.entries(0).event(), "removed");
  EXPECT_EQ(history.entries(0).who(), "ops (uid 1001)");
  EXPECT_EQ(history.entries(1).event(), "renamed");
  EXPECT_EQ(history.entries(1).before().name(), "files");
  EXPECT_EQ(history.entries(2).event(), "added");
  EXPECT_EQ(history.name(), "shop");
}

}  // namespace
}  // namespace gatehouse::control
