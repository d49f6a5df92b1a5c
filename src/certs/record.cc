#include "certs/record.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "crypto/random.h"
#include "crypto/strength.h"

namespace gatehouse::certs {
namespace {

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

template <class Value>
struct Word {
  Value value;
  std::string_view text;
};

constexpr std::array<Word<Shelf>, 3> kShelfWords{{{Shelf::identities, "identities"},
                                                  {Shelf::anchors, "anchors"},
                                                  {Shelf::intermediates, "intermediates"}}};
constexpr std::array<Word<Origin>, 5> kOriginWords{{{Origin::default_identity, "default"},
                                                    {Origin::self_signed, "self-signed"},
                                                    {Origin::local_ca, "local CA"},
                                                    {Origin::import, "import"},
                                                    {Origin::files, "files"}}};

template <class Words, class Value>
std::string_view text_of(const Words& words, Value value) {
  const auto* word = std::ranges::find_if(words, [=](const auto& w) { return w.value == value; });
  return word == words.end() ? "" : word->text;
}

template <class Value, std::size_t size>
std::optional<Value> value_of(const std::array<Word<Value>, size>& words, std::string_view text) {
  for (const auto& word : words) {
    if (word.text == text) return word.value;
  }
  return std::nullopt;
}

bool is_user_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-@").find(c) != std::string_view::npos;
}

}  // namespace

std::string_view shelf_text(Shelf shelf) { return text_of(kShelfWords, shelf); }
std::optional<Shelf> shelf_of(std::string_view text) { return value_of(kShelfWords, text); }
std::string_view origin_text(Origin origin) { return text_of(kOriginWords, origin); }
std::optional<Origin> origin_of(std::string_view text) { return value_of(kOriginWords, text); }
std::string_view role_text(Role role) { return role == Role::server ? "serverAuth" : "clientAuth"; }

Result<Owner> Owner::parse(std::string_view text) {
  constexpr std::string_view kUser = "user:";
  constexpr std::size_t kLongest = 64;
  if (text == "machine") return machine();
  const auto user = text.starts_with(kUser) ? text.substr(kUser.size()) : std::string_view();
  if (user.empty() || user.size() > kLongest || !std::ranges::all_of(user, is_user_character)) {
    return refused(
        "the owner of a certificate is \"machine\" or \"user:\" with the name of a user of at most "
        "64 letters, digits and . _ - @");
  }
  return Owner(std::string(text));
}

RecordId RecordId::random() {
  RecordId id;
  crypto::fill_random(id.bytes_);
  return id;
}

std::optional<RecordId> RecordId::from(ByteView bytes) {
  RecordId id;
  if (bytes.size() != kBytes) return std::nullopt;
  std::ranges::copy(bytes, id.bytes_.begin());
  return id;
}

Result<RecordId> RecordId::parse(std::string_view text) {
  RecordId id;
  const bool digits = text.size() == 2 * kBytes &&
                      text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!digits) return refused("the id of a certificate has 32 hexadecimal digits in lower case");
  for (std::size_t i = 0; i < kBytes; ++i) {
    const char* at = text.data() + 2 * i;
    std::from_chars(at, at + 2, id.bytes_.at(i), 16);
  }
  return id;
}

Record::Record(RecordFacts facts, std::vector<crypto::Certificate> certificates)
    : id(facts.id),
      shelf(facts.shelf),
      name(std::move(facts.name)),
      owner(std::move(facts.owner)),
      origin(facts.origin),
      created(facts.created),
      version(facts.version),
      chain(std::move(certificates)),
      names(leaf().names().texts()),
      subject(leaf().subject()),
      issuer(leaf().issuer()),
      sha1(leaf().sha1()),
      sha256(leaf().sha256()),
      server(leaf().allows_server_authentication()),
      client(leaf().allows_client_authentication()),
      authority(leaf().is_ca()),
      not_before(leaf().not_before()),
      not_after(leaf().not_after()) {
  crypto::Strength key = crypto::key_strength(leaf());
  key_type = std::move(key.text);
  key_algorithm = key.algorithm;
}

RecordSummary summary_of(const Record& record) {
  // The default identity answers where it is bound, never because a client asked for a name of it:
  // certificates that a person brought for that name come first.
  const bool by_default = record.origin == Origin::default_identity;
  return {.id = record.id,
          .names = by_default ? std::vector<std::string>{} : record.names,
          .not_before = record.not_before,
          .not_after = record.not_after,
          .sha256 = record.sha256,
          .key_algorithm = record.key_algorithm,
          .server = record.server,
          .owner = record.owner};
}

Result<Shelf> shelf_of(const crypto::Certificate& certificate) {
  if (certificate.is_self_signed()) return Shelf::anchors;
  if (certificate.is_ca()) return Shelf::intermediates;
  return refused(
      fmt::format("the certificate {} was issued by {} and is no authority: it is of use with its "
                  "key only, so give the key with it",
                  certificate.subject(), certificate.issuer()));
}

RecordName made_name(const crypto::Certificate& certificate) {
  const auto names = certificate.names().texts();
  if (!names.empty()) return RecordName::nearest(names.front());
  const std::string common_name = certificate.common_name();
  return RecordName::nearest(common_name.empty() ? certificate.subject() : common_name);
}

}  // namespace gatehouse::certs
