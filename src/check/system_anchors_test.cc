#include "check/system_anchors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "crypto/testing/chains.h"

namespace gatehouse::check {
namespace {

using gatehouse::testing::put;
using gatehouse::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SystemAnchorsTest : public ::testing::Test {
 protected:
  void write(const std::string& pem, const char* bundle = "etc/ssl/certs/ca-certificates.crt") {
    const auto file = root_ / bundle;
    std::filesystem::create_directories(file.parent_path());
    // As the tools of distributions do: another file takes the place.
    const auto next = std::filesystem::path(file).concat(".new");
    put(next, pem);
    std::filesystem::rename(next, file);
  }

  TemporaryFolder root_;
  const crypto::testing::Ca a_;
  const crypto::testing::Ca b_;
  SystemAnchors anchors_{root_.path()};
};

TEST_F(SystemAnchorsTest, are_those_of_the_bundle_and_what_cannot_be_read_is_skipped) {
  EXPECT_THAT(anchors_.now(), IsEmpty());
  write("words\n" + a_.root.to_pem() +
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + b_.root.to_pem());
  EXPECT_THAT(anchors_.now(), ElementsAre(a_.root, b_.root));
}

TEST_F(SystemAnchorsTest, are_read_again_when_the_bundle_was_changed) {
  write(a_.root.to_pem());
  EXPECT_THAT(anchors_.now(), ElementsAre(a_.root));
  write(b_.root.to_pem());
  EXPECT_THAT(anchors_.now(), ElementsAre(b_.root));
  std::filesystem::remove(root_ / "etc/ssl/certs/ca-certificates.crt");
  EXPECT_THAT(anchors_.now(), IsEmpty());
  write(a_.root.to_pem(), "etc/ssl/cert.pem");
  EXPECT_THAT(anchors_.now(), ElementsAre(a_.root));
}

TEST_F(SystemAnchorsTest, are_not_read_again_otherwise) {
  write(a_.root.to_pem());
  const auto* first = anchors_.now().data();
  EXPECT_EQ(anchors_.now().data(), first);
}

}  // namespace
}  // namespace gatehouse::check
