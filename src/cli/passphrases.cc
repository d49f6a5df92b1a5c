#include "cli/passphrases.h"

#include <cstring>

#include <fmt/format.h>

#include "base/json_text.h"
#include "cli/small_file.h"
#include "crypto/exchange/passphrase_strength.h"

namespace gatehouse::cli {
namespace {

constexpr std::size_t kLongestPassphrase = 1024;

Result<std::string> first_line(const std::filesystem::path& file) {
  auto text = read_small_file(file);
  if (!text) return pass_on(text);
  std::string line = text->substr(0, text->find('\n'));
  if (line.ends_with('\r')) line.pop_back();
  wipe(*text);
  if (!line.empty() && line.size() <= kLongestPassphrase) return line;
  wipe(line);
  return fail(
      Fault::operator_input,
      fmt::format("The first line of {} is no passphrase: it has to have 1 to {} bytes.",
                  file == "-" ? "standard input" : printable(file.string()), kLongestPassphrase),
      ErrorKind::invalid);
}

}  // namespace

void wipe(std::string& text) {
  explicit_bzero(text.data(), text.size());
  text.clear();
}

Result<std::vector<std::string>> read_passphrases(const PassphraseSource& source,
                                                  const Surroundings& around) {
  std::vector<std::string> all;
  for (const auto& file : source.files) {
    auto line = first_line(around.here / file);
    if (!line) return pass_on(line);
    all.push_back(std::move(*line));
  }
  if (!source.standard_input) return all;
  auto line = first_line("-");
  if (!line) return pass_on(line);
  all.push_back(std::move(*line));
  return all;
}

Result<Secret> read_passphrase(const PassphrasePlace& place, const std::filesystem::path& here) {
  auto line = first_line(place.standard_input ? std::filesystem::path("-") : here / place.file);
  if (!line) return pass_on(line);
  Secret passphrase(*line);
  wipe(*line);
  return passphrase;
}

Result<std::string> passphrase_for_export(const PassphraseSource& source,
                                          const Surroundings& around) {
  if (source.generate) {
    const crypto::Passphrase made = crypto::generate_passphrase();
    std::string text(as_text(made.utf8()));
    around.console.talk(fmt::format("The passphrase, which is not shown again: {}\n", text));
    return text;
  }
  auto all = read_passphrases(source, around);
  if (!all) return pass_on(all);
  if (all->size() == 1) return std::move(all->front());
  return fail(Fault::operator_input, "Give one passphrase: by a file, or by standard input.",
              ErrorKind::usage);
}

}  // namespace gatehouse::cli
