#include <malloc.h>

#include "tls/bare_client.h"

// What a sanitizer counts is not what the program needs.
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) && \
    !__has_feature(memory_sanitizer) && !__has_feature(thread_sanitizer)

namespace gatehouse::tls::testing {
namespace {

class Memory : public BareTest {};

std::size_t heap_in_use() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST_F(Memory, an_idle_connection_takes_ten_kilobytes_at_most) {
  constexpr std::size_t kMany = 200;
  for (const std::uint16_t version : kVersions) {
    std::vector<Bare> made;
    for (std::size_t i = 0; i < kMany; ++i) {
      made.push_back(bare());
      made.back().client->version(version);
      run(*made.back().client);
      ASSERT_TRUE(made.back().secure());
      made.back().client->write("a request");
      run(*made.back().client);
      EXPECT_EQ(made.back().server->read(), "a request");
      EXPECT_EQ(made.back().server->write("a response").status, io::IoStatus::ok);
    }
    const std::size_t before = heap_in_use();
    for (Bare& one : made) one.server.reset();
    const std::size_t each = (before - heap_in_use()) / kMany;
    RecordProperty("bytes_per_connection_" + std::to_string(version), static_cast<int>(each));
    EXPECT_LE(each, 10 * 1024u) << version_text(version);
    EXPECT_GT(each, 1024u) << "nothing was measured";
  }
}

}  // namespace
}  // namespace gatehouse::tls::testing

#endif
