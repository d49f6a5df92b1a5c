#pragma once

#include <filesystem>
#include <string>

namespace gatehouse::certs {

// The content of a file; empty when there is none or it cannot be read. At most 4 MiB.
std::string content_of(const std::filesystem::path& file);

// Replaces a file that everybody may read, through a temporary name, so that nobody ever sees half
// of it. 0 or the error.
int replace_public_file(const std::filesystem::path& file, const std::string& content);

// "/etc/x could not be changed: Permission denied; run it again with sudo, ..."
std::string trouble_with(const std::filesystem::path& file, int error);

// `folder` of a system whose root is `root`: the folder itself where it is a real one inside the
// root, empty where a link leads out of it or to nothing.
std::filesystem::path inside(const std::filesystem::path& root, const std::filesystem::path& file);

}  // namespace gatehouse::certs
