#include "certs/store/identity_files.h"

#include <fmt/format.h>

namespace gatehouse::certs {

using crypto::Identity;

Result<std::optional<Identity>> read_identity(const StateFolder& folder, std::string_view name) {
  const std::string file = std::string(name) + ".pem";
  auto content = folder.read_secret(file);
  if (!content) return pass_on(content);
  if (!*content) return std::optional<Identity>{};
  auto identity = crypto::parse_pem_identity(as_text((*content)->view()));
  if (!identity) {
    return fail(
        Fault::machine,
        fmt::format("{} is damaged: {}", (folder.path() / file).string(), identity.error().what),
        ErrorKind::invalid);
  }
  return std::optional<Identity>(std::move(*identity));
}

PendingFile private_file(std::string_view name, const Identity& identity) {
  return {std::string(name) + ".pem", identity.to_pem(), true};
}

PendingFile public_file(std::string_view name, const Identity& identity) {
  return {std::string(name) + ".crt", Secret(identity.chain_pem()), false};
}

bool lacks_public_file(const StateFolder& folder, std::string_view name, const Identity& identity) {
  const auto content = folder.read(std::string(name) + ".crt");
  return !content || !*content || as_text((*content)->view()) != identity.chain_pem();
}

Result<Ok> write_files(StateWriter& writer, const std::vector<PendingFile>& files) {
  for (const PendingFile& file : files) {
    auto written = file.secret ? writer.write_secret(file.name, file.content)
                               : writer.write_public(file.name, as_text(file.content.view()));
    if (!written) return written;
  }
  return Ok{};
}

}  // namespace gatehouse::certs
