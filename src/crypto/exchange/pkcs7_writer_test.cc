#include "crypto/exchange/pkcs7_writer.h"

#include <gtest/gtest.h>

#include "crypto/exchange/bundle.h"
#include "crypto/testing/chains.h"

namespace gatehouse::crypto {
namespace {

TEST(Pkcs7Writer, I12_what_it_writes_is_read_again_with_every_certificate) {
  const testing::Ca ca;
  const Identity served = ca.serve({"a.example"});
  std::vector<Certificate> all = served.chain;
  all.push_back(ca.root);
  const Bytes file = write_pkcs7(all).value();
  const auto bundle = read_bundle(file, nullptr).value();
  EXPECT_EQ(bundle.format, BundleFormat::pkcs7);
  ASSERT_EQ(bundle.certificates.size(), 3u);
  for (const Certificate& one : all) {
    EXPECT_TRUE(std::ranges::any_of(bundle.certificates,
                                    [&](const auto& read) { return read.certificate == one; }));
  }
  EXPECT_TRUE(bundle.keys.empty());
}

}  // namespace
}  // namespace gatehouse::crypto
