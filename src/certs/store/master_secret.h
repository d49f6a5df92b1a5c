#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/environment.h"
#include "base/result.h"
#include "certs/store/state_folder.h"

namespace gatehouse::certs {

// What opens the store's keys: 32 random bytes, or a passphrase.
struct MasterKey {
  static constexpr std::size_t kBytes = 32;
  Secret bytes;
};
struct MasterPassphrase {
  Secret text;
};
using MasterSecret = std::variant<MasterKey, MasterPassphrase>;

// A key as files hold it: 64 hexadecimal digits, also with a line end, or 32 bytes.
Result<MasterKey> parse_master_key(const Secret& content);

// Where the store gets its master secret from.
class MasterSource {
 public:
  virtual ~MasterSource() = default;
  // Nothing where there is none yet. Blocks on the disk.
  virtual Result<std::optional<MasterSecret>> read() = 0;
  // Whether what read() or make() last gave lies beside the store, so that who has a copy of the
  // whole folder has it too.
  virtual bool beside_the_store() const { return false; }
  // For a new store. Durable when it returns.
  virtual Result<MasterSecret> make() = 0;
  // What read() last read, or where it looked last, for sentences: "the master key in
  // /var/lib/gatehouse/master.key".
  virtual std::string where() const = 0;
};

// The first of these that is there:
//   $CREDENTIALS_DIRECTORY/gatehouse-master-passphrase   systemd credentials
//   $CREDENTIALS_DIRECTORY/gatehouse-master-key
//   the passphrase file that was named (0600 or stricter), its line end cut off
//   master.key in the state folder (0600), made for a new store
// Both credentials at once are an error, since one of them would silently not count.
class MachineMaster final : public MasterSource {
 public:
  // The folder outlives it.
  MachineMaster(const StateFolder& folder, const Environment& environment,
                std::optional<std::filesystem::path> passphrase_file = std::nullopt);

  Result<std::optional<MasterSecret>> read() override;
  Result<MasterSecret> make() override;
  std::string where() const override { return where_; }
  bool beside_the_store() const override { return beside_the_store_; }

 private:
  const StateFolder& folder_;
  std::optional<std::filesystem::path> credentials_;
  std::optional<std::filesystem::path> passphrase_file_;
  std::string where_;
  bool beside_the_store_ = false;
};

}  // namespace gatehouse::certs
