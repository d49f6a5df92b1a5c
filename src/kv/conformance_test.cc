#include "kv/testing/conformance.h"

#include "kv/memory_engine.h"
#include "kv/memory_store.h"
#include "kv/store_thread.h"

namespace gatehouse::kv::testing {
namespace {

class MemoryHarness final : public LocalHarness {
 public:
  Store& store() override { return store_; }

 private:
  MemoryStore store_{reactor_};
};

std::unique_ptr<Harness> make_memory_harness() { return std::make_unique<MemoryHarness>(); }

INSTANTIATE_TEST_SUITE_P(Memory, Conformance, ::testing::Values(&make_memory_harness));

class ThreadHarness final : public LocalHarness {
 public:
  Store& store() override { return *first_; }
  Store& other() override { return *second_; }

 private:
  std::unique_ptr<StoreThread> thread_ =
      *StoreThread::start(std::make_unique<MemoryEngine>(), clock_);
  std::unique_ptr<Store> first_ = thread_->store(reactor_);
  std::unique_ptr<Store> second_ = thread_->store(reactor_);
};

std::unique_ptr<Harness> make_thread_harness() { return std::make_unique<ThreadHarness>(); }

INSTANTIATE_TEST_SUITE_P(Thread, Conformance, ::testing::Values(&make_thread_harness));

}  // namespace
}  // namespace gatehouse::kv::testing
