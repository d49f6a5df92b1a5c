#include "kv/sqlite/testing/faulty_vfs.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <sqlite3.h>

#include <fmt/format.h>

namespace gatehouse::kv::testing {

using Bytes = std::vector<std::uint8_t>;

// SQLite's handle of one open file; the real file's handle follows it in memory.
struct FaultyFile {
  sqlite3_file base;
  FaultyVfs* vfs;
  FaultyVfs::File* record;  // none for files that mean nothing to a later start
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }

  static FaultyFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }

  // Keeps the operation for a power loss, and says how it ends for SQLite.
  int note(FaultyVfs::Operation operation, bool needs_room) {
    if (record == nullptr) return SQLITE_OK;
    const bool lost_before = vfs->torn();
    const int code = vfs->count(needs_room);
    const bool reaches_disk = code == SQLITE_OK || (vfs->torn() && !lost_before);
    if (reaches_disk) record->since.push_back(std::move(operation));
    return code;
  }

  static int close(sqlite3_file* file) {
    sqlite3_file* real = of(file).real();
    return real->pMethods == nullptr ? SQLITE_OK : real->pMethods->xClose(real);
  }
  static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
    return of(file).real()->pMethods->xRead(of(file).real(), to, size, offset);
  }
  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    const int code = of(file).note(
        {FaultyVfs::Operation::Kind::write, offset, Bytes(bytes, bytes + size)}, true);
    if (code != SQLITE_OK) return code;
    return of(file).real()->pMethods->xWrite(of(file).real(), from, size, offset);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const int code = of(file).note({FaultyVfs::Operation::Kind::truncate, size}, false);
    if (code != SQLITE_OK) return code;
    return of(file).real()->pMethods->xTruncate(of(file).real(), size);
  }
  // The real one need not: the machine that runs the test keeps its power.
  static int sync(sqlite3_file* file, int /*flags*/) {
    FaultyFile& self = of(file);
    if (self.record == nullptr) return SQLITE_OK;
    const int code = self.vfs->count(false);
    if (code != SQLITE_OK) return code;
    // With a new file SQLite synchronizes its folder.
    if (!self.record->exists) self.vfs->synchronize_removals();
    for (const auto& operation : self.record->since) {
      FaultyVfs::carry_out(*self.record, operation);
    }
    self.record->since.clear();
    self.record->exists = true;
    return SQLITE_OK;
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    return of(file).real()->pMethods->xFileSize(of(file).real(), size);
  }
  static int lock(sqlite3_file* file, int level) {
    return of(file).real()->pMethods->xLock(of(file).real(), level);
  }
  static int unlock(sqlite3_file* file, int level) {
    return of(file).real()->pMethods->xUnlock(of(file).real(), level);
  }
  static int check_lock(sqlite3_file* file, int* held) {
    return of(file).real()->pMethods->xCheckReservedLock(of(file).real(), held);
  }
  static int control(sqlite3_file* file, int operation, void* argument) {
    return of(file).real()->pMethods->xFileControl(of(file).real(), operation, argument);
  }
  static int sector(sqlite3_file* file) {
    return of(file).real()->pMethods->xSectorSize(of(file).real());
  }
  static int traits(sqlite3_file* file) {
    return of(file).real()->pMethods->xDeviceCharacteristics(of(file).real());
  }
  static int map(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
    return of(file).real()->pMethods->xShmMap(of(file).real(), region, size, extend, memory);
  }
  static int lock_map(sqlite3_file* file, int offset, int n, int flags) {
    return of(file).real()->pMethods->xShmLock(of(file).real(), offset, n, flags);
  }
  static void barrier(sqlite3_file* file) {
    of(file).real()->pMethods->xShmBarrier(of(file).real());
  }
  static int unmap(sqlite3_file* file, int remove) {
    return of(file).real()->pMethods->xShmUnmap(of(file).real(), remove);
  }
};

namespace {

constexpr sqlite3_io_methods kFileMethods = {
    .iVersion = 2,
    .xClose = FaultyFile::close,
    .xRead = FaultyFile::read,
    .xWrite = FaultyFile::write,
    .xTruncate = FaultyFile::truncate,
    .xSync = FaultyFile::sync,
    .xFileSize = FaultyFile::size,
    .xLock = FaultyFile::lock,
    .xUnlock = FaultyFile::unlock,
    .xCheckReservedLock = FaultyFile::check_lock,
    .xFileControl = FaultyFile::control,
    .xSectorSize = FaultyFile::sector,
    .xDeviceCharacteristics = FaultyFile::traits,
    .xShmMap = FaultyFile::map,
    .xShmLock = FaultyFile::lock_map,
    .xShmBarrier = FaultyFile::barrier,
    .xShmUnmap = FaultyFile::unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

Bytes content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

struct FaultyVfsMethods {
  static FaultyVfs& of(sqlite3_vfs* vfs) { return *static_cast<FaultyVfs*>(vfs->pAppData); }
  static sqlite3_vfs* real() { return sqlite3_vfs_find(nullptr); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    constexpr int kLasting = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    FaultyFile& self = FaultyFile::of(file);
    self.base.pMethods = nullptr;
    self.vfs = &of(vfs);
    const bool lasting = path != nullptr && (flags & kLasting) != 0;
    self.record = lasting ? &of(vfs).file(path) : nullptr;
    const int code = real()->xOpen(real(), path, self.real(), flags, out);
    if (code == SQLITE_OK) self.base.pMethods = &kFileMethods;
    return code;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int synchronize) {
    FaultyVfs& self = of(vfs);
    FaultyVfs::File& file = self.file(path);
    const bool lost_before = self.torn();
    const int code = self.count(false);
    if (code == SQLITE_OK || (self.torn() && !lost_before)) {
      file.since.push_back({FaultyVfs::Operation::Kind::remove});
    }
    if (code != SQLITE_OK) return code;
    if (synchronize != 0) self.synchronize_removals();
    return real()->xDelete(real(), path, synchronize);
  }
  static int access(sqlite3_vfs* /*vfs*/, const char* path, int flags, int* answer) {
    return real()->xAccess(real(), path, flags, answer);
  }
  static int full_path(sqlite3_vfs* /*vfs*/, const char* path, int size, char* out) {
    return real()->xFullPathname(real(), path, size, out);
  }
  static int randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
    return real()->xRandomness(real(), size, out);
  }
  static int sleep(sqlite3_vfs* /*vfs*/, int microseconds) {
    return real()->xSleep(real(), microseconds);
  }
  static int time(sqlite3_vfs* /*vfs*/, double* now) { return real()->xCurrentTime(real(), now); }
  static int last_error(sqlite3_vfs* /*vfs*/, int size, char* text) {
    return real()->xGetLastError == nullptr ? 0 : real()->xGetLastError(real(), size, text);
  }
};

FaultyVfs::FaultyVfs()
    : name_(fmt::format("faulty-{}", static_cast<const void*>(this))),
      vfs_(std::make_unique<sqlite3_vfs>()) {
  const sqlite3_vfs& real = *FaultyVfsMethods::real();
  vfs_->iVersion = 1;
  vfs_->szOsFile = static_cast<int>(sizeof(FaultyFile)) + real.szOsFile;
  vfs_->mxPathname = real.mxPathname;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = FaultyVfsMethods::open;
  vfs_->xDelete = FaultyVfsMethods::remove;
  vfs_->xAccess = FaultyVfsMethods::access;
  vfs_->xFullPathname = FaultyVfsMethods::full_path;
  vfs_->xRandomness = FaultyVfsMethods::randomness;
  vfs_->xSleep = FaultyVfsMethods::sleep;
  vfs_->xCurrentTime = FaultyVfsMethods::time;
  vfs_->xGetLastError = FaultyVfsMethods::last_error;
  sqlite3_vfs_register(vfs_.get(), 0);
}

FaultyVfs::~FaultyVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultyVfs::fail_at(std::size_t operation, Fault fault) {
  fails_at_ = operation;
  fault_ = fault;
}

void FaultyVfs::mend() {
  fails_at_ = 0;
  failed_ = false;
}

int FaultyVfs::count(bool needs_room) {
  ++operations_;
  if (fails_at_ == 0 || operations_ < fails_at_) return SQLITE_OK;
  const bool first = !failed_;
  switch (fault_) {
    case Fault::power_loss: failed_ = true; return SQLITE_IOERR;
    case Fault::input_output: failed_ = true; return first ? SQLITE_IOERR : SQLITE_OK;
    case Fault::full: failed_ = failed_ || needs_room; return needs_room ? SQLITE_FULL : SQLITE_OK;
  }
  return SQLITE_OK;
}

FaultyVfs::File& FaultyVfs::file(const std::string& path) {
  const auto name = std::filesystem::path(path).filename().string();
  const auto [found, is_new] = files_.try_emplace(name);
  // What is there before the first operation has been there for long.
  if (is_new && std::filesystem::exists(path)) {
    found->second.exists = true;
    found->second.synchronized = content_of(path);
  }
  return found->second;
}

void FaultyVfs::carry_out(File& file, const Operation& operation) {
  const auto offset = static_cast<std::size_t>(operation.offset);
  Bytes& content = file.synchronized;
  switch (operation.kind) {
    case Operation::Kind::remove:
      file.exists = false;
      content.clear();
      return;
    case Operation::Kind::truncate: content.resize(std::min(content.size(), offset)); return;
    case Operation::Kind::write:
      content.resize(std::max(content.size(), offset + operation.bytes.size()));
      std::ranges::copy(operation.bytes, content.begin() + operation.offset);
  }
}

// Of each file, what was done up to its last removal.
void FaultyVfs::synchronize_removals() {
  for (auto& [name, file] : files_) {
    const auto last = std::ranges::find(file.since.rbegin(), file.since.rend(),
                                        Operation::Kind::remove, &Operation::kind);
    for (auto done = file.since.begin(); done != last.base(); ++done) carry_out(file, *done);
    file.since.erase(file.since.begin(), last.base());
  }
}

void FaultyVfs::survivors(const std::filesystem::path& folder, unsigned seed,
                          bool synchronized_only) const {
  constexpr std::size_t kSector = 512;
  std::mt19937 random(seed);
  for (const auto& [name, before] : files_) {
    File file = before;
    for (auto operation : before.since) {
      const auto fate = synchronized_only ? 0 : random() % 4;
      if (fate == 0) continue;                    // never reached the disk
      if (fate == 1 && !operation.bytes.empty())  // only its first sectors did
        operation.bytes.resize(random() % (operation.bytes.size() / kSector + 1) * kSector);
      carry_out(file, operation);
      // The name of a new file is on the disk when its bytes are; of a removed one it is not.
      file.exists = operation.kind != Operation::Kind::remove;
    }
    if (!file.exists) continue;
    const auto path = folder / name;
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(file.synchronized.data()),
              static_cast<std::streamsize>(file.synchronized.size()));
    out.close();
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
}

}  // namespace gatehouse::kv::testing
