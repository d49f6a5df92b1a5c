#include "crypto/distinguished_name.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kLongest = 4096;
constexpr std::size_t kMostAttributes = 64;

struct TypeName {
  std::string_view spelling;  // lower case
  std::string_view canonical;
};

// RFC 4514 section 3, and what openssl, Windows and Java write.
constexpr auto kTypes = std::to_array<TypeName>({
    {"cn", "cn"},
    {"commonname", "cn"},
    {"2.5.4.3", "cn"},
    {"o", "o"},
    {"organizationname", "o"},
    {"2.5.4.10", "o"},
    {"ou", "ou"},
    {"organizationalunitname", "ou"},
    {"2.5.4.11", "ou"},
    {"c", "c"},
    {"countryname", "c"},
    {"2.5.4.6", "c"},
    {"l", "l"},
    {"localityname", "l"},
    {"2.5.4.7", "l"},
    {"st", "st"},
    {"s", "st"},
    {"stateorprovincename", "st"},
    {"2.5.4.8", "st"},
    {"street", "street"},
    {"streetaddress", "street"},
    {"2.5.4.9", "street"},
    {"dc", "dc"},
    {"domaincomponent", "dc"},
    {"0.9.2342.19200300.100.1.25", "dc"},
    {"uid", "uid"},
    {"userid", "uid"},
    {"0.9.2342.19200300.100.1.1", "uid"},
    {"serialnumber", "serialnumber"},
    {"2.5.4.5", "serialnumber"},
    {"e", "email"},
    {"email", "email"},
    {"emailaddress", "email"},
    {"1.2.840.113549.1.9.1", "email"},
    {"t", "title"},
    {"title", "title"},
    {"2.5.4.12", "title"},
    {"sn", "surname"},
    {"surname", "surname"},
    {"2.5.4.4", "surname"},
    {"gn", "givenname"},
    {"g", "givenname"},
    {"givenname", "givenname"},
    {"2.5.4.42", "givenname"},
});

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_oid(std::string_view type) {
  return !type.empty() && is_digit(type.front()) && is_digit(type.back()) &&
         type.find("..") == std::string_view::npos &&
         std::ranges::all_of(type, [](char c) { return is_digit(c) || c == '.'; });
}

bool is_word(std::string_view type) {
  return !type.empty() && std::ranges::all_of(type, [](char c) {
    return is_digit(c) || c == '-' || (lower(c) >= 'a' && lower(c) <= 'z');
  });
}

// Empty for what is no attribute type. A type that we do not know stands for itself: it only equals
// the same spelling.
std::string canonical_type(std::string_view text) {
  std::string type(text);
  std::ranges::transform(type, type.begin(), lower);
  if (type.starts_with("oid.")) type.erase(0, 4);
  const auto* known = std::ranges::find(kTypes, type, &TypeName::spelling);
  if (known != kTypes.end()) return std::string(known->canonical);
  return is_oid(type) || is_word(type) ? type : "";
}

// Walks over "type = value" pairs.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) { skip_spaces(); }

  bool done() const { return rest_.empty(); }

  // Up to the equals sign, without spaces around it; nothing where there is none.
  std::optional<std::string_view> type() {
    const auto end = rest_.find('=');
    if (end == std::string_view::npos) return std::nullopt;
    auto type = rest_.substr(0, end);
    while (!type.empty() && is_space(type.back())) type.remove_suffix(1);
    rest_.remove_prefix(end + 1);
    skip_spaces();
    return type;
  }

  std::optional<std::string> value() { return take('"') ? quoted() : plain(); }

  // After a value: the end, or a separator with something behind it.
  bool next() {
    skip_spaces();
    if (done()) return true;
    if (!take(',') && !take(';') && !take('+')) return false;
    skip_spaces();
    return !done();
  }

 private:
  bool take(char c) {
    if (done() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_spaces() {
    while (!done() && is_space(rest_.front())) rest_.remove_prefix(1);
  }
  bool escaped(std::string& value) {
    if (done()) return false;
    const int high = hex_value(rest_.front());
    const int low = rest_.size() > 1 ? hex_value(rest_[1]) : -1;
    if (high >= 0 && low >= 0) {
      value += static_cast<char>(high * 16 + low);
      rest_.remove_prefix(2);
      return true;
    }
    value += rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<std::string> quoted() {
    std::string value;
    while (!done()) {
      if (take('"')) return value;
      if (take('\\')) {
        if (!escaped(value)) return std::nullopt;
        continue;
      }
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }
  std::optional<std::string> plain() {
    std::string value;
    while (!done() && rest_.front() != ',' && rest_.front() != ';' && rest_.front() != '+') {
      if (rest_.front() == '"') return std::nullopt;
      if (take('\\')) {
        if (!escaped(value)) return std::nullopt;
        continue;
      }
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    return value;
  }

  std::string_view rest_;
};

}  // namespace

std::string DistinguishedName::folded(std::string_view value) {
  std::string folded;
  for (const char c : value) {
    if (!is_space(c)) {
      folded += lower(c);
    } else if (!folded.empty() && folded.back() != ' ') {
      folded += ' ';
    }
  }
  if (folded.ends_with(' ')) folded.pop_back();
  return folded;
}

Result<DistinguishedName> DistinguishedName::parse(std::string_view text) {
  if (text.size() > kLongest) {
    return refused(
        fmt::format("a subject of {} bytes is longer than {}: shorten it", text.size(), kLongest));
  }
  DistinguishedName name;
  Reader reader(text);
  while (!reader.done()) {
    const auto type = reader.type();
    const std::string canonical = type ? canonical_type(*type) : "";
    if (canonical.empty()) {
      return refused("the subject has a part that is no TYPE=VALUE: write it like CN=name,O=firm");
    }
    auto value = reader.value();
    if (!value || !reader.next()) {
      return refused(
          fmt::format("the value of {} in the subject does not end as it should: put a backslash "
                      "before each , ; + \" and \\ that belongs to it",
                      *type));
    }
    if (name.attributes_.size() == kMostAttributes) {
      return refused(fmt::format("the subject has more than {} parts", kMostAttributes));
    }
    name.attributes_.emplace_back(canonical, folded(*value));
  }
  std::ranges::sort(name.attributes_);
  return name;
}

bool DistinguishedName::contains(const DistinguishedName& wanted) const {
  return std::ranges::includes(attributes_, wanted.attributes_);
}

std::vector<std::string> DistinguishedName::common_names() const {
  std::vector<std::string> names;
  for (const auto& [type, value] : attributes_) {
    if (type == "cn") names.push_back(value);
  }
  return names;
}

}  // namespace gatehouse::crypto
