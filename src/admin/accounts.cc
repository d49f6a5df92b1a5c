#include "admin/accounts.h"

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <grp.h>
#include <pwd.h>
#include <vector>

#include <fmt/format.h>

namespace gatehouse::admin {
namespace {

// The largest number means "none" to the kernel.
std::optional<std::uint32_t> number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == UINT32_MAX) return {};
  return value;
}

// Calls one of getpwnam_r and its relatives with as much memory as the entry needs.
template <class Entry, class Function, class Key>
std::optional<Entry> look_up(Function function, Key key, std::vector<char>& memory) {
  constexpr std::size_t kMost = 1U << 20U;
  for (memory.resize(4096); memory.size() <= kMost; memory.resize(memory.size() * 4)) {
    Entry entry{};
    Entry* found = nullptr;
    const int error = function(key, &entry, memory.data(), memory.size(), &found);
    if (error == EINTR || error == ERANGE) continue;
    if (error != 0 || found == nullptr) return std::nullopt;
    return entry;
  }
  return std::nullopt;
}

}  // namespace

std::optional<uid_t> SystemAccounts::user(const std::string& name) const {
  std::vector<char> memory;
  if (const auto entry = look_up<passwd>(getpwnam_r, name.c_str(), memory)) return entry->pw_uid;
  return number(name);
}

std::optional<gid_t> SystemAccounts::group(const std::string& name) const {
  std::vector<char> memory;
  if (const auto entry = look_up<::group>(getgrnam_r, name.c_str(), memory)) return entry->gr_gid;
  return number(name);
}

std::string SystemAccounts::name_of(uid_t uid) const {
  std::vector<char> memory;
  if (const auto entry = look_up<passwd>(getpwuid_r, uid, memory)) return entry->pw_name;
  return fmt::format("uid {}", uid);
}

}  // namespace gatehouse::admin
