#include "crypto/name_constraints.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

#include <fmt/format.h>

#include "crypto/general_name.h"
#include "crypto/library_error.h"

namespace gatehouse::crypto {
namespace {

constexpr std::string_view kNobody = "invalid";

using NameConstraintsPtr = std::unique_ptr<NAME_CONSTRAINTS, Freer<NAME_CONSTRAINTS_free>>;
using SubtreePtr = std::unique_ptr<GENERAL_SUBTREE, Freer<GENERAL_SUBTREE_free>>;

bool bit(ByteView bytes, std::size_t at) { return (bytes[at / 8] >> (7 - at % 8) & 1) != 0; }

bool zero_behind(ByteView address, std::size_t prefix) {
  for (std::size_t at = prefix; at < address.size() * 8; ++at) {
    if (bit(address, at)) return false;
  }
  return true;
}

bool same_until(ByteView a, ByteView b, std::size_t prefix) {
  for (std::size_t at = 0; at < prefix; ++at) {
    if (bit(a, at) != bit(b, at)) return false;
  }
  return true;
}

std::unexpected<Error> no_range(std::string_view text, std::string_view why) {
  return fail(Fault::operator_input, fmt::format("\"{}\" is no address range: {}", text, why),
              ErrorKind::invalid);
}

bool at_or_below(const ServerName& name, const ServerName& domain) {
  if (name.is_address()) return false;
  const std::string_view text = name.text();
  if (!text.ends_with(domain.text())) return false;
  const std::size_t rest = text.size() - domain.text().size();
  return rest == 0 || text[rest - 1] == '.';
}

bool permit(NAME_CONSTRAINTS* constraints, GeneralNamePtr name) {
  SubtreePtr subtree(GENERAL_SUBTREE_new());
  if (!subtree || !name) return false;
  GENERAL_NAME_free(subtree->base);
  subtree->base = name.release();
  if (!constraints->permittedSubtrees) {
    constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
  }
  if (!constraints->permittedSubtrees ||
      !sk_GENERAL_SUBTREE_push(constraints->permittedSubtrees, subtree.get())) {
    return false;
  }
  std::ignore = subtree.release();
  return true;
}

// A type without a permitted name would be free, so each type gets at least one.
bool permit_domains(NAME_CONSTRAINTS* out, const std::vector<ServerName>& domains) {
  if (domains.empty()) return permit(out, general_text(GEN_DNS, kNobody));
  return std::ranges::all_of(domains, [&](const ServerName& domain) {
    return permit(out, general_text(GEN_DNS, domain.text()));
  });
}

bool permit_addresses(NAME_CONSTRAINTS* out, const std::vector<AddressRange>& ranges) {
  constexpr std::uint8_t kUnspecified[8] = {0, 0, 0, 0, 255, 255, 255, 255};
  if (ranges.empty()) return permit(out, general_address(kUnspecified));
  return std::ranges::all_of(ranges, [&](const AddressRange& range) {
    return permit(out, general_address(range.address_and_mask()));
  });
}

// False for what we never write.
bool take_permitted(const GENERAL_NAME& name, NameConstraints& constraints) {
  switch (name.type) {
    case GEN_EMAIL:
    case GEN_URI: return content_of(name) == kNobody;
    case GEN_DNS: {
      auto domain = ServerName::parse(content_of(name));
      if (!domain || domain->is_address()) return false;
      constraints.domains.push_back(std::move(*domain));
      return true;
    }
    case GEN_IPADD: {
      auto range = AddressRange::from_address_and_mask(as_bytes(content_of(name)));
      if (!range) return false;
      constraints.addresses.push_back(std::move(*range));
      return true;
    }
    default: return false;
  }
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  auto name = ServerName::parse(text.substr(0, slash));
  if (!name || !name->is_address()) return no_range(text, "it does not start with an IP address");
  Bytes address = raw_address(*name);
  std::size_t prefix = address.size() * 8;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (code != std::errc{} || end != digits.data() + digits.size() ||
        prefix > address.size() * 8) {
      return no_range(text, fmt::format("the prefix is a number up to {}", address.size() * 8));
    }
  }
  if (!zero_behind(address, prefix)) return no_range(text, "it has bits behind its prefix");
  return AddressRange(std::move(address), prefix);
}

std::optional<AddressRange> AddressRange::from_address_and_mask(ByteView bytes) {
  if (bytes.size() != 8 && bytes.size() != 32) return std::nullopt;
  const ByteView address = bytes.first(bytes.size() / 2);
  const ByteView mask = bytes.last(bytes.size() / 2);
  std::size_t prefix = 0;
  while (prefix < mask.size() * 8 && bit(mask, prefix)) ++prefix;
  if (!zero_behind(mask, prefix) || !zero_behind(address, prefix)) return std::nullopt;
  return AddressRange(Bytes(address.begin(), address.end()), prefix);
}

AddressRange AddressRange::only(const ServerName& address) {
  Bytes raw = raw_address(address);
  const std::size_t prefix = raw.size() * 8;
  return AddressRange(std::move(raw), prefix);
}

bool AddressRange::contains(const ServerName& name) const {
  if (!name.is_address()) return false;
  const Bytes raw = raw_address(name);
  return raw.size() == address_.size() && same_until(raw, address_, prefix_);
}

bool AddressRange::within(const AddressRange& wider) const {
  return address_.size() == wider.address_.size() && prefix_ >= wider.prefix_ &&
         same_until(address_, wider.address_, wider.prefix_);
}

Bytes AddressRange::address_and_mask() const {
  Bytes bytes = address_;
  bytes.resize(address_.size() * 2, 0);
  for (std::size_t at = 0; at < prefix_; ++at) {
    auto& byte = bytes[address_.size() + at / 8];
    byte = static_cast<std::uint8_t>(byte | (0x80 >> at % 8));
  }
  return bytes;
}

std::string AddressRange::text() const {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(address_.size() == 4 ? AF_INET : AF_INET6, address_.data(), text, sizeof text);
  if (prefix_ == address_.size() * 8) return text;
  return fmt::format("{}/{}", text, prefix_);
}

bool NameConstraints::permits(const ServerName& name) const {
  return std::ranges::any_of(domains, [&](const auto& one) { return at_or_below(name, one); }) ||
         std::ranges::any_of(addresses, [&](const auto& one) { return one.contains(name); });
}

bool NameConstraints::permits(const NamePattern& pattern) const { return permits(pattern.base()); }

bool NameConstraints::within(const NameConstraints& wider) const {
  const auto range_within = [&](const AddressRange& range) {
    return std::ranges::any_of(wider.addresses, [&](const auto& one) { return range.within(one); });
  };
  return std::ranges::all_of(domains, [&](const auto& one) { return wider.permits(one); }) &&
         std::ranges::all_of(addresses, range_within);
}

std::string NameConstraints::text() const {
  std::vector<std::string> parts;
  for (const auto& domain : domains) parts.push_back(domain.text());
  for (const auto& range : addresses) parts.push_back(range.text());
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::optional<NameConstraints> name_constraints_of(const Certificate& certificate) {
  const X509Ptr parsed = certificate.x509();
  const NameConstraintsPtr found(static_cast<NAME_CONSTRAINTS*>(
      X509_get_ext_d2i(parsed.get(), NID_name_constraints, nullptr, nullptr)));
  drain_library_errors();
  if (!found || found->excludedSubtrees) return std::nullopt;
  NameConstraints constraints;
  const auto* subtrees = found->permittedSubtrees;
  for (std::size_t i = 0; i < sk_GENERAL_SUBTREE_num(subtrees); ++i) {
    const GENERAL_SUBTREE* subtree = sk_GENERAL_SUBTREE_value(subtrees, i);
    if (!take_permitted(*subtree->base, constraints)) return std::nullopt;
  }
  return constraints;
}

bool add_name_constraints(X509* certificate, const NameConstraints& constraints) {
  const NameConstraintsPtr out(NAME_CONSTRAINTS_new());
  return out && permit_domains(out.get(), constraints.domains) &&
         permit_addresses(out.get(), constraints.addresses) &&
         permit(out.get(), general_text(GEN_EMAIL, kNobody)) &&
         permit(out.get(), general_text(GEN_URI, kNobody)) &&
         X509_add1_ext_i2d(certificate, NID_name_constraints, out.get(), 1, X509V3_ADD_DEFAULT) ==
             1;
}

}  // namespace gatehouse::crypto
