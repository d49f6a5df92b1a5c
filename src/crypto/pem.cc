#include "crypto/pem.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <openssl/base64.h>

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr std::string_view kEncryption = "DEK-Info:";
constexpr std::size_t kBytesPerLine = 48;
constexpr std::size_t kLongestLabel = 64;

std::unexpected<Error> broken(std::size_t line, std::string_view what) {
  return fail(Fault::operator_input, fmt::format("line {} of the PEM text: {}", line, what),
              ErrorKind::invalid);
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

// The label of a boundary line, if it is one.
std::optional<std::string_view> boundary(std::string_view line, std::string_view start) {
  if (!line.starts_with(start) || !line.ends_with(kDashes)) return std::nullopt;
  if (line.size() < start.size() + kDashes.size()) return std::nullopt;
  const auto label = line.substr(start.size(), line.size() - start.size() - kDashes.size());
  const bool printable = std::ranges::all_of(label, [](char c) { return c >= ' ' && c <= '~'; });
  if (label.empty() || label.size() > kLongestLabel || !printable) return std::nullopt;
  return label;
}

// Hands out the lines of a text, trimmed and counted.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    const auto end = rest_.find('\n');
    const auto line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    ++number_;
    return trimmed(line);
  }
  std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// Base64 text that may be a key: reserved once, wiped at the end.
class SecretText {
 public:
  explicit SecretText(std::size_t most) { text_.reserve(most); }
  ~SecretText() { explicit_bzero(text_.data(), text_.size()); }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  std::string& text() { return text_; }

 private:
  std::string text_;
};

std::optional<Secret> decode(std::string_view base64) {
  std::size_t most = 0;
  if (base64.empty() || !EVP_DecodedLength(&most, base64.size())) return std::nullopt;
  Bytes der(most);
  std::size_t size = 0;
  const bool done =
      EVP_DecodeBase64(der.data(), &size, most, as_bytes(base64).data(), base64.size()) == 1;
  std::optional<Secret> decoded;
  if (done && size > 0) decoded.emplace(ByteView(der).first(size));
  explicit_bzero(der.data(), der.size());
  return decoded;
}

// Reads from after the BEGIN line to and with the END line.
Result<PemBlock> read_block(Lines& lines, std::string_view label, std::size_t text_size) {
  PemBlock block{.label = std::string(label), .der = {}};
  SecretText base64(text_size);
  bool headers = false;
  while (const auto line = lines.next()) {
    if (const auto ended = boundary(*line, kEnd)) {
      if (*ended != label) return broken(lines.number(), "END does not match its BEGIN");
      auto der = decode(base64.text());
      if (!der) return broken(lines.number(), fmt::format("\"{}\" is not base64", label));
      block.der = std::move(*der);
      return block;
    }
    if (line->starts_with(kDashes)) return broken(lines.number(), "a block inside a block");
    if (line->find(':') != std::string_view::npos) {  // RFC 1421 headers end with an empty line
      headers = true;
      block.encrypted |= line->find("ENCRYPTED") != std::string_view::npos;
      if (line->starts_with(kEncryption)) {
        block.encryption = trimmed(line->substr(kEncryption.size()));
      }
    } else if (headers && !line->empty() && base64.text().empty() &&
               line->find(',') != line->npos) {
      continue;  // a folded header
    } else {
      base64.text() += *line;
    }
  }
  return broken(lines.number(), fmt::format("\"{}\" has no END", label));
}

std::size_t pem_size(std::string_view label, std::size_t der_size) {
  const std::size_t base64 = (der_size + 2) / 3 * 4;
  const std::size_t lines = der_size / kBytesPerLine + 1;
  return 2 * (label.size() + 20) + base64 + lines;
}

void append_pem(std::string& text, std::string_view label, ByteView der) {
  text += fmt::format("{}{}{}\n", kBegin, label, kDashes);
  for (std::size_t at = 0; at < der.size(); at += kBytesPerLine) {
    const auto line = der.subspan(at, std::min(kBytesPerLine, der.size() - at));
    std::uint8_t encoded[kBytesPerLine / 3 * 4 + 1];
    const auto size = EVP_EncodeBlock(encoded, line.data(), line.size());
    text += as_text({encoded, size});
    text += '\n';
    explicit_bzero(encoded, sizeof encoded);
  }
  text += fmt::format("{}{}{}\n", kEnd, label, kDashes);
}

}  // namespace

Result<std::vector<PemBlock>> parse_pem(std::string_view text) {
  if (text.size() > kLargestPemText) {
    return fail(Fault::operator_input,
                fmt::format("the PEM text has {} bytes, more than {} are not read", text.size(),
                            kLargestPemText),
                ErrorKind::invalid);
  }
  std::vector<PemBlock> blocks;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (boundary(*line, kEnd)) return broken(lines.number(), "END without BEGIN");
    const auto label = boundary(*line, kBegin);
    if (!label) continue;
    if (blocks.size() == kMostPemBlocks) return broken(lines.number(), "too many blocks");
    auto block = read_block(lines, *label, text.size());
    if (!block) return pass_on(block);
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

std::string write_pem(std::string_view label, ByteView der) {
  std::string text;
  text.reserve(pem_size(label, der.size()));
  append_pem(text, label, der);
  return text;
}

Secret write_secret_pem(std::string_view label, const Secret& der) {
  SecretText text(pem_size(label, der.view().size()));
  append_pem(text.text(), label, der.view());
  return Secret(text.text());
}

}  // namespace gatehouse::crypto
