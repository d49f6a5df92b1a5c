#include "certs/binding/name_index.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

// A larger one is better.
auto rank(const NameCandidate& one, std::uint32_t now) {
  const bool ecdsa = one.key == crypto::KeyAlgorithm::ecdsa;
  return std::tuple(one.valid_at(now), now < one.from, !one.wildcard, ecdsa, one.from, one.until,
                    one.id);
}

bool suits(const NameCandidate& one, KeyWish wish) {
  if (!wish.ecdsa && !wish.rsa) return true;
  return one.key == crypto::KeyAlgorithm::ecdsa ? wish.ecdsa : wish.rsa;
}

std::uint64_t number_at(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

// `name` is below "*." and this; nothing: it is below none.
std::optional<std::string_view> parent_of(const ServerName& name) {
  const std::string_view text = name.text();
  const auto dot = text.find('.');
  if (name.is_address() || dot == std::string_view::npos) return std::nullopt;
  return text.substr(dot + 1);
}

}  // namespace

std::uint64_t tag_of(const crypto::Sha256& sha256) { return number_at(sha256.data()); }

std::string tag_text(std::uint64_t tag) { return fmt::format("{:016x}", tag); }

std::uint32_t second_of(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
}

// Ids are random.
std::uint64_t NameIndex::Named::place() const { return number_at(id.bytes().data()); }

bool NameIndex::may_answer(const RecordSummary& summary) {
  return summary.server && summary.owner == Owner::machine() && summary.key_algorithm &&
         *summary.key_algorithm != crypto::KeyAlgorithm::ed25519;
}

NameIndex::Listed NameIndex::listed(const RecordSummary& summary, std::uint64_t hash) const {
  return {.hash = hash,
          .id = summary.id,
          .tag = tag_of(summary.sha256),
          .from = second_of(summary.not_before),
          .until = second_of(summary.not_after),
          .key = *summary.key_algorithm};
}

void NameIndex::put(const RecordSummary& summary) {
  remove(summary.id);
  if (!may_answer(summary)) return;
  for (const std::string& name : summary.names) {
    const std::uint64_t hash = hash_(name);
    listed_.insert(listed(summary, hash));
    named_.insert({summary.id, hash});
  }
}

void NameIndex::remove(const RecordId& id) {
  const std::uint64_t place = Named{id, 0}.place();
  const auto is_its = [&id](const auto& entry) { return entry.id == id; };
  std::vector<std::uint64_t> hashes;
  named_.each(place, [&](const Named& entry) {
    if (is_its(entry)) hashes.push_back(entry.hash);
  });
  for (const std::uint64_t hash : hashes) listed_.erase(hash, is_its);
  named_.erase(place, is_its);
}

template <class See>
void NameIndex::each(const ServerName& name, const See& see) const {
  const auto tell = [&](bool wildcard) {
    return [&see, wildcard](const Listed& one) {
      see(NameCandidate{one.id, one.tag, one.from, one.until, one.key, wildcard});
    };
  };
  listed_.each(hash_(name.text()), tell(false));
  const auto parent = parent_of(name);
  // A name has at most 253 characters.
  constexpr std::size_t kLongest = 256;
  if (!parent || parent->size() + 2 > kLongest) return;
  std::array<char, kLongest> pattern{'*', '.'};
  std::ranges::copy(*parent, pattern.begin() + 2);
  listed_.each(hash_({pattern.data(), parent->size() + 2}), tell(true));
}

std::optional<NameCandidate> NameIndex::best(const ServerName& name, KeyWish wish,
                                             std::uint32_t now, const Skip& skip) const {
  std::optional<NameCandidate> best;
  each(name, [&](const NameCandidate& one) {
    const bool better = !best || rank(*best, now) < rank(one, now);
    if (better && suits(one, wish) && !skip(one)) best = one;
  });
  return best;
}

std::vector<NameCandidate> NameIndex::candidates(const ServerName& name, KeyWish wish,
                                                 std::uint32_t now) const {
  std::vector<NameCandidate> all;
  each(name, [&](const NameCandidate& one) {
    if (suits(one, wish)) all.push_back(one);
  });
  std::ranges::sort(all,
                    [now](const auto& a, const auto& b) { return rank(a, now) > rank(b, now); });
  return all;
}

void NameIndex::Builder::add(const RecordSummary& summary) {
  if (!may_answer(summary)) return;
  for (const std::string& name : summary.names) {
    const std::uint64_t hash = index_.hash_(name);
    listed_.push_back(index_.listed(summary, hash));
    named_.push_back({summary.id, hash});
  }
}

NameIndex NameIndex::Builder::take() {
  index_.listed_ = SharedRuns<Listed>(std::exchange(listed_, {}));
  index_.named_ = SharedRuns<Named>(std::exchange(named_, {}));
  return std::move(index_);
}

}  // namespace gatehouse::certs
