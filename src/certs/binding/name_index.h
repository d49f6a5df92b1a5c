#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/server_name.h"
#include "base/shared_runs.h"
#include "certs/record.h"
#include "crypto/keyed_hash.h"

namespace gatehouse::certs {

// What a client can verify.
struct KeyWish {
  bool ecdsa = true;
  bool rsa = true;
};

// A record of the store that may answer for a server name.
struct NameCandidate {
  RecordId id = {};
  std::uint64_t tag = 0;   // which of the record's certificates: see tag_of()
  std::uint32_t from = 0;  // of validity, in seconds; see second_of()
  std::uint32_t until = 0;
  crypto::KeyAlgorithm key = crypto::KeyAlgorithm::ecdsa;
  bool wildcard = false;

  bool valid_at(std::uint32_t now) const { return from <= now && now <= until; }
  friend bool operator==(const NameCandidate&, const NameCandidate&) = default;
};

// The first 64 bits of a certificate's SHA-256.
std::uint64_t tag_of(const crypto::Sha256& sha256);
// As hexadecimal digits: the beginning of its thumbprint.
std::string tag_text(std::uint64_t tag);
// Seconds since 1970; what is before it or after 2106 is the first or the last of them.
std::uint32_t second_of(WallTime time);

// The identities of the store by the names that they speak for: of the machine, for servers, with a
// key of a kind that clients tell us about (ECDSA, RSA). About 75 bytes for each name. The names
// themselves are not kept: two may have the same hash, so ask the certificate that was loaded
// whether it covers the name. A copy shares what it does not change, and what has been copied is
// not changed any more: then it is for any thread. Lookups never allocate and never block.
class NameIndex {
 public:
  explicit NameIndex(crypto::KeyedHash hash = crypto::KeyedHash::random()) : hash_(hash) {}

  // Gathers what is there at the start; costs less than single puts.
  class Builder;

  // The record is, or is now, as this says.
  void put(const RecordSummary& summary);
  void remove(const RecordId& id);

  // Of all that may speak for this name and were not skipped: valid before not valid, exact before
  // wildcard, ECDSA before RSA, then the latest start of validity, then the latest end. Of those
  // that are not valid, what is still to come is better than what is over. Nothing whose key the
  // client does not take; a client that seems to take none may take any.
  using Skip = std::function<bool(const NameCandidate&)>;
  std::optional<NameCandidate> best(const ServerName& name, KeyWish wish, std::uint32_t now,
                                    const Skip& skip) const;
  // All of them, from better to worse; for people.
  std::vector<NameCandidate> candidates(const ServerName& name, KeyWish wish,
                                        std::uint32_t now) const;

  std::size_t names() const { return listed_.size(); }
  bool empty() const { return listed_.size() == 0; }

 private:
  // A name of a record.
  struct Listed {
    std::uint64_t hash;  // of the name
    RecordId id;
    std::uint64_t tag;
    std::uint32_t from;
    std::uint32_t until;
    crypto::KeyAlgorithm key;
    std::uint64_t place() const { return hash; }
  };
  // The same the other way round, so that a record's names are found again.
  struct Named {
    RecordId id;
    std::uint64_t hash;
    std::uint64_t place() const;
  };

  static bool may_answer(const RecordSummary& summary);
  Listed listed(const RecordSummary& summary, std::uint64_t hash) const;
  template <class See>
  void each(const ServerName& name, const See& see) const;

  crypto::KeyedHash hash_;
  SharedRuns<Listed> listed_;
  SharedRuns<Named> named_;
};

class NameIndex::Builder {
 public:
  explicit Builder(crypto::KeyedHash hash = crypto::KeyedHash::random()) : index_(hash) {}

  // Each record once.
  void add(const RecordSummary& summary);
  NameIndex take();

 private:
  NameIndex index_;
  std::vector<Listed> listed_;
  std::vector<Named> named_;
};

}  // namespace gatehouse::certs
