#include "crypto/exchange/pkcs12_reader.h"

#include <fmt/format.h>

#include "crypto/exchange/ber.h"
#include "crypto/exchange/der.h"
#include "crypto/exchange/display_name.h"
#include "crypto/exchange/key_forms.h"
#include "crypto/exchange/object_ids.h"
#include "crypto/exchange/pkcs12_mac.h"
#include "crypto/exchange/wide_text.h"

namespace gatehouse::crypto {
namespace {

using Kind = ReadFailure::Kind;

constexpr unsigned kDeepestSafe = 4;  // SafeContents within SafeContents; nobody writes one
constexpr std::size_t kLongestKeyId = 128;

std::unexpected<ReadFailure> broken(std::string_view what) {
  return damaged(fmt::format("the PKCS#12 file is damaged: {}", what));
}

// The attributes of a bag; those that we do not know, and those that make no sense, are passed
// over.
BundleLabel read_label(Der attributes) {
  BundleLabel label;
  while (auto attribute = attributes.sequence()) {
    const auto id = attribute->object_id();
    auto values = attribute->enter(CBS_ASN1_SET);
    if (!id || !values) continue;
    if (*id == object_id::kFriendlyName) {
      if (const auto name = values->content(CBS_ASN1_BMPSTRING)) {
        label.friendly_name = display_name(narrow_text(*name));
      }
    } else if (*id == object_id::kLocalKeyId) {
      const auto key_id = values->octets();
      if (key_id && key_id->size() <= kLongestKeyId) {
        label.local_key_id.assign(key_id->begin(), key_id->end());
      }
    }
  }
  return label;
}

// [0] IMPLICIT OCTET STRING, which BER may have cut into parts.
std::optional<Secret> implicit_octets(Der& in) {
  if (const auto whole = in.content(context(0))) return Secret(*whole);
  auto parts = in.enter(constructed_context(0));
  if (!parts) return std::nullopt;
  Bytes joined;
  joined.reserve(parts->rest().size());
  while (!parts->done()) {
    const auto part = parts->octets();
    if (!part) return std::nullopt;
    joined.insert(joined.end(), part->begin(), part->end());
  }
  return Secret(ByteView(joined));
}

// Walks one file; its methods add to the bundle.
class Reader {
 public:
  Reader(Unlocker& unlocker, const ReadLimits& limits, Bundle& bundle)
      : unlocker_(unlocker), limits_(limits), bundle_(bundle) {}

  Read<Ok> file(Der pfx) {
    const auto version = pfx.number();
    if (!version) return broken("it has no version");
    if (*version != 3) {
      return not_read(Kind::unsupported,
                      fmt::format("the PKCS#12 file is of version {}; only 3 is read", *version));
    }
    auto contents = authenticated_safe(pfx);
    if (!contents) return pass_on(contents);
    if (auto checked = integrity(pfx, contents->view()); !checked) return checked;
    return safes(contents->view());
  }

  Read<Ok> bags_of(ByteView contents) {
    const auto der = der_from_ber(contents);
    auto bags = der ? Der(der->view()).sequence() : std::nullopt;
    if (!bags) return broken("a group of its entries cannot be read");
    return this->bags(*bags, 0);
  }

 private:
  Read<Secret> authenticated_safe(Der& pfx) {
    auto info = pfx.sequence();
    const auto type = info ? info->object_id() : std::nullopt;
    if (!type) return broken("its content cannot be read");
    if (*type == object_id::kSignedData) {
      return not_read(Kind::unsupported,
                      "the PKCS#12 file is protected by a signature, which is not read: export it "
                      "again with a passphrase");
    }
    auto holder = info->enter(constructed_context(0));
    const auto octets = holder ? holder->octets() : std::nullopt;
    if (*type != object_id::kData || !octets) return broken("its content cannot be read");
    return Secret(*octets);
  }

  Read<Ok> integrity(Der& pfx, ByteView contents) {
    if (pfx.done()) {
      bundle_.warnings.emplace_back(
          "the PKCS#12 file has no MAC: whether somebody changed it cannot be seen");
      return Ok{};
    }
    const auto mac = pfx.element(CBS_ASN1_SEQUENCE);
    if (!mac || !pfx.done()) return broken("bytes follow its end");
    return check_pkcs12_mac(*mac, contents, unlocker_);
  }

  Read<Ok> safes(ByteView contents) {
    const auto der = der_from_ber(contents);
    auto all = der ? Der(der->view()).sequence() : std::nullopt;
    if (!all) return broken("its contents are not a sequence");
    while (!all->done()) {
      auto info = all->sequence();
      if (!info) return broken("one of its contents cannot be read");
      if (auto read = safe(*info); !read) return read;
    }
    return Ok{};
  }

  Read<Ok> safe(Der info) {
    const auto type = info.object_id();
    auto holder = type ? info.enter(constructed_context(0)) : std::nullopt;
    if (!holder) return broken("one of its contents cannot be read");
    if (*type == object_id::kData) {
      const auto octets = holder->octets();
      if (!octets) return broken("one of its contents cannot be read");
      return bags_of(*octets);
    }
    if (*type == object_id::kEncryptedData) return encrypted_safe(*holder);
    if (*type == object_id::kEnvelopedData) {
      return not_read(Kind::unsupported,
                      "the PKCS#12 file is encrypted for a public key, which is not read: export "
                      "it again with a passphrase");
    }
    return broken("one of its contents is of an unknown type");
  }

  Read<Ok> encrypted_safe(Der holder) {
    auto data = holder.sequence();
    if (!data || !data->skip_integer()) return broken("its encrypted part cannot be read");
    auto info = data->sequence();
    const auto type = info ? info->object_id() : std::nullopt;
    const auto algorithm = type ? info->element(CBS_ASN1_SEQUENCE) : std::nullopt;
    const auto encrypted = algorithm ? implicit_octets(*info) : std::nullopt;
    if (!encrypted) return broken("its encrypted part cannot be read");
    const auto plain = unlocker_.open("the certificates in the PKCS#12 file", *algorithm,
                                      encrypted->view(), [](ByteView bytes) {
                                        const auto der = der_from_ber(bytes);
                                        return der && is_one_sequence(der->view());
                                      });
    if (!plain) return std::unexpected(plain.error());
    return bags_of(plain->view());
  }

  Read<Ok> bags(Der all, unsigned depth) {
    if (depth > kDeepestSafe) return broken("its entries are nested too deeply");
    while (!all.done()) {
      if (++count_ > limits_.parts) {
        return not_read(Kind::too_large,
                        fmt::format("the PKCS#12 file has more than {} entries", limits_.parts));
      }
      auto one = all.sequence();
      if (!one) return broken("one of its entries cannot be read");
      if (auto read = bag(*one, depth); !read) return read;
    }
    return Ok{};
  }

  Read<Ok> bag(Der in, unsigned depth) {
    const auto type = in.object_id();
    auto value = type ? in.enter(constructed_context(0)) : std::nullopt;
    if (!value) return broken("one of its entries cannot be read");
    BundleLabel label;
    if (auto attributes = in.enter(CBS_ASN1_SET)) label = read_label(*attributes);
    if (*type == object_id::kCertificateBag) return certificate(*value, std::move(label));
    if (*type == object_id::kKeyBag) {
      return take_key(value->rest(), KeyForm::pkcs8, std::move(label), bundle_);
    }
    if (*type == object_id::kShroudedKeyBag) {
      return take_encrypted_key(value->rest(), std::move(label), unlocker_, bundle_);
    }
    if (*type == object_id::kSafeContentsBag) {
      auto inside = value->sequence();
      if (!inside) return broken("one of its entries cannot be read");
      return bags(*inside, depth + 1);
    }
    skip(*type);
    return Ok{};
  }

  Read<Ok> certificate(Der value, BundleLabel label) {
    auto in = value.sequence();
    const auto type = in ? in->object_id() : std::nullopt;
    auto holder = type ? in->enter(constructed_context(0)) : std::nullopt;
    if (!holder) return broken("one of its certificates cannot be read");
    if (*type != object_id::kX509Certificate) {
      skip(*type);
      return Ok{};
    }
    const auto der = holder->octets();
    if (!der) return broken("one of its certificates cannot be read");
    auto certificate = Certificate::from_der(*der);
    if (!certificate) return broken(certificate.error().what);
    bundle_.certificates.push_back({std::move(*certificate), std::move(label)});
    return Ok{};
  }

  void skip(std::string_view type) {
    const std::string_view what = type == object_id::kCrlBag      ? "a revocation list"
                                  : type == object_id::kSecretBag ? "a secret that is no key pair"
                                                                  : "an entry of an unknown type";
    bundle_.warnings.push_back(fmt::format("{} in the PKCS#12 file was passed over", what));
  }

  Unlocker& unlocker_;
  const ReadLimits& limits_;
  Bundle& bundle_;
  std::size_t count_ = 0;
};

}  // namespace

Read<Ok> read_pkcs12(ByteView file, Unlocker& unlocker, const ReadLimits& limits, Bundle& bundle) {
  const auto der = der_from_ber(file);
  if (!der) return broken("it ends too early, or is not encoded as it says");
  Der outer(der->view());
  auto pfx = outer.sequence();
  if (!pfx || !outer.done()) return broken("bytes follow its end");
  return Reader(unlocker, limits, bundle).file(*pfx);
}

Read<Ok> read_safe_contents(ByteView contents, Unlocker& unlocker, const ReadLimits& limits,
                            Bundle& bundle) {
  return Reader(unlocker, limits, bundle).bags_of(contents);
}

}  // namespace gatehouse::crypto
