#include "app/state_store.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "io/run_until_done.h"
#include "kv/memory_engine.h"
#include "kv/sqlite/sqlite_engine.h"

namespace gatehouse::app {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFile = "state.db";
// A passphrase takes some tenths of a second, and a store of an older version its upgrade.
constexpr auto kOpenTime = 60s;

// Another gatehouse makes the store of the same folder now: until it has, there is nothing to read.
// The anchor is the last that a first start needs.
void wait_for_first_start(const std::filesystem::path& state) {
  constexpr auto kLongest = 2s;
  constexpr auto kBetweenLooks = 20ms;
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (!std::filesystem::exists(state / "ca/root.crt") &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

bool is_file_with_content(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::file_size(file, none) > 0 && !none;
}

// Stands for a store that cannot be made: empty, and with the reason for whoever would change it.
class NoStore final : public kv::MemoryEngine {
 public:
  explicit NoStore(Error reason) : reason_(std::move(reason)) {}
  Result<kv::EngineOutcome> commit(const kv::Transaction& transaction) override {
    // What makes an empty store of it.
    if (revision() == kv::MemoryEngine().revision()) return MemoryEngine::commit(transaction);
    return std::unexpected(reason_);
  }
  Result<kv::Lease> grant(std::chrono::seconds /*duration*/) override {
    return std::unexpected(reason_);
  }

 private:
  Error reason_;
};

// Of a store that lives as long as this process.
class PassingMaster final : public certs::MasterSource {
 public:
  Result<std::optional<certs::MasterSecret>> read() override { return std::nullopt; }
  Result<certs::MasterSecret> make() override {
    return certs::MasterKey{Secret(Bytes(certs::MasterKey::kBytes))};
  }
  std::string where() const override { return "memory"; }
};

}  // namespace

Result<std::unique_ptr<StateStore>> StateStore::open(
    const std::filesystem::path& state, const Environment& environment,
    const std::optional<std::filesystem::path>& passphrase_file, io::Reactor& reactor,
    const Clock& clock, const certs::Usage& usage) {
  const std::filesystem::path file = std::filesystem::absolute(state) / kFile;
  bool is_there = is_file_with_content(file);
  auto opened = [&]() -> Result<std::unique_ptr<StateStore>> {
    auto folder = certs::StateFolder::open(state);
    if (!folder) return pass_on(folder);
    certs::MachineMaster master(*folder, environment, passphrase_file);
    auto engine = kv::SqliteEngine::open(file);
    if (engine) return make(std::move(*engine), master, reactor, clock, usage);
    if (engine.error().kind == ErrorKind::conflict) {
      wait_for_first_start(state);
      is_there = is_file_with_content(file);
    }
    // What is no store of this version is not one to read either.
    if (!is_there || engine.error().kind == ErrorKind::invalid) return pass_on(engine);
    auto reader = kv::SqliteEngine::open_to_read(file, engine.error());
    if (!reader) return pass_on(engine);
    auto read = make(std::move(*reader), master, reactor, clock, usage);
    if (read) (*read)->keeps_nothing_because_ = engine.error().what;
    return read;
  }();
  if (opened || is_there) return opened;
  PassingMaster master;
  auto none_kept = make(std::make_unique<NoStore>(opened.error()), master, reactor, clock, usage);
  if (none_kept) (*none_kept)->keeps_nothing_because_ = opened.error().what;
  return none_kept;
}

Result<std::unique_ptr<StateStore>> StateStore::make(std::unique_ptr<kv::Engine> engine,
                                                     certs::MasterSource& master,
                                                     io::Reactor& reactor, const Clock& clock,
                                                     const certs::Usage& usage) {
  auto thread = kv::StoreThread::start(std::move(engine), clock);
  if (!thread) return pass_on(thread);
  std::unique_ptr<StateStore> made(new StateStore(std::move(*thread), reactor));
  auto certificates =
      io::run_until_done(reactor, certs::CertificateStore::open(*made->entries_, reactor, master,
                                                                usage, reactor.in(kOpenTime)));
  if (!certificates) return pass_on(certificates);
  made->certificates_ = std::move(*certificates);
  made->master_is_in_folder_ = master.beside_the_store();
  return made;
}

}  // namespace gatehouse::app
