#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace gatehouse::kv::testing {

// A file system under SQLite that fails when it is told to. Reads, writes and locks go to the real
// one; beside that it keeps, of each file, what was synchronized and what was done since, and so
// can say what a machine would find after it lost its power.
//
// SQLite's crash model (sqlite.org/atomiccommit.html): between two synchronizations writes reach
// the disk in any order, or not, and one of them may have been cut anywhere between sectors.
//
// Without a fault it is a file system that never waits for the disk: for tests that make many
// stores.
class FaultyVfs {
 public:
  enum class Fault : std::uint8_t {
    power_loss,    // this operation may be torn, and none after it happens
    input_output,  // this operation fails with SQLITE_IOERR, those after it work
    full,          // this one and all later that need room fail with SQLITE_FULL, until mend()
  };

  FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;
  ~FaultyVfs();

  const char* name() const { return name_.c_str(); }

  // Writes, truncations, synchronizations and removals so far.
  std::size_t operations() const { return operations_; }
  // The n-th operation from the start (from 1) has the fault.
  void fail_at(std::size_t operation, Fault fault);
  void mend();
  bool failed() const { return failed_; }

  // Puts into an empty folder what is on the disk after a power loss at this moment; what was not
  // synchronized survives as `seed` decides, and with `synchronized_only` not at all.
  void survivors(const std::filesystem::path& folder, unsigned seed,
                 bool synchronized_only = false) const;

 private:
  friend struct FaultyFile;
  friend struct FaultyVfsMethods;

  struct Operation {
    enum class Kind : std::uint8_t { write, truncate, remove } kind;
    std::int64_t offset = 0;  // of a write; the size that a truncation leaves
    std::vector<std::uint8_t> bytes = {};
  };
  struct File {
    bool exists = false;  // after a power loss
    std::vector<std::uint8_t> synchronized;
    std::vector<Operation> since;
  };

  // SQLITE_OK, or how the next operation ends.
  int count(bool needs_room);
  bool torn() const { return failed_ && fault_ == Fault::power_loss; }
  File& file(const std::string& path);
  void synchronize_removals();
  static void carry_out(File& file, const Operation& operation);

  const std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
  std::map<std::string, File> files_;
  std::size_t operations_ = 0;
  std::size_t fails_at_ = 0;
  Fault fault_ = Fault::power_loss;
  bool failed_ = false;
};

}  // namespace gatehouse::kv::testing
