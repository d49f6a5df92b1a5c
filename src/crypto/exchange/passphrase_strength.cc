#include "crypto/exchange/passphrase_strength.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <string_view>

#include <fmt/format.h>
#include <openssl/rand.h>

#include "base/utf8.h"
#include "crypto/exchange/wipe.h"

namespace gatehouse::crypto {
namespace {

constexpr double kFirstLetter = 4.7;  // log2(26)
constexpr double kNextLetter = 2.0;   // of a word, see Shannon's estimate of English
constexpr double kDigit = 3.3;
constexpr double kSymbol = 5.0;
constexpr double kAgain = 0.5;  // what follows from the character before
constexpr double kCaseChange = 1.0;
constexpr double kYear = 7.0;
constexpr double kCommonWord = 6.0;

constexpr std::array<std::string_view, 4> kRows = {"qwertyuiop", "asdfghjkl", "zxcvbnm",
                                                   "1234567890"};

// What leaked lists begin with, in lower case and without digits and marks around it.
constexpr std::array<std::string_view, 48> kCommonWords = {
    "password", "passwort", "passwd",   "pass",       "secret",      "geheim",    "admin",
    "root",     "letmein",  "welcome",  "willkommen", "login",       "master",    "dragon",
    "monkey",   "football", "baseball", "iloveyou",   "sunshine",    "princess",  "shadow",
    "superman", "batman",   "trustno",  "hello",      "hallo",       "test",      "testing",
    "changeme", "changeit", "default",  "server",     "certificate", "gatehouse", "company",
    "summer",   "winter",   "spring",   "autumn",     "sommer",      "herbst",    "january",
    "michael",  "charlie",  "freedom",  "whatever",   "computer",    "internet"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || is_upper(c) || static_cast<unsigned char>(c) >= 0x80;
}
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

// The letter that people write this character for.
char letter_for(char c) {
  constexpr std::string_view kLooks = "013457@$!";
  constexpr std::string_view kLetters = "oleastasi";
  const auto at = kLooks.find(c);
  return at == std::string_view::npos ? lower(c) : kLetters[at];
}

bool follows(char before, char c) {
  before = lower(before);
  c = lower(c);
  if (c == before || c == before + 1 || c == before - 1) return true;
  return std::ranges::any_of(kRows, [&](std::string_view row) {
    const auto at = row.find(before);
    if (at == std::string_view::npos) return false;
    return (at + 1 < row.size() && row[at + 1] == c) || (at > 0 && row[at - 1] == c);
  });
}

// The letters at the front, with what stands for a letter between them.
std::size_t word_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_letter(text[i])) {
      length = i + 1;
    } else if (i == 0 || letter_for(text[i]) == text[i]) {
      break;
    }
  }
  return length;
}

bool is_common(std::string_view word) {
  return std::ranges::any_of(kCommonWords, [&](std::string_view common) {
    return std::ranges::equal(word, common, {}, letter_for, letter_for);
  });
}

double word_bits(std::string_view word) {
  double bits = is_common(word) ? kCommonWord : 0;
  const bool common = bits > 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (continues_character(word[i])) continue;
    if (i > 0 && is_upper(word[i]) != is_upper(word[i - 1])) bits += kCaseChange;
    if (common) continue;
    if (i == 0) {
      bits += kFirstLetter;
    } else {
      bits += follows(word[i - 1], word[i]) ? kAgain : kNextLetter;
    }
  }
  return bits;
}

double digits_bits(std::string_view digits) {
  if (digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"))) return kYear;
  double bits = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    bits += i > 0 && follows(digits[i - 1], digits[i]) ? kAgain : kDigit;
  }
  return bits;
}

double text_bits(std::string_view text) {
  double bits = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (const std::size_t word = word_length(rest); word > 0) {
      bits += word_bits(rest.substr(0, word));
      at += word;
    } else if (is_digit(rest.front())) {
      const auto end = std::ranges::find_if_not(rest, is_digit);
      const auto count = static_cast<std::size_t>(end - rest.begin());
      bits += digits_bits(rest.substr(0, count));
      at += count;
    } else {
      // The same mark between all words is no secret after the first.
      bits += text.substr(0, at).find(rest.front()) == std::string_view::npos ? kSymbol : kAgain;
      ++at;
    }
  }
  return bits;
}

// "abcabcabc" is "abc" three times.
std::string_view repeated_part(std::string_view text) {
  for (std::size_t size = 1; size <= text.size() / 2; ++size) {
    if (text.size() % size == 0 && text.substr(size) == text.substr(0, text.size() - size)) {
      return text.substr(0, size);
    }
  }
  return text;
}

}  // namespace

PassphraseEstimate estimate_passphrase(const Passphrase& passphrase) {
  const std::string_view text = as_text(passphrase.utf8());
  if (text.empty()) return {0, "the passphrase is empty: give one, or have one generated"};
  const std::string_view part = repeated_part(text);
  const double times = std::log2(static_cast<double>(text.size() / part.size()));
  PassphraseEstimate estimate{static_cast<unsigned>(text_bits(part) + times), {}};
  if (!estimate.strong()) {
    estimate.advice = fmt::format(
        "the passphrase is too easy to guess (about {} bits, {} are needed): use at least five "
        "words that do not belong together, or have one generated",
        estimate.bits, kStrongPassphraseBits);
  }
  return estimate;
}

Passphrase generate_passphrase() {
  constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr std::size_t kCharacters = 24;
  constexpr std::size_t kGroup = 4;
  std::array<std::uint8_t, kCharacters> random;
  if (RAND_bytes(random.data(), random.size()) != 1) throw std::bad_alloc();
  std::string text;
  text.reserve(kCharacters + kCharacters / kGroup);
  for (std::size_t i = 0; i < kCharacters; ++i) {
    if (i > 0 && i % kGroup == 0) text += '-';
    text += kAlphabet[random[i] % kAlphabet.size()];  // 256 is a multiple of 32: no bias
  }
  auto passphrase = Passphrase::parse(text).value();
  wipe(text);
  wipe(random);
  return passphrase;
}

}  // namespace gatehouse::crypto
