#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/certificates/testing/desk_fixture.h"
#include "crypto/exchange/pkcs12_writer.h"
#include "crypto/exchange/testing/sample_files.h"

namespace gatehouse::control {
namespace {

using certs::testing::identity;
using crypto::testing::Ca;
using crypto::testing::kNow;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ImportTest : public testing::DeskFixture {
 protected:
  // Refused for this reason, and nothing is stored.
  std::string refused(api::ImportCertificatesRequest request, std::string_view kind) {
    const auto response = import(std::move(request));
    EXPECT_FALSE(response.refusals().empty());
    EXPECT_FALSE(response.change().applied());
    EXPECT_THAT(listed().stored(), IsEmpty());
    for (const auto& one : response.refusals()) {
      if (one.kind() == kind) return one.sentence();
    }
    ADD_FAILURE() << kind << " is not among the refusals";
    return "";
  }
  static std::string pem(const crypto::Certificate& certificate) { return certificate.to_pem(); }
};

TEST_F(ImportTest, F2_pem_in_any_order_is_paired_sorted_and_says_what_is_inside) {
  const Ca ca;
  const auto served = ca.serve({"www.example.org"});
  const auto key = std::string(as_text(served.key.to_pem().view()));
  const std::string file =
      pem(ca.root) + key + "some text\n" + pem(ca.intermediate) + pem(served.leaf());
  const auto response = import(import_of(file, "www"));
  EXPECT_THAT(response.refusals(), IsEmpty());
  EXPECT_TRUE(response.change().applied());
  EXPECT_EQ(response.change().plan(0).state(), "done");
  EXPECT_THAT(response.missing(), IsEmpty());
  ASSERT_THAT(response.found(), SizeIs(2));
  EXPECT_EQ(response.found(0).kind(), "anchor");
  EXPECT_EQ(response.found(1).kind(), "identity");
  EXPECT_EQ(response.found(1).fate(), "added");
  EXPECT_EQ(response.found(1).name(), "www");
  EXPECT_EQ(response.found(1).key_type(), "ECDSA P-256");
  const auto kept = must(find("www")).candidates.front().record;
  EXPECT_EQ(kept.chain, served.chain);
  EXPECT_EQ(history(kept.id).front().cause.who, "ops (uid 1001)");
  EXPECT_THAT(brought, SizeIs(1));
}

TEST_F(ImportTest, F2_a_pkcs12_file_of_every_program_that_makes_them_is_taken) {
  for (const auto* name : {"pkcs12_fuzz/openssl.p12", "pkcs12_fuzz/keytool.p12"}) {
    auto request = import_of(crypto::testing::sample_file(name));
    request.add_passphrases(std::string(crypto::testing::kSamplePassphrase));
    request.set_dry_run(true);
    const auto response = import(std::move(request));
    EXPECT_THAT(response.found(), ::testing::Not(IsEmpty())) << name;
  }
}

TEST_F(ImportTest, F2_several_files_are_one_and_passphrases_are_tried_in_turn) {
  const Ca ca;
  const auto served = ca.serve({"www.example.org"});
  const auto passphrase = crypto::Passphrase::parse(testing::kStrong).value();
  auto request = import_of(pem(served.leaf()));
  request.add_files()->set_content(pem(ca.intermediate));
  request.add_files()->set_content(
      std::string(as_text(crypto::encrypted_key_pem(served.key, passphrase).view())));
  request.add_passphrases("another one");
  request.add_passphrases(std::string(testing::kStrong));
  EXPECT_TRUE(import(std::move(request)).change().applied());
  EXPECT_THAT(names_on("identities"), ElementsAre("www.example.org"));
}

TEST_F(ImportTest, F2_a_chain_is_completed_from_the_shelf_of_intermediates) {
  const Ca ca;
  import(import_of(pem(ca.intermediate) + pem(ca.root)));
  auto served = ca.serve({"www.example.org"});
  served.chain.pop_back();
  const auto response = import(import_of(pem_of(served)));
  EXPECT_THAT(response.missing(), IsEmpty());
  EXPECT_THAT(must(find("www.example.org")).candidates.front().record.chain,
              ElementsAre(served.leaf(), ca.intermediate));
}

TEST_F(ImportTest, F2_a_gap_is_named_and_the_intermediate_that_comes_later_fills_it) {
  const Ca ca;
  machine_anchors = {ca.root};
  auto served = ca.serve({"www.example.org"});
  served.chain.pop_back();
  const auto response = import(import_of(pem_of(served)));
  ASSERT_THAT(response.missing(), SizeIs(1));
  EXPECT_EQ(response.missing(0).name(), "CN=intermediate");
  EXPECT_EQ(response.missing(0).certificate(), as_text(served.leaf().der()));
  EXPECT_THAT(response.notes(0), HasSubstr("its issuer CN=intermediate is missing"));
  const auto later = import(import_of(pem(ca.intermediate)));
  EXPECT_TRUE(later.change().applied());
  EXPECT_THAT(later.notes(0), HasSubstr("\"www.example.org\" becomes complete"));
  EXPECT_THAT(must(find("www.example.org")).candidates.front().record.chain,
              ElementsAre(served.leaf(), ca.intermediate));
  EXPECT_THAT(arrived, ElementsAre("www.example.org", "intermediate", "www.example.org"))
      << "what is to be proven, new or replaced";
}

TEST_F(ImportTest, I4_everything_goes_to_the_shelf_of_what_it_is) {
  const Ca ca;
  import(import_of(pem_of(identity({"a.example"})) + pem(ca.intermediate) + pem(ca.root)));
  EXPECT_THAT(names_on("identities"), ElementsAre("a.example"));
  EXPECT_THAT(names_on("intermediates"), ElementsAre("intermediate"));
  EXPECT_THAT(names_on("anchors"), ElementsAre("root"));
}

TEST_F(ImportTest, I4_a_wrong_shelf_is_refused_with_the_reason) {
  const Ca ca;
  auto request = import_of(pem(ca.root));
  request.set_shelf("intermediates");
  const auto refused = ask(&CertificateDesk::import, request);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("issued itself"));
  request.set_shelf("cellar");
  EXPECT_THAT(ask(&CertificateDesk::import, request).error().what, HasSubstr("is no shelf"));
  EXPECT_THAT(listed().stored(), IsEmpty());
}

TEST_F(ImportTest, a_passphrase_that_is_missing_or_wrong_is_told_apart) {
  const auto file = crypto::testing::sample_file("pkcs12_fuzz/openssl.p12");
  EXPECT_THAT(refused(import_of(file), "passphrase_missing"), HasSubstr("some.file: "));
  auto wrong = import_of(file);
  wrong.add_passphrases("wrong");
  refused(std::move(wrong), "passphrase_wrong");
}

TEST_F(ImportTest, F2_what_clients_would_refuse_is_refused_with_reason_and_remedy) {
  const Ca ca;
  auto expired = identity({"a.example"}, {.from = -90, .to = -1});
  EXPECT_THAT(refused(import_of(pem_of(expired)), "expired"), HasSubstr("renew it"));
  auto no_pair = identity({"a.example"});
  no_pair.key = crypto::PrivateKey::generate(crypto::KeyType::p256).value();
  EXPECT_THAT(refused(import_of(pem_of(no_pair)), "not_a_pair"), HasSubstr("not a pair"));
  EXPECT_THAT(refused(import_of(pem(identity({"a.example"}).leaf())), "not_a_pair"),
              HasSubstr("comes without its private key"));
  EXPECT_THAT(refused(import_of(pem_of({{ca.root}, ca.root_key})), "ca_as_leaf"),
              HasSubstr("can sign for every name"));
  refused(import_of("nothing of use"), "unsupported");
  refused(import_of(""), "nothing_inside");
}

TEST_F(ImportTest, A2_the_role_that_is_asked_for_is_checked) {
  auto client = import_of(pem_of(identity({"fe-auth"}, {}, crypto::Purpose::client)));
  client.set_role("serverAuth");
  EXPECT_THAT(refused(client, "wrong_role"), HasSubstr("not meant for servers"));
  client.set_role("clientAuth");
  EXPECT_TRUE(import(client).change().applied());
  EXPECT_THAT(get("fe-auth").certificate().roles(), ElementsAre("clientAuth"));
}

TEST_F(ImportTest, the_same_certificate_again_changes_nothing_and_says_so) {
  const auto file = pem_of(identity({"a.example"}));
  import(import_of(file, "first"));
  const auto again = import(import_of(file));
  EXPECT_EQ(again.found(0).fate(), "unchanged");
  EXPECT_EQ(again.found(0).name(), "first");
  EXPECT_THAT(again.change().plan(), IsEmpty());
  EXPECT_THAT(brought, SizeIs(1));
  EXPECT_THAT(names_on("identities"), ElementsAre("first"));
}

TEST_F(ImportTest, T6_a_replacement_keeps_id_and_name) {
  import(import_of(pem_of(identity({"a.example"})), "files"));
  const auto before = get("files").certificate();
  auto request = import_of(pem_of(identity({"a.example", "b.example"})));
  *request.mutable_replace() = selector("files");
  const auto response = import(request);
  EXPECT_TRUE(response.change().applied());
  const auto after = get("files").certificate();
  EXPECT_EQ(after.id(), before.id());
  EXPECT_NE(after.sha256(), before.sha256());
  request.set_name("other");
  EXPECT_THAT(ask(&CertificateDesk::import, request).error().what, HasSubstr("keeps its name"));
}

TEST_F(ImportTest, a_renewed_certificate_comes_without_the_key_that_is_here) {
  const Ca ca;
  const auto served = ca.serve({"www.example.org"});
  import(import_of(pem_of(served), "www"));
  auto spec = crypto::testing::server_spec({"www.example.org"});
  spec.not_after += std::chrono::days(60);
  const auto renewed = crypto::issue(spec, served.key, ca.intermediate, ca.key).value();
  auto request = import_of(pem(renewed) + pem(ca.intermediate));
  *request.mutable_replace() = selector("www");
  EXPECT_TRUE(import(request).change().applied());
  const auto kept = must(run(store().identity(must(find("www")).candidates[0].record.id, soon())));
  EXPECT_EQ(kept.leaf(), renewed);
  EXPECT_TRUE(kept.leaf().matches(kept.key));
}

TEST_F(ImportTest, a_name_that_is_taken_is_refused_and_another_one_is_numbered) {
  import(import_of(pem_of(identity({"a.example"})), "files"));
  const auto taken =
      ask(&CertificateDesk::import, import_of(pem_of(identity({"b.example"})), "files"));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::conflict);
  EXPECT_THAT(taken.error().what, HasSubstr("--replace \"files\""));
  import(import_of(pem_of(identity({"a.example"}))));
  import(import_of(pem_of(identity({"a.example"}))));
  EXPECT_THAT(names_on("identities"), ElementsAre("a.example", "a.example (2)", "files"));
}

TEST_F(ImportTest, the_friendly_name_of_a_pkcs12_file_becomes_the_name) {
  const auto passphrase = crypto::Passphrase::parse(testing::kStrong).value();
  const auto file =
      crypto::write_pkcs12(identity({"a.example"}), {.friendly_name = "Bought in May"}, passphrase);
  auto request = import_of(as_text(file->view()));
  request.add_passphrases(std::string(testing::kStrong));
  import(std::move(request));
  EXPECT_THAT(names_on("identities"), ElementsAre("Bought in May"));
}

TEST_F(ImportTest, a_dry_run_says_what_would_be_stored_and_who_would_be_answered) {
  chooses = [](const certs::Record&) { return std::vector<std::string>{"site a.example"}; };
  auto request = import_of(pem_of(identity({"a.example"})), "files");
  request.set_dry_run(true);
  const auto response = import(std::move(request));
  ASSERT_THAT(response.change().plan(), SizeIs(2));
  EXPECT_THAT(response.change().plan(0).text(), HasSubstr("\"files\" (a.example, ECDSA P-256"));
  EXPECT_EQ(response.change().plan(0).state(), "planned");
  EXPECT_EQ(response.change().plan(1).text(), "\"files\" answers for site a.example");
  EXPECT_FALSE(response.change().applied());
  EXPECT_THAT(listed().stored(), IsEmpty());
  EXPECT_THAT(brought, IsEmpty());
}

TEST_F(ImportTest, T6_an_import_whose_proof_fails_is_taken_back) {
  const Ca ca;
  the_proof_fails();
  const auto response =
      import(import_of(pem_of(identity({"a.example"})) + pem(ca.root) + pem(ca.intermediate)));
  EXPECT_TRUE(response.change().rolled_back());
  EXPECT_FALSE(response.change().applied());
  EXPECT_EQ(response.change().plan(0).state(), "undone");
  EXPECT_THAT(response.stored(), IsEmpty());
  EXPECT_THAT(listed().stored(), IsEmpty());
}

TEST_F(ImportTest, T6_a_replacement_whose_proof_fails_is_put_back_with_its_key) {
  const auto content = identity({"a.example"});
  import(import_of(pem_of(content), "files"));
  the_proof_fails();
  const Ca ca;
  auto request = import_of(pem_of(ca.serve({"b.example"})));
  *request.mutable_replace() = selector("files");
  EXPECT_TRUE(import(std::move(request)).change().rolled_back());
  const auto id = must(find("files")).candidates.front().record.id;
  const auto kept = must(run(store().identity(id, soon())));
  EXPECT_EQ(kept.leaf(), content.leaf());
  EXPECT_TRUE(kept.leaf().matches(kept.key));
  EXPECT_THAT(history(id).back().cause.why, HasSubstr("undone"));
}

TEST_F(ImportTest, T6_a_replacement_that_its_users_would_not_choose_is_refused) {
  import(import_of(pem_of(identity({"a.example"})), "files"));
  chooses = [](const certs::Record& record) -> std::vector<std::string> {
    if (record.names.front() == "a.example") return {"site a.example"};
    return {};
  };
  auto request = import_of(pem_of(identity({"b.example"})));
  *request.mutable_replace() = selector("files");
  const auto refused = ask(&CertificateDesk::import, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().what, HasSubstr("site a.example would not find \"files\""));
  request = import_of(pem_of(identity({"a.example", "b.example"})));
  *request.mutable_replace() = selector("files");
  EXPECT_TRUE(import(std::move(request)).change().applied());
}

TEST_F(ImportTest, an_error_of_the_control_plane_undoes_the_import_too) {
  cannot_bring = Error{Fault::machine, true, "Another change is under way.", ErrorKind::conflict};
  const auto failed = ask(&CertificateDesk::import, import_of(pem_of(identity({"a.example"}))));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "Another change is under way.");
  EXPECT_THAT(listed().stored(), IsEmpty());
}

TEST_F(ImportTest, a_certificate_that_is_valid_from_tomorrow_is_taken_with_a_note) {
  const auto response = import(import_of(pem_of(identity({"a.example"}, {.from = 1, .to = 90}))));
  EXPECT_TRUE(response.change().applied());
  EXPECT_THAT(response.notes(0), HasSubstr("not valid before"));
  EXPECT_EQ(get("a.example").certificate().state(), "not yet valid");
}

TEST_F(ImportTest, I1_the_answer_to_a_request_finds_its_key_and_completes_it) {
  api::RequestCertificateRequest wanted;
  wanted.add_names("www.example.org");
  wanted.set_name("www");
  const auto asked = done(&CertificateDesk::request, wanted);
  const auto csr = crypto::CertificateRequest::from_pem(asked.pem()).value();
  const auto waiting = must(run(store().requests().list(soon())));
  const auto key = must(run(store().requests().key(waiting.front().id, soon())));
  const Ca ca;
  const auto leaf =
      crypto::issue(crypto::testing::server_spec({"www.example.org"}), key, ca.intermediate, ca.key)
          .value();
  ASSERT_EQ(leaf.spki_sha256(), csr.spki_sha256());

  the_proof_fails();
  import(import_of(pem(leaf) + pem(ca.intermediate)));
  EXPECT_THAT(listed().requests(), SizeIs(1)) << "its key is kept until the proof is in";
}

TEST_F(ImportTest, I1_a_request_is_gone_when_its_certificate_is_there) {
  api::RequestCertificateRequest wanted;
  wanted.add_names("www.example.org");
  wanted.set_name("www");
  done(&CertificateDesk::request, wanted);
  const auto waiting = must(run(store().requests().list(soon())));
  const auto key = must(run(store().requests().key(waiting.front().id, soon())));
  const Ca ca;
  const auto leaf =
      crypto::issue(crypto::testing::server_spec({"www.example.org"}), key, ca.intermediate, ca.key)
          .value();
  const auto response = import(import_of(pem(leaf) + pem(ca.intermediate)));
  EXPECT_EQ(response.found(0).fate(), "completes a request");
  EXPECT_THAT(listed().requests(), IsEmpty());
  EXPECT_THAT(names_on("identities"), ElementsAre("www"));
  const auto kept = must(run(store().identity(must(find("www")).candidates[0].record.id, soon())));
  EXPECT_TRUE(kept.leaf().matches(kept.key));
}

}  // namespace
}  // namespace gatehouse::control
