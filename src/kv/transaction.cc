#include "kv/transaction.h"

#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

namespace gatehouse::kv {
namespace {

std::unexpected<Error> invalid(std::string what) {
  return fail(Fault::ours, std::move(what), ErrorKind::invalid);
}

std::size_t value_size(const Write& write) {
  const auto* put = std::get_if<Put>(&write);
  return put == nullptr ? 0 : put->value.size();
}

Result<Ok> check_write(const Write& write) {
  if (auto valid = check_key(key_of(write)); !valid) return valid;
  if (value_size(write) <= kLargestValue) return Ok{};
  return invalid(fmt::format("the value of {} has {} bytes, and the store takes {}: part it",
                             key_text(key_of(write)), value_size(write), kLargestValue));
}

Result<Ok> check_total(const Transaction& transaction) {
  std::size_t total = 0;
  for (const auto& condition : transaction.conditions) total += condition.key.size();
  for (const auto& write : transaction.writes) total += key_of(write).size() + value_size(write);
  if (total <= kLargestTransaction) return Ok{};
  return invalid(
      fmt::format("a transaction of {} bytes is larger than the {} that the store takes: part it",
                  total, kLargestTransaction));
}

Result<Ok> check_distinct(const std::vector<Write>& writes) {
  std::unordered_set<std::string_view> seen;
  for (const auto& write : writes) {
    if (seen.insert(key_of(write)).second) continue;
    return invalid(fmt::format("a transaction writes {} twice: keep the write that is meant",
                               key_text(key_of(write))));
  }
  return Ok{};
}

}  // namespace

bool Condition::holds(Revision found) const {
  if (std::holds_alternative<Absent>(wanted)) return found == 0;
  if (std::holds_alternative<Exists>(wanted)) return found != 0;
  return found == std::get<At>(wanted).revision;
}

std::string key_text(std::string_view key) {
  std::string text;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f) {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", byte);
    }
  }
  return text;
}

Result<Ok> check_key(std::string_view key) {
  if (key.empty()) return invalid("an empty key was given to the store: name one");
  if (key.size() <= kLongestKey) return Ok{};
  return invalid(
      fmt::format("a key of {} bytes is longer than the {} that the store takes: shorten {}…",
                  key.size(), kLongestKey, key_text(key.substr(0, 40))));
}

Result<Ok> check(const ListRequest& request) {
  if (request.prefix.size() > kLongestKey || request.after.size() > kLongestKey) {
    return invalid(
        fmt::format("a list by a prefix or after a key of more than {} bytes finds "
                    "nothing: shorten it",
                    kLongestKey));
  }
  if (request.limit > 0 && request.limit <= kLongestPage) return Ok{};
  return invalid(fmt::format("a page of {} entries was asked for: ask for 1 to {}", request.limit,
                             kLongestPage));
}

Result<Ok> check_lease_duration(std::chrono::seconds duration) {
  if (duration >= kShortestLease && duration <= kLongestLease) return Ok{};
  return invalid(fmt::format("a lease of {} s was asked for: ask for {} to {} s", duration.count(),
                             kShortestLease.count(), kLongestLease.count()));
}

Result<Ok> check(const Transaction& transaction) {
  if (transaction.conditions.size() > kMostConditions || transaction.writes.size() > kMostWrites) {
    return invalid(fmt::format(
        "a transaction of {} conditions and {} writes is larger than the {} and {} that the store "
        "takes: part it",
        transaction.conditions.size(), transaction.writes.size(), kMostConditions, kMostWrites));
  }
  for (const auto& condition : transaction.conditions) {
    if (auto valid = check_key(condition.key); !valid) return valid;
  }
  for (const auto& write : transaction.writes) {
    if (auto valid = check_write(write); !valid) return valid;
  }
  if (auto distinct = check_distinct(transaction.writes); !distinct) return distinct;
  return check_total(transaction);
}

}  // namespace gatehouse::kv
