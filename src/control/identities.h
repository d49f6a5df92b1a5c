#pragma once

#include <compare>
#include <ctime>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/event_log.h"
#include "base/metrics.h"
#include "certs/binding/credential_pair.h"
#include "certs/renewal/default_identity.h"
#include "certs/store/certificate_store.h"
#include "config/settings.h"
#include "crypto/identity.h"
#include "io/reactor.h"
#include "tls/credential.h"

namespace gatehouse::control {

// A certificate with its key, as it is served.
struct ServedIdentity {
  enum class Origin : unsigned char { local_ca, self_signed, files, store };

  crypto::Identity identity;
  crypto::CertificateNames names = {};  // of the leaf, parsed once; so is the next
  std::string subject = {};
  tls::CredentialPtr credential = nullptr;
  Origin origin = Origin::files;
  std::string origin_text =
      {};  // "local CA", "self-signed", "files /etc/ssl/a.crt", "store, files"
  std::optional<certs::RecordId> record = {};  // of the store
  bool brought = false;                        // by a person, who has to bring the next one too
  // Another one with an RSA key, for clients that cannot verify this one.
  std::shared_ptr<const ServedIdentity> second = nullptr;
  certs::CredentialPairPtr pair = nullptr;  // of both
};
using ServedIdentityPtr = std::shared_ptr<const ServedIdentity>;

// When and what a pair of files was, so that a change is noticed without reading them.
struct FileStamp {
  std::uint64_t inode = 0;
  std::int64_t size = -1;  // -1: there is none
  timespec changed{};
  friend bool operator==(const FileStamp& a, const FileStamp& b) {
    return a.inode == b.inode && a.size == b.size && a.changed.tv_sec == b.changed.tv_sec &&
           a.changed.tv_nsec == b.changed.tv_nsec;
  }
};

struct FilePair {
  FileStamp certificate;
  FileStamp key;
  ServedIdentityPtr served;
};

// All certificates that one configuration needs. Immutable; what did not change is shared.
struct IdentitySet {
  using Paths = std::pair<std::filesystem::path, std::filesystem::path>;  // certificate, key

  ServedIdentityPtr standard;     // the default identity; nullptr: everybody brings their own
  ServedIdentityPtr self_signed;  // of published names that the local CA may not certify
  std::map<Paths, FilePair> files;
  std::map<std::string, ServedIdentityPtr> stored;  // by the texts of selectors
  // Choices of two certificates, by their texts: both together, or the first alone where a
  // replacement has made them two of a kind. Each is there by itself as well.
  std::map<std::string, ServedIdentityPtr> pairs;
  std::optional<crypto::Certificate> anchor;  // of the local CA
  std::string anchor_file;
  // Of the local CA, for servers; nullptr without one.
  std::shared_ptr<const crypto::Identity> issuer;
  std::vector<std::string> notices;  // sentences for the person who runs it
  std::size_t names_left_out = 0;    // of sites without a certificate, beyond kMostNames

  // The certificate of a site or binding that chooses `wanted`, else of the default identity or the
  // self-signed one, whichever has been made for the name.
  ServedIdentityPtr of(const std::optional<config::CertificateChoice>& wanted,
                       const NamePattern* name) const;
  // All of them that answer there: two where two were chosen.
  std::vector<ServedIdentityPtr> all_of(const std::optional<config::CertificateChoice>& wanted,
                                        const NamePattern* name) const;
  // For those who call no name.
  ServedIdentityPtr of(const std::optional<config::CertificateChoice>& wanted) const {
    return of(wanted, nullptr);
  }
  std::vector<ServedIdentityPtr> all() const;
  std::vector<CertificateExpiry> expiries() const;
};
using IdentitySetPtr = std::shared_ptr<const IdentitySet>;

// Finds, makes and renews certificates. Blocks on the disk, but for the store's: control thread
// only.
class Identities {
 public:
  // The default identity holds at most so many names of sites.
  static constexpr std::size_t kMostNames = 100;

  // `standard` keeps the default identity, and is asked for when somebody needs that; `store` when
  // the first selector is there.
  using Standard = std::function<certs::DefaultIdentityKeeper&()>;
  using Store = std::function<certs::CertificateStore&()>;
  Identities(Standard standard, Store store, io::Reactor& reactor, EventLog& events)
      : standard_(std::move(standard)),
        store_(std::move(store)),
        reactor_(reactor),
        events_(events) {}

  // Whether files that are known already are looked at again.
  enum class Look : unsigned char { new_files_only, all_files };

  // What `settings` needs, upon what is in force (nullptr: nothing is). A pair that is new and
  // wrong is an error, one that was right and is wrong now is kept as it was, and the event log
  // says so; the same holds for a default identity that cannot be renewed, and for a selector that
  // chooses nothing in the store.
  io::Task<Result<IdentitySetPtr>> prepare(std::shared_ptr<const config::Settings> settings,
                                           std::shared_ptr<const IdentitySet> before, Look look);

 private:
  io::Task<Result<Ok>> add_stored(const config::Settings& settings, const IdentitySet* before,
                                  IdentitySet& to);
  Result<Ok> add_pairs(const config::Settings& settings, const IdentitySet* before,
                       IdentitySet& to);
  io::Task<Result<ServedIdentityPtr>> choose(certs::Selector selector, ServedIdentityPtr before);
  io::Task<Result<Ok>> add_standard(const config::Settings& settings, const IdentitySet* before,
                                    IdentitySet& to);
  Result<Ok> add_files(const config::Settings& settings, const IdentitySet* before, Look look,
                       IdentitySet& to);
  Result<FilePair> load(const IdentitySet::Paths& paths);
  FilePair look_again(const IdentitySet::Paths& paths, const FilePair& before);

  Standard standard_;
  Store store_;
  io::Reactor& reactor_;
  EventLog& events_;
};

// Whether a change of certificates is there at all.
bool same(const IdentitySet& a, const IdentitySet& b);

// Who signed it: of the root, where that is ours.
std::string issuer_name(const IdentitySet& set, const ServedIdentity& served);

}  // namespace gatehouse::control
