#include "certs/issuer/permitted_names.h"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::certs {
namespace {

using crypto::AddressRange;
using crypto::NameConstraints;

std::unexpected<Error> refused(std::string_view entry, std::string_view why) {
  return fail(Fault::operator_input, fmt::format("--permit: \"{}\" {}", entry, why),
              ErrorKind::usage);
}

bool looks_like_address(std::string_view entry) {
  return entry.find_first_of("/:[") != std::string_view::npos ||
         entry.find_first_not_of("0123456789.") == std::string_view::npos;
}

Result<Ok> add_range(std::string_view entry, NameConstraints& constraints) {
  auto range = AddressRange::parse(entry);
  if (!range)
    return fail(Fault::operator_input, "--permit: " + range.error().what, ErrorKind::usage);
  constraints.addresses.push_back(std::move(*range));
  return Ok{};
}

Result<Ok> add_domain(std::string_view entry, NameConstraints& constraints) {
  if (entry.starts_with("*.")) {
    return refused(entry, fmt::format("has no place for a star: write {}", entry.substr(1)));
  }
  auto domain = ServerName::parse(entry.starts_with('.') ? entry.substr(1) : entry);
  if (!domain) return refused(entry, "is neither a name nor an address range");
  constraints.domains.push_back(std::move(*domain));
  return Ok{};
}

void add_once(NameConstraints& to, const NameConstraints& from) {
  for (const ServerName& domain : from.domains) {
    if (std::ranges::find(to.domains, domain) == to.domains.end()) to.domains.push_back(domain);
  }
  for (const AddressRange& range : from.addresses) {
    if (std::ranges::find(to.addresses, range) == to.addresses.end()) to.addresses.push_back(range);
  }
}

}  // namespace

Result<NameConstraints> parse_permitted(std::string_view list) {
  NameConstraints constraints;
  while (true) {
    const auto comma = list.find(',');
    std::string_view entry = list.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    if (entry.empty()) return refused(entry, "is empty: write .plant4.local,10.20.0.0/16");
    auto added =
        looks_like_address(entry) ? add_range(entry, constraints) : add_domain(entry, constraints);
    if (!added) return pass_on(added);
    if (comma == std::string_view::npos) return constraints;
    list.remove_prefix(comma + 1);
  }
}

NameConstraints constraints_for(const MachineNames& machine, const NameConstraints& more) {
  NameConstraints own;
  own.domains.push_back(ServerName::parse("localhost").value());
  for (const auto& name : {machine.short_name, machine.full_name, machine.domain}) {
    if (name) own.domains.push_back(*name);
  }
  own.addresses.push_back(AddressRange::parse("127.0.0.0/8").value());
  own.addresses.push_back(AddressRange::parse("::1").value());
  for (const ServerName& address : machine.addresses) {
    own.addresses.push_back(AddressRange::only(address));
  }
  NameConstraints all;
  add_once(all, own);
  add_once(all, more);
  return all;
}

}  // namespace gatehouse::certs
