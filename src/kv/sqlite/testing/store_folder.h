#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "base/testing/temporary_folder.h"
#include "kv/sqlite/sqlite_engine.h"

namespace gatehouse::kv::testing {

// A private folder with a store in it, gone after the test.
class StoreFolder {
 public:
  std::filesystem::path file() const { return folder_ / "state.db"; }
  const std::filesystem::path& path() const { return folder_.path(); }

  Result<std::unique_ptr<SqliteEngine>> try_open(const char* vfs = nullptr) const {
    return SqliteEngine::open(file(), vfs);
  }
  // A store that has to open.
  std::unique_ptr<SqliteEngine> open(const char* vfs = nullptr) const {
    auto engine = try_open(vfs);
    if (engine) return std::move(*engine);
    ADD_FAILURE() << engine.error().what;
    return nullptr;
  }

 private:
  gatehouse::testing::TemporaryFolder folder_;
};

}  // namespace gatehouse::kv::testing
