#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "certs/store/descriptor.h"
#include "certs/store/read_file.h"

namespace gatehouse::certs {

// Called before each step that changes the disk, with its name; tests stop the process there.
using BeforeStep = std::function<void(std::string_view step)>;

// The right to change a state folder: one process at a time, until it is destroyed. Each file is
// replaced as a whole: a reader (or the next start, after kill -9 or a power failure at any moment)
// sees the old content or the new one, and the folder is synchronized before a write returns.
class StateWriter {
 public:
  // `name` is relative, at most one folder deep ("ca/root.pem"). A failure changes nothing.
  Result<Ok> write_secret(std::string_view name, const Secret& content);     // mode 0600
  Result<Ok> write_public(std::string_view name, std::string_view content);  // mode 0644
  // Under the new name when it returns, and never under none; what was there is replaced.
  Result<Ok> move(std::string_view from, std::string_view to);
  // What is not there is erased already; a folder that is empty then goes with its last file.
  Result<Ok> erase(std::string_view name);

 private:
  friend class StateFolder;
  StateWriter(const std::filesystem::path& path, int folder, Descriptor lock, BeforeStep before)
      : path_(path), folder_(folder), lock_(std::move(lock)), before_(std::move(before)) {}
  Result<Ok> replace(std::string_view name, ByteView content, unsigned mode);
  Result<Descriptor> subfolder(std::string_view name);
  int write_temporary(int folder, const std::string& name, ByteView content, unsigned mode) const;
  void step(std::string_view name) const;
  void remove_leftovers(int folder);
  std::unexpected<Error> failed(std::string_view name, int error) const;

  std::filesystem::path path_;
  int folder_;  // of the StateFolder, which outlives this
  Descriptor lock_;
  BeforeStep before_;
};

// The folder in which keys rest. It is opened once and then addressed by its descriptor, so nobody
// can exchange it under us. All calls block on the disk: start-up and control thread only.
class StateFolder {
 public:
  // Makes the folder (0700, parents too) when it is missing. Refuses, with the remedy: a folder
  // that others can read or that belongs to someone else, or that lies where others could put their
  // own in its place.
  static Result<StateFolder> open(const std::filesystem::path& path, BeforeStep before = {});

  const std::filesystem::path& path() const { return path_; }
  // Whole content, at most `most` bytes; nullopt when there is no such file.
  Result<std::optional<Secret>> read(std::string_view name) const;
  // The same for what nobody else may read; refuses a file that others can.
  Result<std::optional<Secret>> read_secret(std::string_view name,
                                            std::size_t most = kLargestFile) const;

  // Waits at most `bound` for another process. Removes what a killed writer left half done.
  Result<StateWriter> writer(std::chrono::milliseconds bound = std::chrono::seconds(10)) const;

  // "... is a temporary folder: what is in it is lost when the machine starts again"
  std::optional<std::string> doubt() const;

 private:
  Result<std::optional<Secret>> read(std::string_view name, bool secret, std::size_t most) const;
  StateFolder(std::filesystem::path path, Descriptor folder, BeforeStep before)
      : path_(std::move(path)), folder_(std::move(folder)), before_(std::move(before)) {}

  std::filesystem::path path_;
  Descriptor folder_;
  BeforeStep before_;
};

}  // namespace gatehouse::certs
