#include "kv/testing/conformance.h"

#include "kv/sqlite/testing/store_folder.h"
#include "kv/store_thread.h"

namespace gatehouse::kv::testing {
namespace {

class SqliteHarness final : public LocalHarness {
 public:
  Store& store() override { return *first_; }
  Store& other() override { return *second_; }

 private:
  StoreFolder folder_;
  std::unique_ptr<StoreThread> thread_ = *StoreThread::start(folder_.open(), clock_);
  std::unique_ptr<Store> first_ = thread_->store(reactor_);
  std::unique_ptr<Store> second_ = thread_->store(reactor_);
};

std::unique_ptr<Harness> make_sqlite_harness() { return std::make_unique<SqliteHarness>(); }

INSTANTIATE_TEST_SUITE_P(Sqlite, Conformance, ::testing::Values(&make_sqlite_harness));

}  // namespace
}  // namespace gatehouse::kv::testing
