// make_store: fills the store of a state folder with certificates, for measurements. Not shipped.
// usage: make_store STATE COUNT ecdsa|rsa [PEM]
// Certificate number N is for nNNNNNNN.example.com (seven digits, from 0) and was issued by one
// authority, which is left as STATE/root.pem. Each has a key of its own (P-256, or RSA-2048). In
// the folder PEM, if one is named, each is a file N.pem with chain and key, too.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/environment.h"
#include "certs/store/certificate_store.h"
#include "certs/store/record_writes.h"
#include "certs/store/state_folder.h"
#include "crypto/issue.h"
#include "io/reactor.h"
#include "io/run_until_done.h"
#include "kv/sqlite/sqlite_engine.h"
#include "kv/store_thread.h"

namespace {

using namespace gatehouse;
using namespace std::chrono_literals;

// Enough that the pages of an index are written a few times only.
constexpr std::size_t kBatch = 20'000;

class Nobody final : public certs::Usage {
 public:
  std::vector<std::string> users(const certs::RecordId& /*id*/) const override { return {}; }
};

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  fmt::print(stderr, "make_store: {}\n", result.error().what);
  std::exit(1);
}

crypto::CertificateSpec spec_of(std::string common_name, WallTime now) {
  crypto::CertificateSpec spec;
  spec.common_name = std::move(common_name);
  spec.not_before = now - 24h;
  spec.not_after = now + 24h * 365;
  return spec;
}

// root -> intermediate, which issues.
class Authority {
 public:
  explicit Authority(WallTime now) : now_(now) {
    auto spec = spec_of("root of the bench", now);
    spec.ca_path_length = 1;
    root_ = must(crypto::issue_self_signed(spec, root_key_));
    spec = spec_of("authority of the bench", now);
    spec.ca_path_length = 0;
    intermediate_ = must(crypto::issue(spec, key_, *root_, root_key_));
  }

  const crypto::Certificate& root() const { return *root_; }
  crypto::Identity serve(const std::string& name, crypto::KeyType type) const {
    auto spec = spec_of(name, now_);
    spec.names.push_back(must(NamePattern::parse(name)));
    spec.purpose = crypto::Purpose::server;
    auto key = must(crypto::PrivateKey::generate(type));
    auto leaf = must(crypto::issue(spec, key, *intermediate_, key_));
    return {{std::move(leaf), *intermediate_}, std::move(key)};
  }

 private:
  WallTime now_;
  crypto::PrivateKey root_key_ = must(crypto::PrivateKey::generate(crypto::KeyType::p256));
  crypto::PrivateKey key_ = must(crypto::PrivateKey::generate(crypto::KeyType::p256));
  std::optional<crypto::Certificate> root_;
  std::optional<crypto::Certificate> intermediate_;
};

// Makes the store with its master secret, as the program does.
std::shared_ptr<const certs::KeyVault> make_vault(const std::filesystem::path& state,
                                                  const std::filesystem::path& file,
                                                  const Clock& clock) {
  io::Reactor reactor(clock);
  auto folder = must(certs::StateFolder::open(state));
  const Environment environment = [](const char*) { return std::optional<std::string>(); };
  certs::MachineMaster master(folder, environment);
  auto thread = must(kv::StoreThread::start(must(kv::SqliteEngine::open(file)), clock));
  auto store = thread->store(reactor);
  const Nobody nobody;
  auto opened = must(io::run_until_done(
      reactor, certs::CertificateStore::open(*store, reactor, master, nobody, reactor.in(1min))));
  return opened->vault();
}

void put(kv::Engine& engine, std::vector<kv::Write> writes) {
  std::ranges::sort(writes, {}, [](const kv::Write& write) { return kv::key_of(write); });
  (void)must(engine.commit({{}, std::move(writes)}));
}

struct Order {
  std::filesystem::path state;
  std::size_t count = 0;
  crypto::KeyType type = crypto::KeyType::p256;
  std::filesystem::path pem;  // empty: none
};

void write_pem(const std::filesystem::path& file, const crypto::Identity& identity) {
  const Secret text = identity.to_pem();
  std::ofstream(file) << as_text(text.view());
}

void fill(const Order& order) {
  const auto& [state, count, type, pem] = order;
  const SystemClock clock;
  const WallTime now = std::chrono::floor<std::chrono::seconds>(clock.wall());
  const auto file = state / "state.db";
  const auto vault = make_vault(state, file, clock);
  const Authority authority(now);
  std::ofstream(state / "root.pem") << authority.root().to_pem();
  auto engine = must(kv::SqliteEngine::open(file));
  // In order, so that the store grows at its ends.
  std::vector<certs::RecordId> ids(count);
  std::ranges::generate(ids, certs::RecordId::random);
  std::ranges::sort(ids);
  std::vector<kv::Write> writes;
  for (std::size_t number = 0; number < count; ++number) {
    const std::string name = fmt::format("n{:07}.example.com", number);
    const crypto::Identity identity = authority.serve(name, type);
    const certs::Record record(
        {ids[number], certs::Shelf::identities, must(certs::RecordName::parse(name)),
         certs::Owner::machine(), certs::Origin::import, now},
        identity.chain);
    if (!pem.empty()) write_pem(pem / fmt::format("{}.pem", number), identity);
    auto sealed = vault->seal(record.id, record.sha256, identity.key);
    auto added = certs::adding(record, std::move(sealed), {"make_store", "to measure"});
    std::ranges::move(added.writes, std::back_inserter(writes));
    if ((number + 1) % kBatch != 0 && number + 1 != count) continue;
    put(*engine, std::exchange(writes, {}));
    fmt::print(stderr, "\r{} of {}", number + 1, count);
  }
  fmt::print(stderr, "\n");
  engine->tidy();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool complete = arguments.size() == 3 || arguments.size() == 4;
  std::size_t count = 0;
  if (complete) {
    const std::string& number = arguments[1];
    std::from_chars(number.data(), number.data() + number.size(), count);
  }
  if (count == 0 || (arguments[2] != "ecdsa" && arguments[2] != "rsa")) {
    fmt::print(stderr, "usage: make_store STATE COUNT ecdsa|rsa [PEM]\n");
    return 2;
  }
  fill({.state = arguments[0],
        .count = count,
        .type = arguments[2] == "rsa" ? crypto::KeyType::rsa2048 : crypto::KeyType::p256,
        .pem = arguments.size() == 4 ? arguments[3] : ""});
  return 0;
}
