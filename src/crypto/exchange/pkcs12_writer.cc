#include "crypto/exchange/pkcs12_writer.h"

#include <algorithm>
#include <array>
#include <new>

#include <fmt/format.h>
#include <openssl/hmac.h>

#include "base/utf8.h"
#include "crypto/exchange/bundle.h"
#include "crypto/exchange/der.h"
#include "crypto/exchange/der_writer.h"
#include "crypto/exchange/display_name.h"
#include "crypto/exchange/encryption_scheme.h"
#include "crypto/exchange/key_writer.h"
#include "crypto/exchange/object_ids.h"
#include "crypto/exchange/wide_text.h"

namespace gatehouse::crypto {
namespace {

constexpr std::uint64_t kVersion = 3;
constexpr std::size_t kMacSaltSize = 16;
// What openssl -legacy writes: known to be opened by those who know nothing newer.
constexpr std::uint32_t kRoundsOfOld = 2048;

struct Recipe {
  std::string_view name;
  bool modern;
};

constexpr std::array kRecipes = {
    Recipe{"windows-2016", false}, Recipe{"windows", true}, Recipe{"java", true},
    Recipe{"openssl", true},       Recipe{"macos", false},
};

const Recipe& recipe_of(Pkcs12Profile profile) {
  return kRecipes[static_cast<std::size_t>(profile)];
}

std::unexpected<Error> refused(std::string what) {
  return fail(Fault::operator_input, std::move(what), ErrorKind::invalid);
}

Result<Ok> check(const Identity& identity, const Pkcs12Options& options,
                 const Passphrase& passphrase) {
  if (passphrase.empty()) {
    return refused("a PKCS#12 file with a private key needs a passphrase: give one");
  }
  if (display_name(options.friendly_name) != options.friendly_name) {
    return refused(
        "the friendly name must be text of at most 256 bytes without control characters and "
        "without spaces at its end");
  }
  if (!recipe_of(options.profile).modern && identity.key.algorithm() == KeyAlgorithm::ed25519) {
    return refused(fmt::format("{} cannot use Ed25519 keys: have an ECDSA P-256 key certified",
                               profile_name(options.profile)));
  }
  return Ok{};
}

// Writes one file; its methods write the parts, from the outermost inwards.
class Writer {
 public:
  Writer(const Identity& identity, const Pkcs12Options& options, const Passphrase& passphrase)
      : identity_(identity),
        options_(options),
        passphrase_(passphrase),
        modern_(recipe_of(options.profile).modern),
        rounds_(modern_ ? kRoundsOfToday : kRoundsOfOld),
        spelling_(std::move(spellings_of(passphrase).front())),
        key_id_(identity.leaf().sha1()) {}

  Secret file() const {
    const Secret contents = authenticated_safe();
    return write_der([&](DerWriter& out) {
      out.sequence([&](DerWriter& pfx) {
        pfx.number(kVersion);
        data(pfx, contents.view());
        mac(pfx, contents.view());
      });
    });
  }

 private:
  EncryptionScheme scheme() const {
    return modern_ ? EncryptionScheme::aes256(rounds_) : EncryptionScheme::triple_des(rounds_);
  }

  Secret authenticated_safe() const {
    const Secret certificates = certificate_bags();
    const Secret keys = key_bags();
    return write_der([&](DerWriter& out) {
      out.sequence([&](DerWriter& safes) {
        encrypted_data(safes, certificates.view());
        data(safes, keys.view());
      });
    });
  }

  static void data(DerWriter& out, ByteView content) {
    out.sequence([&](DerWriter& info) {
      info.object_id(object_id::kData);
      info.inside(constructed_context(0), [&](DerWriter& holder) { holder.octets(content); });
    });
  }

  void encrypted_data(DerWriter& out, ByteView plain) const {
    const EncryptionScheme how = scheme();
    const Secret encrypted = how.encrypt(plain, spelling_);
    const auto write_info = [&](DerWriter& info) {
      info.object_id(object_id::kData);
      how.write(info);
      info.element(context(0), encrypted.view());
    };
    out.sequence([&](DerWriter& content) {
      content.object_id(object_id::kEncryptedData);
      content.inside(constructed_context(0), [&](DerWriter& holder) {
        holder.sequence([&](DerWriter& encrypted_data) {
          encrypted_data.number(0);
          encrypted_data.sequence(write_info);
        });
      });
    });
  }

  Secret certificate_bags() const {
    return write_der([&](DerWriter& out) {
      out.sequence([&](DerWriter& bags) {
        for (const Certificate& one : identity_.chain) {
          certificate_bag(bags, one, &one == &identity_.leaf());
        }
        if (options_.root) certificate_bag(bags, *options_.root, false);
      });
    });
  }

  void certificate_bag(DerWriter& out, const Certificate& certificate, bool is_leaf) const {
    out.sequence([&](DerWriter& bag) {
      bag.object_id(object_id::kCertificateBag);
      bag.inside(constructed_context(0), [&](DerWriter& value) {
        value.sequence([&](DerWriter& typed) {
          typed.object_id(object_id::kX509Certificate);
          typed.inside(constructed_context(0),
                       [&](DerWriter& holder) { holder.octets(certificate.der()); });
        });
      });
      if (is_leaf) attributes(bag);
    });
  }

  Secret key_bags() const {
    const Secret key = encrypted_pkcs8_der(identity_.key, scheme(), passphrase_);
    return write_der([&](DerWriter& out) {
      out.sequence([&](DerWriter& bags) {
        bags.sequence([&](DerWriter& bag) {
          bag.object_id(object_id::kShroudedKeyBag);
          bag.inside(constructed_context(0), [&](DerWriter& value) { value.whole(key.view()); });
          attributes(bag);
        });
      });
    });
  }

  void attributes(DerWriter& out) const {
    const auto attribute = [](DerWriter& set, std::string_view id, CBS_ASN1_TAG tag,
                              ByteView value) {
      set.sequence([&](DerWriter& one) {
        one.object_id(id);
        one.set_of([&](DerWriter& values) { values.element(tag, value); });
      });
    };
    out.set_of([&](DerWriter& set) {
      if (!options_.friendly_name.empty()) {
        attribute(set, object_id::kFriendlyName, CBS_ASN1_BMPSTRING,
                  wide_text(options_.friendly_name).view());
      }
      attribute(set, object_id::kLocalKeyId, CBS_ASN1_OCTETSTRING, key_id_);
    });
  }

  void mac(DerWriter& out, ByteView contents) const {
    const EVP_MD* digest = modern_ ? EVP_sha256() : EVP_sha1();
    const Bytes salt = random_bytes(kMacSaltSize);
    const auto key = derive_pkcs12(digest, Pkcs12Use::mac, spelling_.wide.view(), {salt, rounds_},
                                   EVP_MD_size(digest));
    std::uint8_t value[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (!key || HMAC(digest, key->view().data(), key->view().size(), contents.data(),
                     contents.size(), value, &size) == nullptr) {
      throw std::bad_alloc();
    }
    out.sequence([&](DerWriter& mac_data) {
      mac_data.sequence([&](DerWriter& info) {
        info.sequence([&](DerWriter& algorithm) {
          algorithm.object_id(modern_ ? object_id::kSha256 : object_id::kSha1);
          algorithm.null();
        });
        info.octets(ByteView(value, size));
      });
      mac_data.octets(salt);
      mac_data.number(rounds_);
    });
  }

  const Identity& identity_;
  const Pkcs12Options& options_;
  const Passphrase& passphrase_;
  bool modern_;
  std::uint32_t rounds_;
  PassphraseSpelling spelling_;
  Sha1 key_id_;  // pairs key and certificate in the file, as openssl does it
};

// Whether a reader finds in the file what was to be put there.
bool holds(const Secret& file, const Identity& identity, const Pkcs12Options& options,
           const Passphrase& passphrase) {
  const auto bundle = read_bundle(file.view(), &passphrase);
  if (!bundle || !bundle->warnings.empty() || bundle->keys.size() != 1) return false;
  std::vector<Certificate> expected = identity.chain;
  if (options.root) expected.push_back(*options.root);
  return bundle->keys.front().key.spki_sha256() == identity.key.spki_sha256() &&
         bundle->keys.front().label.friendly_name == options.friendly_name &&
         std::ranges::equal(bundle->certificates, expected, {}, &BundleCertificate::certificate);
}

}  // namespace

std::string_view profile_name(Pkcs12Profile profile) { return recipe_of(profile).name; }

std::vector<std::string_view> profile_names() {
  std::vector<std::string_view> names;
  for (const Recipe& recipe : kRecipes) names.push_back(recipe.name);
  return names;
}

std::optional<Pkcs12Profile> profile_by_name(std::string_view name) {
  const auto found = std::ranges::find(kRecipes, name, &Recipe::name);
  if (found == kRecipes.end()) return std::nullopt;
  return static_cast<Pkcs12Profile>(found - kRecipes.begin());
}

Result<Secret> write_pkcs12(const Identity& identity, const Pkcs12Options& options,
                            const Passphrase& passphrase) {
  if (auto checked = check(identity, options, passphrase); !checked) return pass_on(checked);
  Secret file = Writer(identity, options, passphrase).file();
  if (!holds(file, identity, options, passphrase)) {
    return fail(Fault::ours,
                "the PKCS#12 file was written, but does not open again: nothing was "
                "exported");
  }
  return file;
}

}  // namespace gatehouse::crypto
