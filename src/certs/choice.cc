#include "certs/choice.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/time_text.h"

namespace gatehouse::certs {
namespace {

constexpr std::size_t kMostListed = 10;

struct Matches {
  const Record& record;

  bool operator()(const RecordName& name) const { return record.name == name; }
  bool operator()(const Thumbprint& thumbprint) const {
    return thumbprint.matches(record.sha1, record.sha256);
  }
  bool operator()(const Selector::Subject& subject) const {
    const auto own = crypto::DistinguishedName::parse(record.subject);
    return own && own->contains(subject.wanted);
  }
  bool operator()(const Selector::San& san) const {
    const auto names = record.leaf().names();
    if (std::ranges::find(names.dns, san.wanted) != names.dns.end()) return true;
    return !san.wanted.wildcard() && names.covers(san.wanted.base());
  }
};

// A larger one is better.
auto rank(const Record& record, const Wanted& wanted, WallTime now) {
  const bool fits = !wanted.role || record.has(*wanted.role);
  // Of those that are not valid, one that is still to come is better than one that is over.
  const bool over = record.not_after < now;
  const bool brought = record.origin != Origin::default_identity;
  return std::tuple(fits, record.valid_at(now), !over, brought, record.not_before, record.not_after,
                    record.created, record.id);
}

std::string role_reason(const Record& record, Role role) {
  const Role other = role == Role::server ? Role::client : Role::server;
  if (!record.has(other)) return fmt::format("is not for {}", role_text(role));
  return fmt::format("is for {} only, not for {}", role_text(other), role_text(role));
}

std::optional<std::string> not_valid(const Record& record, WallTime now) {
  if (now < record.not_before) {
    return fmt::format("is not valid before {}", timestamp_text(record.not_before));
  }
  if (record.not_after < now) return fmt::format("expired on {}", date_text(record.not_after));
  return std::nullopt;
}

// Why a record loses against one that is of the same validity.
std::string why_behind(const Record& record, const Record& best) {
  if (record.origin == Origin::default_identity && best.origin != record.origin) {
    return "was made by default, the chosen one was not";
  }
  if (record.not_before != best.not_before) {
    return fmt::format("is older: valid from {}, the chosen one from {}",
                       timestamp_text(record.not_before), timestamp_text(best.not_before));
  }
  if (record.not_after != best.not_after) {
    return fmt::format("is as new, but ends on {}, the chosen one on {}",
                       timestamp_text(record.not_after), timestamp_text(best.not_after));
  }
  if (record.created != best.created) {
    return fmt::format("has the same dates, but came into the store on {}, the chosen one on {}",
                       timestamp_text(record.created), timestamp_text(best.created));
  }
  return "is in no way worse: the chosen one has the larger id";
}

std::string reason_of(const Record& record, const Record& best, const Wanted& wanted,
                      WallTime now) {
  if (wanted.role && !record.has(*wanted.role)) return role_reason(record, *wanted.role);
  if (auto invalid = not_valid(record, now)) return *invalid;
  return why_behind(record, best);
}

std::string chosen_reason(const Record& record, std::size_t candidates, WallTime now) {
  const auto invalid = not_valid(record, now);
  if (candidates == 1) {
    return invalid ? fmt::format("is chosen as the only one that matches, but {}", *invalid)
                   : "is chosen: the only one that matches";
  }
  return invalid ? fmt::format("is chosen, since none is valid now, but {}", *invalid)
                 : "is chosen: the newest that is valid";
}

std::string listed(std::span<const Candidate> candidates) {
  std::vector<std::string> lines;
  for (const Candidate& candidate : candidates) {
    if (lines.size() == kMostListed) break;
    lines.push_back(
        fmt::format("{} ({})", candidate.record.name.text(), crypto::hex(candidate.record.sha256)));
  }
  const std::size_t more = candidates.size() - lines.size();
  return fmt::format("{}{}", fmt::join(lines, ", "),
                     more == 0 ? "" : fmt::format(", {} more", more));
}

// The beginning of a thumbprint has to fit one certificate only, whatever is valid: who gives a
// thumbprint means one and no other.
bool is_ambiguous(const Selector& selector, std::span<const Candidate> candidates) {
  if (!std::holds_alternative<Thumbprint>(selector.kind())) return false;
  return std::ranges::any_of(candidates, [&](const Candidate& candidate) {
    return candidate.record.sha256 != candidates.front().record.sha256;
  });
}

Result<std::vector<Candidate>> matching(const Wanted& wanted, std::span<const Record> records) {
  std::vector<Candidate> candidates;
  for (const Record& record : records) {
    if (record.shelf != wanted.shelf || record.owner != wanted.owner) continue;
    if (matches(wanted.selector, record)) candidates.push_back({record, ""});
  }
  if (candidates.empty()) {
    return fail(Fault::operator_input,
                fmt::format("no certificate on the shelf {} of {} has the {}",
                            shelf_text(wanted.shelf), wanted.owner.text(), wanted.selector.text()),
                ErrorKind::not_found);
  }
  return candidates;
}

}  // namespace

bool matches(const Selector& selector, const Record& record) {
  return std::visit(Matches{record}, selector.kind());
}

Result<Choice> choose(const Wanted& wanted, std::span<const Record> records, WallTime now) {
  auto found = matching(wanted, records);
  if (!found) return pass_on(found);
  Choice choice{.candidates = std::move(*found)};
  auto& candidates = choice.candidates;
  std::ranges::sort(candidates, [&](const Candidate& a, const Candidate& b) {
    return rank(a.record, wanted, now) > rank(b.record, wanted, now);
  });
  if (is_ambiguous(wanted.selector, candidates)) {
    return fail(Fault::operator_input,
                fmt::format("the {} fits {} certificates: {}; give more digits",
                            wanted.selector.text(), candidates.size(), listed(candidates)),
                ErrorKind::conflict);
  }
  const Record& best = candidates.front().record;
  choice.chosen = !wanted.role || best.has(*wanted.role);
  choice.valid = choice.chosen && best.valid_at(now);
  for (Candidate& candidate : candidates) {
    candidate.reason = reason_of(candidate.record, best, wanted, now);
  }
  if (choice.chosen) candidates.front().reason = chosen_reason(best, candidates.size(), now);
  return choice;
}

}  // namespace gatehouse::certs
