#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/json.h"
#include "control/certificates/testing/desk_fixture.h"
#include "crypto/exchange/bundle.h"

namespace gatehouse::control {
namespace {

using certs::testing::identity;
using crypto::testing::Ca;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ExportTest : public testing::DeskFixture {
 protected:
  Result<api::ExportedFile> export_public(std::string_view text, std::string_view format) {
    api::ExportCertificateRequest request;
    *request.mutable_selector() = selector(text);
    request.set_format(std::string(format));
    return ask(&CertificateDesk::export_public, request);
  }
  Result<api::ExportedFile> export_key(std::string_view text, std::string_view format,
                                       std::string_view profile = "",
                                       std::string_view passphrase = testing::kStrong) {
    api::ExportKeyRequest request;
    *request.mutable_selector() = selector(text);
    request.set_format(std::string(format));
    request.set_profile(std::string(profile));
    request.set_passphrase(std::string(passphrase));
    request.set_why("for the old balancer");
    return ask(&CertificateDesk::export_key, request);
  }
  static crypto::Bundle opened(const api::ExportedFile& file) {
    const auto passphrase = crypto::Passphrase::parse(testing::kStrong).value();
    auto bundle = crypto::read_bundle(as_bytes(file.content()), &passphrase);
    if (!bundle) ADD_FAILURE() << bundle.error().error.what;
    return std::move(*bundle);
  }
};

TEST_F(ExportTest, I12_every_public_form_opens_again) {
  const Ca ca;
  const auto served = ca.serve({"www.example.org"});
  put("www", served);
  EXPECT_EQ(must(export_public("www", "")).content(), served.leaf().to_pem());
  EXPECT_EQ(must(export_public("www", "der")).content(), as_text(served.leaf().der()));
  EXPECT_EQ(must(export_public("www", "chain")).content(), ca.intermediate.to_pem());
  EXPECT_EQ(must(export_public("www", "fullchain")).content(), served.chain_pem());
  const auto pkcs7 = must(export_public("www", "pkcs7"));
  EXPECT_THAT(opened(pkcs7).certificates, SizeIs(2));
  EXPECT_EQ(pkcs7.file_name(), "www.p7b");
  EXPECT_FALSE(pkcs7.text());
  EXPECT_TRUE(must(export_public("www", "pem")).text());
}

TEST_F(ExportTest, I15_the_verb_for_public_parts_has_no_form_with_a_key) {
  put("www", identity({"www.example.org"}));
  for (const auto format : {"pfx", "key"}) {
    EXPECT_THAT(export_public("www", format).error().what, HasSubstr("--with-key"));
  }
  EXPECT_EQ(export_public("www", "jks").error().kind, ErrorKind::usage);
  EXPECT_THAT(export_public("www", "chain").error().what, HasSubstr("has no chain"));
}

TEST_F(ExportTest, I12_a_pfx_of_each_profile_opens_with_its_passphrase_and_has_key_and_chain) {
  const Ca ca;
  const auto served = ca.serve({"www.example.org"});
  put("www", served);
  for (const auto profile : {"windows-2016", "windows", "macos", "java", "openssl", ""}) {
    const auto bundle = opened(must(export_key("www", "pfx", profile)));
    ASSERT_THAT(bundle.keys, SizeIs(1)) << profile;
    EXPECT_EQ(bundle.keys.front().key.spki_sha256(), served.key.spki_sha256());
    EXPECT_EQ(bundle.keys.front().label.friendly_name, "www");
    EXPECT_THAT(bundle.certificates, SizeIs(2));
  }
  EXPECT_THAT(export_key("www", "pfx", "solaris").error().what, HasSubstr("windows-2016"));
}

TEST_F(ExportTest, I12_a_key_alone_is_encrypted_pem) {
  const auto content = identity({"www.example.org"});
  put("www", content);
  const auto file = must(export_key("www", "key"));
  EXPECT_THAT(file.content(), HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"));
  EXPECT_EQ(opened(file).keys.front().key.spki_sha256(), content.key.spki_sha256());
  EXPECT_EQ(file.file_name(), "www.key");
  EXPECT_EQ(export_key("www", "key", "windows").error().kind, ErrorKind::usage);
}

TEST_F(ExportTest, I12_a_weak_passphrase_is_refused_and_nothing_leaves) {
  const auto put = this->put("www", identity({"www.example.org"}));
  for (const auto weak : {"", "secret", "Passw0rd2026", "aaaaaaaaaaaaaaaaaaaa"}) {
    const auto refused = export_key("www", "pfx", "", weak);
    ASSERT_FALSE(refused) << weak;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
    if (*weak != '\0') EXPECT_THAT(refused.error().what, ::testing::Not(HasSubstr(weak)));
  }
  EXPECT_THAT(history(put.id), SizeIs(1));
  EXPECT_EQ(log_file.text(), "");
}

TEST_F(ExportTest, I15_a_key_that_leaves_is_told_in_the_history_and_the_event_log) {
  const auto put = this->put("www", identity({"www.example.org"}));
  must(export_key("www", "pfx", "java"));
  const auto entry = history(put.id).back();
  EXPECT_EQ(entry.event, certs::Event::key_exported);
  EXPECT_EQ(entry.cause.who, "ops (uid 1001)");
  EXPECT_EQ(entry.cause.why, "as pfx for java: for the old balancer");
  EXPECT_THAT(log_file.text(), HasSubstr("A private key was exported"));
  EXPECT_THAT(log_file.text(), HasSubstr(R"("user":"ops")"));
}

TEST_F(ExportTest, I15_what_has_no_key_has_none_to_export) {
  const Ca ca;
  put({.content = ca.root});
  EXPECT_EQ(export_key("root", "pfx").error().kind, ErrorKind::not_found);
}

// ------------------------------------------------------------------ I15, over every method

// The bytes that only who has the key knows, in every form in which an answer could hold them.
std::vector<std::string> secrets_of(const crypto::PrivateKey& key) {
  const Secret der = key.to_pkcs8();
  const std::string all(as_text(der.view()));
  // PKCS#8 of P-256 (RFC 5915): the private scalar is 32 bytes from the 36th on.
  const std::string scalar = all.substr(36, 32);
  const std::string pem(as_text(key.to_pem().view()));
  const std::string line = pem.substr(pem.find('\n') + 65, 60);  // of base64, past the algorithm
  return {scalar, line, crypto::hex(as_bytes(scalar))};
}

class NoKeyTest : public ExportTest {
 protected:
  void check(const google::protobuf::Message& answer) {
    ++answers_;
    for (const std::string& text : {api::to_json(answer), answer.SerializeAsString()}) {
      EXPECT_EQ(text.find("PRIVATE KEY"), std::string::npos);
      for (const std::string& secret : secrets_) {
        EXPECT_EQ(text.find(secret), std::string::npos) << answer.GetDescriptor()->full_name();
      }
    }
  }
  template <class Response, class Request>
  void check(CertificateDesk::Answer<Response> (CertificateDesk::*method)(Request, Caller),
             Request request) {
    const auto answer = ask(method, std::move(request));
    if (answer) return check(*answer);
    api::ConnectError error;
    error.set_message(answer.error().what);
    check(error);
  }
  void know(const crypto::PrivateKey& key) {
    for (std::string& secret : secrets_of(key)) secrets_.push_back(std::move(secret));
  }

  // Each way of bringing keys, and of failing at it.
  void bring(const crypto::Identity& first, const crypto::Identity& second) {
    know(first.key);
    know(second.key);
    auto request = import_of(pem_of(first), "www");
    request.set_dry_run(true);
    check(&CertificateDesk::import, request);
    request.set_dry_run(false);
    check(&CertificateDesk::import, request);
    check(&CertificateDesk::import, request);
    check(&CertificateDesk::import, import_of(pem_of(second) + "damaged -----BEGIN X-----"));
    auto not_a_pair = second;
    not_a_pair.key = first.key;
    check(&CertificateDesk::import, import_of(pem_of(not_a_pair)));
    auto replacing = import_of(pem_of(second));
    *replacing.mutable_replace() = selector("www");
    check(&CertificateDesk::import, replacing);
  }
  // Keys that the desk makes.
  void make(const std::string& name, const std::string& requested) {
    api::CreateCertificateRequest create;
    create.add_names(name);
    check(&CertificateDesk::create, create);
    api::RequestCertificateRequest wish;
    wish.add_names(requested);
    check(&CertificateDesk::request, wish);
    for (const auto& pending : must(run(store().requests().list(soon())))) {
      know(must(run(store().requests().key(pending.id, soon()))));
    }
    const auto created = must(find(name)).candidates.front().record.id;
    know(must(run(store().identity(created, soon()))).key);
  }
  void read(std::string_view text) {
    api::GetCertificateRequest get;
    *get.mutable_selector() = selector(text);
    check(&CertificateDesk::get, get);
    api::CertificateHistoryRequest history;
    *history.mutable_selector() = selector(text);
    check(&CertificateDesk::history, history);
    for (const auto* format : {"pem", "der", "chain", "fullchain", "pkcs7", "pfx", "key"}) {
      api::ExportCertificateRequest exported;
      *exported.mutable_selector() = selector(text);
      exported.set_format(format);
      check(&CertificateDesk::export_public, exported);
    }
  }
  void take_the_key_out(std::string_view text) {
    for (const auto* profile : {"windows-2016", "windows", "macos", "java", "openssl"}) {
      const auto file = export_key(text, "pfx", profile);
      if (file) check(*file);
    }
    const auto key = export_key(text, "key");
    if (!key) return;
    for (const std::string& secret : secrets_) {
      EXPECT_EQ(key->content().find(secret), std::string::npos);
    }
  }
  void change(std::string_view name) {
    api::RenameCertificateRequest rename;
    *rename.mutable_selector() = selector(name);
    rename.set_name("shop");
    check(&CertificateDesk::rename, rename);
    api::RemoveCertificateRequest remove;
    *remove.mutable_selector() = selector("shop");
    check(&CertificateDesk::remove, remove);
  }

  std::vector<std::string> secrets_;
  std::size_t answers_ = 0;
};

TEST_F(NoKeyTest, I15_no_answer_holds_a_key_but_that_of_export_key_and_that_one_none_in_the_clear) {
  const Ca ca;
  bring(ca.serve({"www.example.org"}), ca.serve({"www.example.org", "b.example"}));
  make("c.example", "d.example");
  check(&CertificateDesk::list, api::ListCertificatesRequest{});
  for (const auto* text : {"www", "c.example", "d.example"}) {
    read(text);
    take_the_key_out(text);
  }
  change("www");
  EXPECT_GT(answers_, 40u);
  for (const std::string& secret : secrets_) {
    EXPECT_EQ(log_file.text().find(secret), std::string::npos);
  }
}

}  // namespace
}  // namespace gatehouse::control
