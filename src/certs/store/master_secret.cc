#include "certs/store/master_secret.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>

#include <fmt/format.h>

#include "certs/store/descriptor.h"
#include "certs/store/read_file.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace gatehouse::certs {
namespace {

constexpr std::string_view kKeyFile = "master.key";
constexpr std::string_view kKeyCredential = "gatehouse-master-key";
constexpr std::string_view kPassphraseCredential = "gatehouse-master-passphrase";
constexpr std::size_t kLargest = 4096;

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

enum class Privacy : unsigned char { ours_alone, of_the_service_manager };

std::unexpected<Error> unreadable(const std::filesystem::path& file, int error) {
  return fail(Fault::machine, fmt::format("{} cannot be read: {}", file.string(),
                                          std::generic_category().message(error)));
}

// Nothing when there is no such file.
Result<std::optional<Secret>> read_file(const std::filesystem::path& path, Privacy privacy) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::optional<Secret>{};
  if (!file) return unreadable(path, errno);
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return unreadable(path, errno);
  if (!S_ISREG(facts.st_mode)) return refused(fmt::format("{} is no file", path.string()));
  if (privacy == Privacy::ours_alone && (facts.st_mode & 077) != 0) {
    return refused(
        fmt::format("{} can be read by others, and what it holds is a secret: chmod 600 {}",
                    path.string(), path.string()));
  }
  auto content = read_bounded(file.get(), kLargest);
  if (!content) return unreadable(path, content.error());
  return std::optional<Secret>(std::move(*content));
}

std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<Secret> from_hex(std::string_view text) {
  std::array<std::uint8_t, MasterKey::kBytes> bytes{};
  bool valid = text.size() == 2 * bytes.size();
  for (std::size_t i = 0; valid && i < bytes.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    valid = high >= 0 && low >= 0;
    if (valid) bytes.at(i) = static_cast<std::uint8_t>(high * 16 + low);
  }
  std::optional<Secret> secret;
  if (valid) secret.emplace(ByteView(bytes));
  explicit_bzero(bytes.data(), bytes.size());
  return secret;
}

Result<MasterPassphrase> parse_passphrase(const Secret& content,
                                          const std::filesystem::path& file) {
  const auto text = without_line_end(as_text(content.view()));
  if (text.empty()) return refused(fmt::format("the passphrase in {} is empty", file.string()));
  return MasterPassphrase{Secret(text)};
}

Result<std::optional<MasterSecret>> passphrase_in(const std::filesystem::path& file,
                                                  const Secret& content) {
  auto passphrase = parse_passphrase(content, file);
  if (!passphrase) return pass_on(passphrase);
  return std::optional<MasterSecret>(std::move(*passphrase));
}

Result<std::optional<MasterSecret>> key_in(const std::filesystem::path& file,
                                           const Secret& content) {
  auto key = parse_master_key(content);
  if (!key) return refused(fmt::format("{}: {}", file.string(), key.error().what));
  return std::optional<MasterSecret>(std::move(*key));
}

Result<std::optional<MasterSecret>> from_credentials(const std::filesystem::path& folder) {
  const auto passphrase_path = folder / kPassphraseCredential;
  const auto key_path = folder / kKeyCredential;
  auto passphrase = read_file(passphrase_path, Privacy::of_the_service_manager);
  if (!passphrase) return pass_on(passphrase);
  auto key = read_file(key_path, Privacy::of_the_service_manager);
  if (!key) return pass_on(key);
  if (*passphrase && *key) {
    return refused(fmt::format("there are the credentials {} and {}: give one of them",
                               kPassphraseCredential, kKeyCredential));
  }
  if (*passphrase) return passphrase_in(passphrase_path, **passphrase);
  if (*key) return key_in(key_path, **key);
  return std::optional<MasterSecret>{};
}

Result<std::optional<MasterSecret>> from_passphrase_file(const std::filesystem::path& file) {
  auto content = read_file(file, Privacy::ours_alone);
  if (!content) return pass_on(content);
  if (!*content) return refused(fmt::format("the passphrase file {} is not there", file.string()));
  return passphrase_in(file, **content);
}

}  // namespace

Result<MasterKey> parse_master_key(const Secret& content) {
  if (content.view().size() == MasterKey::kBytes) return MasterKey{Secret(content.view())};
  if (auto bytes = from_hex(without_line_end(as_text(content.view())))) {
    return MasterKey{std::move(*bytes)};
  }
  return refused(
      "this is no master key: it has 64 hexadecimal digits (openssl rand -hex 32), or 32 bytes");
}

MachineMaster::MachineMaster(const StateFolder& folder, const Environment& environment,
                             std::optional<std::filesystem::path> passphrase_file)
    : folder_(folder), passphrase_file_(std::move(passphrase_file)) {
  if (auto path = environment("CREDENTIALS_DIRECTORY"); path && !path->empty()) {
    credentials_ = *path;
  }
}

Result<std::optional<MasterSecret>> MachineMaster::read() {
  beside_the_store_ = false;
  if (credentials_) {
    auto secret = from_credentials(*credentials_);
    where_ = fmt::format("the credentials in {}", credentials_->string());
    if (!secret || *secret) return secret;
  }
  if (passphrase_file_) {
    where_ = fmt::format("the passphrase in {}", passphrase_file_->string());
    return from_passphrase_file(*passphrase_file_);
  }
  where_ = fmt::format("the master key in {}", (folder_.path() / kKeyFile).string());
  beside_the_store_ = true;
  auto content = folder_.read_secret(kKeyFile, kLargest);
  if (!content) return pass_on(content);
  if (!*content) return std::optional<MasterSecret>{};
  return key_in(folder_.path() / kKeyFile, **content);
}

Result<MasterSecret> MachineMaster::make() {
  MasterKey key{crypto::random_secret(MasterKey::kBytes)};
  std::string text = crypto::hex(key.bytes.view()) + "\n";
  const Secret content{std::string_view(text)};
  explicit_bzero(text.data(), text.size());
  auto writer = folder_.writer();
  if (!writer) return pass_on(writer);
  if (auto written = writer->write_secret(kKeyFile, content); !written) return pass_on(written);
  return MasterSecret(std::move(key));
}

}  // namespace gatehouse::certs
