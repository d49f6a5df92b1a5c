#include "crypto/request_wishes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/obj.h>

#include "crypto/general_name.h"

namespace gatehouse::crypto {
namespace {

// Who asks for more of a kind is told of so many.
constexpr std::size_t kMostOthers = 16;

enum Bit { digital_signature, key_encipherment = 2, key_cert_sign = 5 };

using BasicConstraintsPtr = std::unique_ptr<BASIC_CONSTRAINTS, Freer<BASIC_CONSTRAINTS_free>>;
using KeyUsagesPtr = std::unique_ptr<EXTENDED_KEY_USAGE, Freer<EXTENDED_KEY_USAGE_free>>;
using BitsPtr = std::unique_ptr<ASN1_BIT_STRING, Freer<ASN1_BIT_STRING_free>>;

// By RFC 5280 section 4.2.1.3.
constexpr std::array<const char*, 9> kUsages{
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly"};

// What every certificate has, or what is read below.
constexpr std::array kKnown{NID_subject_alt_name,       NID_ext_key_usage,
                            NID_basic_constraints,      NID_key_usage,
                            NID_subject_key_identifier, NID_authority_key_identifier};

// One extension of those that are asked for. `unreadable`: it is there and broken, or twice.
template <class Pointer>
Pointer extension(const X509_EXTENSIONS* all, int nid, bool& unreadable) {
  int critical = 0;
  Pointer found(
      static_cast<typename Pointer::pointer>(X509V3_get_d2i(all, nid, &critical, nullptr)));
  if (!found && critical != -1) unreadable = true;  // -1: it is not there
  return found;
}

// The library's name of it, or its numbers.
std::string object_text(const ASN1_OBJECT* object) {
  std::array<char, 80> text{};
  const int size = OBJ_obj2txt(text.data(), text.size(), object, 0);
  return size > 0 ? text.data() : "of an unknown kind";
}

class Others {
 public:
  void add(std::string wish) {
    if (all_.size() < kMostOthers && std::ranges::find(all_, wish) == all_.end()) {
      all_.push_back(std::move(wish));
    }
  }
  std::vector<std::string> take() && { return std::move(all_); }

 private:
  std::vector<std::string> all_;
};

void take_names(const GENERAL_NAMES* names, Wishes& wishes, Others& others) {
  if (names == nullptr) return;
  wishes.names = server_names(*names);
  const std::size_t taken = wishes.names.dns.size() + wishes.names.addresses.size();
  const std::size_t all = sk_GENERAL_NAME_num(names);
  if (all == taken) return;
  others.add(all - taken == 1
                 ? std::string("a name that is neither a host nor an address")
                 : fmt::format("{} names that are neither hosts nor addresses", all - taken));
}

void take_purposes(const EXTENDED_KEY_USAGE* usages, Wishes& wishes, Others& others) {
  for (std::size_t i = 0; usages != nullptr && i < sk_ASN1_OBJECT_num(usages); ++i) {
    const ASN1_OBJECT* usage = sk_ASN1_OBJECT_value(usages, i);
    switch (OBJ_obj2nid(usage)) {
      case NID_server_auth: wishes.server = true; break;
      case NID_client_auth: wishes.client = true; break;
      default: others.add("the purpose " + object_text(usage)); break;
    }
  }
}

void take_usages(const ASN1_BIT_STRING* bits, Wishes& wishes, Others& others) {
  for (std::size_t i = 0; bits != nullptr && i < kUsages.size(); ++i) {
    if (ASN1_BIT_STRING_get_bit(bits, static_cast<int>(i)) != 1) continue;
    if (i == digital_signature || i == key_encipherment) continue;
    if (i == key_cert_sign) wishes.ca = true;
    others.add(fmt::format("the key usage {}", kUsages.at(i)));
  }
}

void take_rest(const X509_EXTENSIONS* all, Others& others) {
  for (std::size_t i = 0; all != nullptr && i < sk_X509_EXTENSION_num(all); ++i) {
    const ASN1_OBJECT* object = X509_EXTENSION_get_object(sk_X509_EXTENSION_value(all, i));
    if (std::ranges::find(kKnown, OBJ_obj2nid(object)) != kKnown.end()) continue;
    others.add("the extension " + object_text(object));
  }
}

}  // namespace

std::optional<Wishes> wishes_of(X509_REQ* request) {
  const ExtensionsPtr all(X509_REQ_get_extensions(request));
  Wishes wishes;
  bool unreadable = false;
  const auto names = extension<GeneralNamesPtr>(all.get(), NID_subject_alt_name, unreadable);
  const auto purposes = extension<KeyUsagesPtr>(all.get(), NID_ext_key_usage, unreadable);
  const auto basic = extension<BasicConstraintsPtr>(all.get(), NID_basic_constraints, unreadable);
  const auto usages = extension<BitsPtr>(all.get(), NID_key_usage, unreadable);
  if (unreadable) return std::nullopt;
  wishes.ca = basic && basic->ca != 0;
  Others others;
  take_names(names.get(), wishes, others);
  take_purposes(purposes.get(), wishes, others);
  take_usages(usages.get(), wishes, others);
  take_rest(all.get(), others);
  wishes.others = std::move(others).take();
  return wishes;
}

}  // namespace gatehouse::crypto
