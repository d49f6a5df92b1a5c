#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

namespace gatehouse::config {

struct FileText {
  std::string text;
  // Who else than root and we may write the file: "the user 1000", "everybody"; empty: nobody.
  std::string other_writer{};

  bool ours() const { return other_writer.empty(); }
};

struct FileTrouble {
  int error = 0;    // ENOENT, EACCES, ...; 0: it is no regular file; EFBIG: larger than allowed
  std::string why;  // "permission denied", "it is a folder"
};

// The content of a regular file, symbolic links followed. Blocks on the disk, never on a pipe.
std::expected<FileText, FileTrouble> read_text_file(const std::filesystem::path& file,
                                                    std::size_t most);

// The *.yaml, *.yml and *.json of a folder by name, without hidden ones; none where there is no
// such folder.
std::expected<std::vector<std::filesystem::path>, FileTrouble> overlays_of(
    const std::filesystem::path& folder);

// Who else than root and we may put files into a folder; empty: nobody, or there is no such folder.
std::string other_writer_of(const std::filesystem::path& folder);

}  // namespace gatehouse::config
