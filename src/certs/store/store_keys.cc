#include "certs/store/store_keys.h"

#include <fmt/format.h>

namespace gatehouse::certs::keys {

std::string record(const RecordId& id) { return fmt::format("{}{}", kRecords, id.text()); }

std::string request(const RecordId& id) { return fmt::format("{}{}", kRequests, id.text()); }

std::string sealed_key(const RecordId& id) { return fmt::format("certs/key/{}", id.text()); }

std::string served(const RecordId& id) { return fmt::format("{}{}", kServedTimes, id.text()); }

std::string summaries(Shelf shelf) { return fmt::format("certs/summary/{}/", shelf_text(shelf)); }

std::string summary(Shelf shelf, const RecordId& id) { return summaries(shelf) + id.text(); }

std::string history(const RecordId& id) { return fmt::format("certs/history/{}/", id.text()); }

std::string history(const RecordId& id, std::uint32_t number) {
  return fmt::format("{}{:08x}", history(id), number);
}

std::string by_name(Shelf shelf, const Owner& owner, const RecordName& name) {
  return fmt::format("certs/by-name/{}/{}/{}", shelf_text(shelf), owner.text(), name.text());
}

std::string by_sha256(const crypto::Sha256& sha256, Shelf shelf, const Owner& owner) {
  return fmt::format("{}/{}/{}", by_sha256(crypto::hex(sha256)), shelf_text(shelf), owner.text());
}

std::string by_sha256(std::string_view digits) { return fmt::format("certs/by-sha256/{}", digits); }

std::string by_sha1(std::string_view digits) { return fmt::format("certs/by-sha1/{}", digits); }

std::string by_common_name(std::string_view folded) {
  // A common name may be longer than a key.
  constexpr std::size_t kDigits = 32;
  const std::string digest = crypto::hex(crypto::sha256(as_bytes(folded)));
  return fmt::format("certs/by-common-name/{}", std::string_view(digest).substr(0, kDigits));
}

std::string indexed(std::string whole_prefix, const RecordId& id) {
  return fmt::format("{}/{}", whole_prefix, id.text());
}

}  // namespace gatehouse::certs::keys
